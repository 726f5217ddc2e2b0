# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon, and its tests: each tests/daemon/t-NAME.c is a program, built twice; it has all of daemon/ but main.c.

DAEMON_SOURCES := $(filter-out daemon/main.c,$(wildcard daemon/*.c))
DAEMON_LIBS := -linih -lbpf -ltraceevent -pthread

$(O)/lib/libdaemon.a: $(DAEMON_SOURCES:%.c=$(O)/%.o)
$(O)/san/lib/libdaemon.a: $(DAEMON_SOURCES:%.c=$(O)/san/%.o)

TOOLS := $(O)/nvme-dupcqed
$(O)/nvme-dupcqed: $(O)/daemon/main.o $(O)/lib/libdaemon.a $(PROBE) $(LIB)
$(O)/nvme-dupcqed: LDLIBS += $(DAEMON_LIBS)

DAEMON_TESTS := $(patsubst tests/%.c,%,$(wildcard tests/daemon/t-*.c))
DAEMON_SHARED := $(filter-out tests/daemon/t-%,$(wildcard tests/daemon/*.c))
DAEMON_TEST_PROGRAMS := $(DAEMON_TESTS:%=$(O)/tests/%) $(DAEMON_TESTS:%=$(O)/san/tests/%)
TEST_PROGRAMS += $(DAEMON_TEST_PROGRAMS)

$(DAEMON_TESTS:%=$(O)/tests/%): $(O)/tests/daemon/%: $(O)/tests/daemon/%.o $(DAEMON_SHARED:%.c=$(O)/%.o) $(O)/lib/libdaemon.a $(PROBE) $(LIB)
$(DAEMON_TESTS:%=$(O)/san/tests/%): $(O)/san/tests/daemon/%: $(O)/san/tests/daemon/%.o $(DAEMON_SHARED:%.c=$(O)/san/%.o) \
	$(O)/san/lib/libdaemon.a $(O)/san/lib/libprobe.a $(O)/san/lib/libdupcqe.a
$(DAEMON_TEST_PROGRAMS): LDLIBS += -lcmocka $(DAEMON_LIBS)
# json-c is an oracle
$(O)/tests/daemon/t-publish $(O)/san/tests/daemon/t-publish: LDLIBS += -ljson-c
$(DAEMON_TESTS:%=$(O)/san/tests/%): LDFLAGS += $(SAN_FLAGS)

# what `make bench` measures the daemon with
PROGRAMS += $(O)/tests/bench/daemon-rig $(O)/tests/bench/daemon-stamp
$(O)/tests/bench/daemon-rig: $(O)/tests/bench/daemon-rig.o $(O)/tests/daemon/uprobe.o
$(O)/tests/bench/daemon-stamp: $(O)/tests/bench/daemon-stamp.o
$(O)/tests/bench/daemon-stamp: LDFLAGS += -static
$(O)/tests/bench/daemon-stamp $(O)/tests/bench/daemon-stamp.o: SANITIZE =
