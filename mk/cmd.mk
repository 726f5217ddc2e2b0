# SPDX-License-Identifier: GPL-2.0-or-later
# The command line tool. Its subcommand rings wants libkdumpfile; without that it is built to say so.

RINGS_SOURCES := $(wildcard $(addprefix cmd/,apart*.c dump*.c iommu*.c printk*.c rings.c rings_[!a]*.c))
WITHOUT_RINGS := $(O)/cmd/rings_absent.o
CMD_SOURCES := $(filter-out $(RINGS_SOURCES) cmd/rings_absent.c,$(wildcard cmd/*.c))
KDUMPFILE := $(shell pkg-config --libs libkdumpfile libaddrxlat 2>/dev/null)
CMD_OBJECTS := $(CMD_SOURCES:%.c=$(O)/%.o) $(if $(KDUMPFILE),$(RINGS_SOURCES:%.c=$(O)/%.o),$(WITHOUT_RINGS))

TOOLS += $(O)/nvme-dupcqe
PROGRAMS += $(TOOLS) $(O)/san/nvme-dupcqe
$(O)/nvme-dupcqe: $(CMD_OBJECTS) $(PROBE) $(LIB)
$(O)/nvme-dupcqe $(O)/san/nvme-dupcqe: LDLIBS += -ljson-c -lbpf $(KDUMPFILE)

# the same, its reading of untrusted bytes watched by the sanitizers
$(O)/san/nvme-dupcqe: $(CMD_OBJECTS:$(O)/%=$(O)/san/%) $(O)/san/lib/libprobe.a $(O)/san/lib/libdupcqe.a
$(O)/san/nvme-dupcqe: LDFLAGS += $(SAN_FLAGS)

$(WITHOUT_RINGS): cmd/rings_absent.c mk/cmd.mk
	@mkdir -p $(@D)
	@echo "  nvme-dupcqe is built without 'rings', which reads crash dumps: libkdumpfile-dev is not installed"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
