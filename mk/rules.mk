# SPDX-License-Identifier: GPL-2.0-or-later
# How C becomes a program: $(O)/ mirrors the source folders.

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(patsubst $(O)/%,%,$@)')

CC ?= gcc
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SANITIZE := $(if $(filter 1,$(SAN)),$(SAN_FLAGS))
CFLAGS ?= -O2 -g
# the same objects go into programs and plugins; a plugin shows only what it marks
ALL_CFLAGS = -std=gnu11 $(WARNINGS) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Iinclude -Idaemon \
	-fPIC -fvisibility=hidden -DDUPCQE_VERSION='"$(VERSION)"' $(CFLAGS) $(SANITIZE)

include mk/programs.mk
include mk/daemon.mk
include mk/cmd.mk
include mk/kshark.mk

$(O)/%.o: %.c mk/rules.mk mk/programs.mk Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/san/%.o: %.c mk/rules.mk mk/programs.mk Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) $(SAN_FLAGS) -MMD -MP -c -o $@ $<

$(O)/%.a:
	@mkdir -p $(@D)
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# A plugin finds the trace library's symbols in the program that loads it.
$(PLUGINS):
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) -shared $(LDFLAGS) -o $@ $^

$(PROGRAMS) $(TEST_PROGRAMS):
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(LDLIBS)

-include $(shell find $(O) -name '*.d' 2>/dev/null)
