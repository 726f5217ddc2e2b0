# SPDX-License-Identifier: GPL-2.0-or-later
# The tests: scripts t-*.sh in the rooms below tests/ and the programs of tests/unit, run and counted by tests/run.

# those of the daemon that need root and the live ring buffer of this machine
TESTS_LIVE := $(filter $(foreach name,source% engine% armed-kernel rule-kernel snapshot-live snapshot-meanwhile,\
	$(O)/tests/daemon/t-$(name) $(O)/san/tests/daemon/t-$(name)),$(TEST_PROGRAMS)) tests/daemon/t-sandbox.sh
# what fetches packages is not for check-fast
TESTS_SLOW := tests/kshark/t-debian-13.sh tests/kshark/t-window.sh
TESTS_FAST := $(filter-out $(TESTS_LIVE),$(sort $(TEST_PROGRAMS))) tests/patch/t-refuses.sh $(sort $(wildcard tests/vm/t-*-refuses.sh)) \
	$(filter-out $(TESTS_LIVE) $(TESTS_SLOW),$(sort $(wildcard $(foreach room,tree fabrics golden plugin kshark cmd daemon,tests/$(room)/t-*.sh))))
TESTS_VM := $(filter-out $(TESTS_FAST),$(sort $(wildcard tests/patch/t-*.sh tests/vm/t-*.sh)) $(TESTS_SLOW))
RUN := tests/run -t 1500 $(if $(filter 1,$(V)),-v) -l $(O)/test-logs

.PHONY: demo check check-fast check-mainline bench screenshots

demo: ready ## boot a VM whose controller duplicates completions, and show them in trace-cmd
	@$(MAKE) --no-print-directory all
	@tests/vm/demo

check: ready ## all tests that a change must pass
	@$(MAKE) --no-print-directory all $(TEST_PROGRAMS)
	@tests/vm/prepare
	@$(RUN) -j 3 $(TESTS_LIVE) -- $(TESTS_FAST) $(TESTS_VM)

check-fast: all $(TEST_PROGRAMS) ## the tests that need no VM and no root, two minutes
	@$(RUN) -j 2 -- $(TESTS_FAST)

check-mainline: ready ## the VM tests on mainline, and each patch built by itself (minutes)
	@$(MAKE) --no-print-directory all
	@LAB_KERNELS=7.3 $(RUN) -t 3600 tests/patch/builds $(filter tests/vm/%,$(TESTS_VM))

bench: ready ## the figures, as ratios against peers in one run
	@$(MAKE) --no-print-directory all
	@tests/vm/prepare
	@tests/bench/cost
	@echo
	@tests/bench/plugin
	@echo
	@tests/bench/daemon
	@echo
	@tests/bench/kshark

screenshots: ready ## the pictures of docs/kernelshark.md, from a recording in the lab
	@$(MAKE) --no-print-directory all
	@tests/kshark/screenshots

# On a machine where packages are missing, install them first.
.PHONY: ready
ready:
	@mk/deps --missing
