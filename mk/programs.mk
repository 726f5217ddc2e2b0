# SPDX-License-Identifier: GPL-2.0-or-later
# What is built from what.

objects = $(patsubst %.c,$(O)/%.o,$(wildcard $(1)))

PROGRAMS := $(addprefix $(O)/tests/,vm/cqe-replay fabrics/nvmet-tcp-dup fabrics/nvmet-tcp-dup-asan fabrics/client)

TARGET_SOURCES := $(wildcard tests/fabrics/nvmet-tcp-dup*.c)

$(O)/tests/vm/cqe-replay: $(call objects,tests/vm/replay/*.c)
$(O)/tests/fabrics/nvmet-tcp-dup: $(call objects,$(TARGET_SOURCES))
$(O)/tests/fabrics/client: $(call objects,tests/fabrics/client*.c tests/fabrics/nvmet-tcp-dup-pdu.c)

# the same target, its reading of untrusted bytes watched by the sanitizers
$(O)/tests/fabrics/nvmet-tcp-dup-asan: $(TARGET_SOURCES:%.c=$(O)/san/%.o)
$(O)/tests/fabrics/nvmet-tcp-dup-asan: LDFLAGS += $(SAN_FLAGS)
