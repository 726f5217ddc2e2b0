// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A rule's filter in the running kernel: of the same hits it lets through exactly those that
 * dupcqe_match() matches.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "dupcqe/rule.h"
#include "uprobe.h"

enum { HITS = 120, RANDOM_RULES = 100, RANDOM_PATTERNS = 100 };

/* uprobe_hit()'s arguments; its result holds the hit's number and the reason. */
#if defined(__x86_64__)
#define FIELDS                                                                                     \
	"ctrl_id=%di:s32 qid=%si:u16 cid=%dx:u16 status=%cx:u16 result=%r8:u64 reason=%r8:u8 "     \
	"addr=+0(%r9):string"
#else
#define FIELDS                                                                                     \
	"ctrl_id=%x0:s32 qid=%x1:u16 cid=%x2:u16 status=%x3:u16 result=%x4:u64 reason=%x4:u8 "     \
	"addr=+0(%x5):string"
#endif

static char event[40], instance[100];
static struct dupcqe_event hits[HITS];
static uint32_t seed = 1;

static uint32_t below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static const char *const addresses[] = {
	"",
	"0",
	"0000:01:00.0",
	"0000:01:00.1",
	"0000:02:00.0",
	"1000:01:00.0",
	"traddr=10.0.0.1",
	"a",
	"ab",
	"a-b",
	"axb",
	"[b",
	"!x",
	"a\"b",
	"a'b",
	"a b",
	"^b",
	"x00.0",
	"9z",
	"*",
	"a*b",
	"]",
	"a]b",
};

#define ADDRESSES (sizeof(addresses) / sizeof(addresses[0]))

static const uint32_t numbers[] = {0,	1,   2,	   5,	   9,	   10,	   15,	   100,	  255,
				   256, 999, 1000, 0x2002, 0x4005, 0x7fff, 0xfffe, 0xffff};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void make_hits(void)
{
	size_t i;

	for (i = 0; i < HITS; i++) {
		hits[i].has = UINT64_MAX;
		hits[i].ctrl_id = i < 20 ? (int32_t)i - 1 : (int32_t)numbers[below(NUMBERS)];
		hits[i].qid = numbers[below(NUMBERS)];
		hits[i].cid = numbers[below(NUMBERS)];
		hits[i].status = numbers[below(NUMBERS)];
		hits[i].reason = 1 + below(4);
		strcpy(hits[i].addr, addresses[i % ADDRESSES]);
	}
}

static void put(const char *file, const char *text)
{
	char path[200];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", instance, file);
	stream = fopen(path, "w");
	assert_non_null(stream);
	if (fputs(text, stream) < 0 || fclose(stream) != 0)
		fail_msg("cannot write '%s' to '%s'", text, path);
}

static void put_event(const char *file, const char *text)
{
	char path[100];

	snprintf(path, sizeof(path), "events/dupcqe_test/%s/%s", event, file);
	put(path, text);
}

static int start(void **state)
{
	(void)state;
	make_hits();
	snprintf(event, sizeof(event), "filter_%d", (int)getpid());
	snprintf(instance, sizeof(instance), UPROBE_TRACEFS "/instances/dupcqe-test-%d",
		 (int)getpid());
	if (uprobe_make_fields(event, FIELDS) != 0 || mkdir(instance, 0750) != 0)
		return -1;
	put_event("enable", "1");
	return 0;
}

static int end(void **state)
{
	(void)state;
	rmdir(instance);
	return uprobe_remove(event);
}

/* Which hits the instance has now. */
static void read_trace(bool seen[HITS])
{
	char path[120], line[1000];
	const char *at;
	FILE *stream;

	memset(seen, 0, HITS * sizeof(seen[0]));
	snprintf(path, sizeof(path), "%s/trace", instance);
	stream = fopen(path, "r");
	assert_non_null(stream);
	while (fgets(line, sizeof(line), stream)) {
		at = strstr(line, " result=");
		if (line[0] != '#' && at)
			seen[strtoul(at + 8, NULL, 0) >> 8] = true;
	}
	fclose(stream);
}

static void fire(void)
{
	unsigned long i;

	for (i = 0; i < HITS; i++)
		uprobe_hit(hits[i].ctrl_id, hits[i].qid, hits[i].cid, hits[i].status,
			   i << 8 | hits[i].reason, hits[i].addr);
}

/* Returns how many matched; 0 too if the kernel cannot be told. */
static unsigned int compare(const struct dupcqe_rule *rule)
{
	char filter[4096];
	struct dupcqe_text text;
	bool seen[HITS];
	unsigned int i, matched = 0;
	const char *why;

	dupcqe_text_init(&text, filter, sizeof(filter));
	if (dupcqe_rule_filter(rule, UINT64_MAX, &text, &why) != 0)
		return 0;
	put_event("filter", filter);
	put("trace", "");
	fire();
	read_trace(seen);
	for (i = 0; i < HITS; i++) {
		if (seen[i] != dupcqe_match(&rule->match, &hits[i], NULL))
			fail_msg("'%s' %s hit %u of nvme%d, '%s'", filter,
				 seen[i] ? "lets through" : "stops", i, hits[i].ctrl_id,
				 hits[i].addr);
		matched += seen[i];
	}
	return matched;
}

static void by_pattern(struct dupcqe_rule *rule, enum dupcqe_criterion criterion,
		       const char *pattern)
{
	rule->match.set |= 1u << criterion;
	strcpy(rule->match.pattern[criterion], pattern);
}

static void all_patterns_of(enum dupcqe_criterion criterion, const char *const *patterns,
			    size_t count)
{
	struct dupcqe_rule rule;
	size_t i;

	for (i = 0; i < count; i++) {
		rule = (struct dupcqe_rule){.count = 1};
		by_pattern(&rule, criterion, patterns[i]);
		if (!compare(&rule))
			fail_msg("'%s' matches nothing, or cannot be told", patterns[i]);
	}
}

static void addresses_by_pattern(void **state)
{
	static const char *const patterns[] = {
		"0000:01:00.0", "0000:01:*", "*:00.0", "*",	"**",  "traddr=*", "a?b",
		"a[a-z]b",	"[!a]*",     "!x",     "a\"b",	"a'b", "9?",	   "*0*",
		"0*0",		"[0-8]*",    "?*b",    "[a-]*", "a b", "*]*",	   "0",
		"0*",		"?",	     "[0]*",   "???",
	};

	(void)state;
	all_patterns_of(DUPCQE_BY_ADDRESS, patterns, sizeof(patterns) / sizeof(patterns[0]));
}

static void controllers_by_pattern(void **state)
{
	static const char *const patterns[] = {"nvme0",	 "nvme[0-35]", "nvme?",
					       "nvme??", "nvme1[!0]",  "*",
					       "nvme*",	 "nvme[!1-9]", "nvme1000"};

	(void)state;
	all_patterns_of(DUPCQE_BY_CONTROLLER, patterns, sizeof(patterns) / sizeof(patterns[0]));
}

static void every_hit(void **state)
{
	struct dupcqe_rule rule = {.count = 1};

	(void)state;
	assert_int_equal(compare(&rule), HITS);
}

static void random_ranges(struct dupcqe_match *match, enum dupcqe_criterion criterion)
{
	unsigned int i, number = criterion - DUPCQE_BY_QID;
	uint32_t a, b;

	match->set |= 1u << criterion;
	match->ranges[number] = 1 + below(3);
	for (i = 0; i < match->ranges[number]; i++) {
		a = criterion == DUPCQE_BY_REASON ? 1 + below(4) : numbers[below(NUMBERS)];
		b = criterion == DUPCQE_BY_REASON ? 1 + below(4) : numbers[below(NUMBERS)];
		match->range[number][i] = (struct dupcqe_range){a < b ? a : b, a < b ? b : a};
	}
}

static void random_rules(void **state)
{
	unsigned int i, criterion, matched = 0;
	struct dupcqe_rule rule;

	(void)state;
	for (i = 0; i < RANDOM_RULES; i++) {
		rule = (struct dupcqe_rule){.count = 1};
		for (criterion = DUPCQE_BY_QID; criterion < DUPCQE_CRITERIA; criterion++)
			if (below(2))
				random_ranges(&rule.match, criterion);
		if (below(3) == 0)
			by_pattern(&rule, DUPCQE_BY_ADDRESS, "[0-9]*");
		matched += compare(&rule);
	}
	assert_in_range(matched, HITS, HITS * (RANDOM_RULES - 1));
}

/* Of the characters that mean something, and of those that the addresses are made of. */
static void random_pattern(char *pattern)
{
	static const char letters[] = "ab0:.[]*?-!^0a*?[";
	size_t i, length = 1 + below(7);

	for (i = 0; i < length; i++)
		pattern[i] = letters[below(sizeof(letters) - 1)];
	pattern[length] = '\0';
}

/* What cannot be said as a filter is no mistake; what is said has to be right. */
static void random_patterns(void **state)
{
	struct dupcqe_rule rule;
	char pattern[16];
	int i, matching = 0;

	(void)state;
	for (i = 0; i < RANDOM_PATTERNS; i++) {
		rule = (struct dupcqe_rule){.count = 1};
		random_pattern(pattern);
		by_pattern(&rule, DUPCQE_BY_ADDRESS, pattern);
		matching += compare(&rule) > 0;
	}
	assert_in_range(matching, RANDOM_PATTERNS / 10, RANDOM_PATTERNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hit),
		cmocka_unit_test(addresses_by_pattern),
		cmocka_unit_test(controllers_by_pattern),
		cmocka_unit_test(random_rules),
		cmocka_unit_test(random_patterns),
	};

	if (uprobe_refusal()) {
		printf("ok - filters in the running kernel # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rule-kernel", tests, start, end);
}
