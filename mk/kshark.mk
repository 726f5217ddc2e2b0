# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin for KernelShark, and what its tests are made with. Without KernelShark's headers it is not built.

CXX ?= g++
# KernelShark's headers are not ours to warn about
KSHARK_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags libkshark 2>/dev/null))
KSHARK := $(if $(KSHARK_CFLAGS),$(shell $(CXX) -x c++ -E $(KSHARK_CFLAGS) \
	-include KsPlugins.hpp -include event-parse.h /dev/null > /dev/null 2>&1 && echo yes))

KSHARK_PLUGIN := $(O)/plugin/plugin-nvme_dup_cqe.so
KSHARK_C := $(call objects,plugin/kernelshark/*.c)
KSHARK_CXX := $(patsubst %.cpp,$(O)/%.o,$(wildcard plugin/kernelshark/*.cpp))
CXX_WARNINGS := -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual

.PHONY: no-kshark
ifeq ($(KSHARK),yes)
KSHARK_PLUGINS := $(KSHARK_PLUGIN)
PROGRAMS += $(addprefix $(O)/,tests/kshark/pairs san/tests/kshark/pairs tests/bench/kshark-load)
else
PROGRAMS := $(filter-out $(O)/tests/plugin/kshark-info,$(PROGRAMS))
plugin all: no-kshark
endif

no-kshark:
	@echo "  the plugin for KernelShark is not built: its headers are not installed (libkshark-dev libjson-c-dev libtracecmd-dev libtracefs-dev libgl-dev libglu1-mesa-dev)"

$(KSHARK_C) $(KSHARK_C:$(O)/%=$(O)/san/%): ALL_CFLAGS += $(KSHARK_CFLAGS)

$(KSHARK_CXX): $(O)/%.o: %.cpp mk/rules.mk mk/kshark.mk Makefile
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) -std=gnu++17 $(CXX_WARNINGS) -D_GNU_SOURCE -Iinclude $(KSHARK_CFLAGS) -fPIC -fvisibility=hidden $(CFLAGS) $(SANITIZE) \
		-MMD -MP -c -o $@ $<

# The symbols of the window and of libtraceevent are found in the program that loads it.
$(KSHARK_PLUGIN): $(KSHARK_C) $(KSHARK_CXX) $(LIB) plugin/kernelshark/exports.map
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CXX) -shared -Wl,--version-script=plugin/kernelshark/exports.map $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lkshark

PROGRAMS += $(O)/tests/kshark/make-trace
$(O)/tests/kshark/make-trace: $(addprefix $(O)/tests/,$(addprefix kshark/,make-trace.o trace-room.o trace-pages.o trace-record.o \
	trace-script.o trace-bench.o) unit/event-real.o unit/event-format.o) $(O)/lib/libdaemon.a $(LIB)
$(O)/tests/kshark/make-trace: LDLIBS += -ltraceevent

# the plugin's core without a window, plain and watched by the sanitizers
$(O)/tests/kshark/pairs: $(O)/tests/kshark/pairs.o $(KSHARK_C) $(LIB)
$(O)/san/tests/kshark/pairs: $(O)/san/tests/kshark/pairs.o $(KSHARK_C:$(O)/%=$(O)/san/%) $(O)/san/lib/libdupcqe.a
$(O)/san/tests/kshark/pairs: LDFLAGS += $(SAN_FLAGS)
$(O)/tests/kshark/pairs $(O)/san/tests/kshark/pairs: LDLIBS += -lkshark -ltraceevent
$(O)/tests/kshark/pairs.o $(O)/san/tests/kshark/pairs.o: ALL_CFLAGS += $(KSHARK_CFLAGS) -Iplugin/kernelshark

$(O)/tests/bench/kshark-load: $(O)/tests/bench/kshark-load.o $(KSHARK_C) $(LIB)
$(O)/tests/bench/kshark-load: LDLIBS += -lkshark -ltraceevent
$(O)/tests/bench/kshark-load.o: ALL_CFLAGS += $(KSHARK_CFLAGS) -Iplugin/kernelshark

PROGRAMS += $(O)/tests/kshark/picture
$(O)/tests/kshark/picture: $(O)/tests/kshark/picture.o

PROGRAMS += $(O)/tests/kshark/faulty $(O)/tests/kshark/faulty.so
$(O)/tests/kshark/faulty: $(O)/tests/kshark/faulty.o
$(O)/tests/kshark/faulty.so: $(O)/tests/kshark/faulty-object.o
$(O)/tests/kshark/faulty.so: LDFLAGS += -shared
$(O)/tests/kshark/faulty-object.o: tests/kshark/faulty.c mk/kshark.mk
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -DFAULTY_OBJECT -MMD -MP -c -o $@ $<

# the one file of the KernelShark plugin that reads records
$(O)/tests/unit/t-identity: $(O)/plugin/kernelshark/record.o
$(O)/tests/unit/t-identity: LDLIBS += $(LIB) -ltraceevent
$(O)/san/tests/unit/t-identity: $(O)/san/plugin/kernelshark/record.o
$(O)/san/tests/unit/t-identity: LDLIBS += $(O)/san/lib/libdupcqe.a -ltraceevent
$(O)/tests/unit/t-identity.o $(O)/san/tests/unit/t-identity.o: ALL_CFLAGS += -Iplugin/kernelshark
