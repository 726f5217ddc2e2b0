# SPDX-License-Identifier: GPL-2.0-or-later
# What is built from what.

objects = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)))

PROGRAMS := $(O)/tests/vm/cqe-replay $(O)/tests/fabrics/nvmet-tcp-dup

$(O)/tests/vm/cqe-replay: $(call objects,tests/vm/replay/*.c)
$(O)/tests/fabrics/nvmet-tcp-dup: $(call objects,tests/fabrics/nvmet-tcp-dup*.c)
