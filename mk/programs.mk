# SPDX-License-Identifier: GPL-2.0-or-later
# What is built from what.

objects = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)))
san_objects = $(patsubst %.c,$(O)/san/%.o,$(wildcard $(1)))

LIB := $(O)/lib/libdupcqe.a
$(LIB): $(call objects,lib/*.c)
$(O)/san/lib/libdupcqe.a: $(call san_objects,lib/*.c)

# what finds out and makes the probe, for the tool and the daemon; wants -lbpf
PROBE := $(O)/lib/libprobe.a
$(PROBE): $(call objects,probe/*.c)
$(O)/san/lib/libprobe.a: $(call san_objects,probe/*.c)

PLUGINS := $(O)/plugin/plugin_nvme.so
$(O)/plugin/plugin_nvme.so: $(call objects,plugin/traceevent/*.c) $(LIB)

PROGRAMS := $(addprefix $(O)/tests/,vm/cqe-replay vm/nvme-commands vm/probe-records fabrics/nvmet-tcp-dup fabrics/nvmet-tcp-dup-asan fabrics/client \
	plugin/kshark-info bench/repeat-pages bench/library)

TARGET_SOURCES := $(wildcard tests/fabrics/nvmet-tcp-dup*.c)

$(O)/tests/vm/cqe-replay: $(call objects,tests/vm/replay/*.c)
$(O)/tests/vm/nvme-commands: $(call objects,tests/vm/commands/*.c tests/vm/replay/device.c tests/vm/replay/guard.c)
$(O)/tests/vm/probe-records: $(call objects,tests/vm/records/*.c) $(PROBE) $(LIB)
$(O)/tests/vm/probe-records: LDLIBS += -ltraceevent -lbpf
$(O)/tests/fabrics/nvmet-tcp-dup: $(call objects,$(TARGET_SOURCES))
$(O)/tests/fabrics/client: $(call objects,tests/fabrics/client*.c tests/fabrics/nvmet-tcp-dup-pdu.c)

$(O)/tests/plugin/kshark-info: $(O)/tests/plugin/kshark-info.o
$(O)/tests/plugin/kshark-info: LDLIBS += -lkshark
$(O)/tests/plugin/kshark-info.o: ALL_CFLAGS += $(patsubst -I%,-isystem %,$(shell pkg-config --cflags libkshark 2>/dev/null))

$(O)/tests/bench/repeat-pages: $(O)/tests/bench/repeat-pages.o
$(O)/tests/bench/library: $(O)/tests/bench/library.o $(LIB)
$(O)/tests/bench/library: LDLIBS += -ltraceevent

# the same target, its reading of untrusted bytes watched by the sanitizers
$(O)/tests/fabrics/nvmet-tcp-dup-asan: $(TARGET_SOURCES:%.c=$(O)/san/%.o)
$(O)/tests/fabrics/nvmet-tcp-dup-asan: LDFLAGS += $(SAN_FLAGS)

# Each tests/unit/t-NAME.c is a program, and once more with the sanitizers; the other files there are shared by them.
UNIT_TESTS := $(patsubst tests/%.c,%,$(wildcard tests/unit/t-*.c))
UNIT_SHARED := $(filter-out tests/unit/t-%,$(wildcard tests/unit/*.c))
TEST_PROGRAMS := $(UNIT_TESTS:%=$(O)/tests/%) $(UNIT_TESTS:%=$(O)/san/tests/%)

$(UNIT_TESTS:%=$(O)/tests/%): $(O)/tests/unit/%: $(O)/tests/unit/%.o $(call objects,$(UNIT_SHARED)) $(LIB)
$(UNIT_TESTS:%=$(O)/san/tests/%): $(O)/san/tests/unit/%: $(O)/san/tests/unit/%.o $(call san_objects,$(UNIT_SHARED)) \
	$(O)/san/lib/libdupcqe.a
$(TEST_PROGRAMS): LDLIBS += -lcmocka -ltraceevent
$(O)/tests/unit/t-names $(O)/san/tests/unit/t-names: LDLIBS += -lnvme
$(UNIT_TESTS:%=$(O)/san/tests/%): LDFLAGS += $(SAN_FLAGS)

# probe/ needs lib/ again behind it
PROBE_TESTS := t-probe t-probe-messages
$(PROBE_TESTS:%=$(O)/tests/unit/%): $(PROBE)
$(PROBE_TESTS:%=$(O)/tests/unit/%): LDLIBS += $(PROBE) $(LIB) -lbpf
$(PROBE_TESTS:%=$(O)/san/tests/unit/%): $(O)/san/lib/libprobe.a
$(PROBE_TESTS:%=$(O)/san/tests/unit/%): LDLIBS += $(O)/san/lib/libprobe.a $(O)/san/lib/libdupcqe.a -lbpf

# those of the plugin have it inside, and need lib/ again behind it
PLUGIN_TESTS := $(filter unit/t-plugin%,$(UNIT_TESTS))
$(PLUGIN_TESTS:%=$(O)/tests/%): $(call objects,plugin/traceevent/*.c)
$(PLUGIN_TESTS:%=$(O)/tests/%): LDLIBS += $(LIB) -ltraceevent
$(PLUGIN_TESTS:%=$(O)/san/tests/%): $(call san_objects,plugin/traceevent/*.c)
$(PLUGIN_TESTS:%=$(O)/san/tests/%): LDLIBS += $(O)/san/lib/libdupcqe.a -ltraceevent
.SECONDARY:
