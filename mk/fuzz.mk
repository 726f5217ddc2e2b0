# SPDX-License-Identifier: GPL-2.0-or-later
# The fuzz targets: built by clang into $(O)/fuzz/, run on a copy of the corpus. tests/unit/t-corpus runs the
# same functions over the corpus in every `make check-fast`, with no clang.

FUZZ_CC ?= clang
FUZZ_SECONDS ?= 60
FUZZ_FLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_TARGETS := record probe format plugin log dump
# what reads untrusted bytes there by itself
FUZZ_OF_CMD := cmd/printk.c cmd/dump_elf.c cmd/dump_compressed.c cmd/iommu.c
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(O)/fuzz/fuzz-%)

FUZZ_SHARED := $(filter-out tests/fuzz/records.c tests/fuzz/main.c,$(wildcard tests/fuzz/*.c)) \
	$(wildcard tests/unit/event-*.c lib/*.c plugin/traceevent/*.c) $(FUZZ_OF_CMD)

.PHONY: fuzz

fuzz: ready ## the fuzz targets, for FUZZ_SECONDS each (needs clang)
	@$(MAKE) --no-print-directory $(FUZZ_PROGRAMS)
	@tests/fuzz/run -s $(FUZZ_SECONDS) -o $(O)/fuzz $(FUZZ_PROGRAMS)

FUZZ_COVERAGE = -fsanitize=fuzzer-no-link
# not what the fuzzer should find its way through, and half of the time
$(O)/fuzz/tests/fuzz/check.o: FUZZ_COVERAGE =

$(O)/fuzz/%.o: %.c mk/rules.mk mk/fuzz.mk Makefile
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(FUZZ_CC) $(ALL_CFLAGS) $(FUZZ_FLAGS) $(FUZZ_COVERAGE) -MMD -MP -c -o $@ $<

$(O)/fuzz/main-%.o: tests/fuzz/main.c tests/fuzz/targets.h mk/fuzz.mk
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(FUZZ_CC) $(ALL_CFLAGS) $(FUZZ_FLAGS) -DFUZZ_TARGET=fuzz_$* -c -o $@ $<

$(FUZZ_PROGRAMS): $(O)/fuzz/fuzz-%: $(O)/fuzz/main-%.o $(FUZZ_SHARED:%.c=$(O)/fuzz/%.o)
	$(call say,LINK)
	$(Q)$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ -ltraceevent

# the harness in the unit tests; it needs lib/, and so lib/ again behind it
FUZZ_HARNESS := $(filter-out tests/fuzz/records.c tests/fuzz/main.c,$(wildcard tests/fuzz/*.c)) \
	$(wildcard plugin/traceevent/*.c) $(FUZZ_OF_CMD)
$(O)/tests/unit/t-corpus: $(FUZZ_HARNESS:%.c=$(O)/%.o)
$(O)/tests/unit/t-corpus: LDLIBS += $(LIB) -ltraceevent
$(O)/san/tests/unit/t-corpus: $(FUZZ_HARNESS:%.c=$(O)/san/%.o)
$(O)/san/tests/unit/t-corpus: LDLIBS += $(O)/san/lib/libdupcqe.a -ltraceevent
