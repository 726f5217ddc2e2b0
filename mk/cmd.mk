# SPDX-License-Identifier: GPL-2.0-or-later
# The command line tool.

TOOLS += $(O)/nvme-dupcqe
PROGRAMS += $(TOOLS)
$(O)/nvme-dupcqe: $(call objects,cmd/*.c) $(LIB)
$(O)/nvme-dupcqe: LDLIBS += -ljson-c
