# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests in KernelShark are made with.

PROGRAMS += $(O)/tests/kshark/make-trace
$(O)/tests/kshark/make-trace: $(addprefix $(O)/tests/,$(addprefix kshark/,make-trace.o trace-room.o trace-pages.o trace-record.o \
	trace-script.o trace-bench.o) unit/event-real.o unit/event-format.o) $(O)/lib/libdaemon.a $(LIB)
$(O)/tests/kshark/make-trace: LDLIBS += -ltraceevent
