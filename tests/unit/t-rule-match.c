// SPDX-License-Identifier: GPL-2.0-or-later
/* Which hits a rule is for: each criterion, and none on what is not known; which rules there cannot
 * be. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "dupcqe/rule.h"
#include "events.h"

static struct dupcqe_event event;
static struct dupcqe_identity identity;
static struct dupcqe_match match;

static int before_test(void **state)
{
	(void)state;
	sample_make("stale", &event);
	strcpy(event.addr, "0000:01:00.0");
	strcpy(event.transport, "pcie");
	event.ctrl_id = 12;
	event.qid = 5;
	event.cid = 0x9001;
	event.status = 0x4005;
	event.reason = DUPCQE_STALE_GENERATION;
	event.has = UINT64_MAX;
	identity = (struct dupcqe_identity){"ACME SSD 9", "S1"};
	match = (struct dupcqe_match){0};
	return 0;
}

static bool matches_pattern(enum dupcqe_criterion criterion, const char *pattern)
{
	match = (struct dupcqe_match){.set = 1u << criterion};
	snprintf(match.pattern[criterion], sizeof(match.pattern[0]), "%s", pattern);
	return dupcqe_match(&match, &event, &identity);
}

static bool matches_range(enum dupcqe_criterion criterion, uint32_t first, uint32_t last)
{
	unsigned int number = criterion - DUPCQE_BY_QID;

	match = (struct dupcqe_match){.set = 1u << criterion};
	match.ranges[number] = 1;
	match.range[number][0] = (struct dupcqe_range){first, last};
	return dupcqe_match(&match, &event, &identity);
}

static void nothing_set_matches_all(void **state)
{
	(void)state;
	assert_true(dupcqe_match(&match, &event, &identity));
	event = (struct dupcqe_event){0};
	assert_true(dupcqe_match(&match, &event, NULL));
}

static void patterns(void **state)
{
	static const struct {
		enum dupcqe_criterion criterion;
		const char *pattern;
		bool matches;
	} cases[] = {
		{DUPCQE_BY_CONTROLLER, "nvme12", true},
		{DUPCQE_BY_CONTROLLER, "nvme1", false},
		{DUPCQE_BY_CONTROLLER, "nvme1*", true},
		{DUPCQE_BY_CONTROLLER, "nvme1[0-2]", true},
		{DUPCQE_BY_CONTROLLER, "nvme1[!2]", false},
		{DUPCQE_BY_CONTROLLER, "nvme?", false},
		{DUPCQE_BY_CONTROLLER, "12", false},
		{DUPCQE_BY_ADDRESS, "0000:01:00.0", true},
		{DUPCQE_BY_ADDRESS, "0000:01:*", true},
		{DUPCQE_BY_ADDRESS, "*:02:*", false},
		{DUPCQE_BY_MODEL, "ACME*", true},
		{DUPCQE_BY_MODEL, "acme*", false},
		{DUPCQE_BY_MODEL, "*SSD 9", true},
		{DUPCQE_BY_SERIAL, "S1", true},
		{DUPCQE_BY_SERIAL, "S2", false},
		{DUPCQE_BY_TRANSPORT, "pcie", true},
		{DUPCQE_BY_TRANSPORT, "tcp", false},
		{DUPCQE_BY_TRANSPORT, "*", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (matches_pattern(cases[i].criterion, cases[i].pattern) != cases[i].matches)
			fail_msg("'%s' (%d)", cases[i].pattern, cases[i].criterion);
}

static void ranges_include_both_ends(void **state)
{
	static const struct {
		enum dupcqe_criterion criterion;
		uint32_t value;
	} cases[] = {
		{DUPCQE_BY_QID, 5},
		{DUPCQE_BY_CID, 0x9001},
		{DUPCQE_BY_STATUS, 0x2002}, /* without the phase */
		{DUPCQE_BY_REASON, 2},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum dupcqe_criterion criterion = cases[i].criterion;
		uint32_t value = cases[i].value;

		assert_true(matches_range(criterion, value, value));
		assert_true(matches_range(criterion, 0, value));
		assert_true(matches_range(criterion, value, UINT32_MAX));
		assert_false(matches_range(criterion, 0, value - 1));
		assert_false(matches_range(criterion, value + 1, UINT32_MAX));
	}
}

static void any_of_the_ranges(void **state)
{
	unsigned int i;

	(void)state;
	match.set = 1 << DUPCQE_BY_QID;
	match.ranges[0] = DUPCQE_RULE_RANGES;
	for (i = 0; i < DUPCQE_RULE_RANGES; i++)
		match.range[0][i] = (struct dupcqe_range){i * 10, i * 10 + 1};
	for (i = 0; i < 100; i++) {
		event.qid = i;
		assert_int_equal(dupcqe_match(&match, &event, &identity),
				 i < DUPCQE_RULE_RANGES * 10 && i % 10 < 2);
	}
}

static void all_criteria_have_to_match(void **state)
{
	unsigned int criterion;

	(void)state;
	for (criterion = 0; criterion < DUPCQE_BY_QID; criterion++)
		strcpy(match.pattern[criterion], "*");
	for (criterion = DUPCQE_BY_QID; criterion < DUPCQE_CRITERIA; criterion++) {
		match.ranges[criterion - DUPCQE_BY_QID] = 1;
		match.range[criterion - DUPCQE_BY_QID][0] = (struct dupcqe_range){0, UINT32_MAX};
	}
	match.set = (1 << DUPCQE_CRITERIA) - 1;
	assert_true(dupcqe_match(&match, &event, &identity));
	for (criterion = 0; criterion < DUPCQE_BY_QID; criterion++) {
		strcpy(match.pattern[criterion], "-");
		assert_false(dupcqe_match(&match, &event, &identity));
		strcpy(match.pattern[criterion], "*");
	}
	for (criterion = 0; criterion < DUPCQE_CRITERIA - DUPCQE_BY_QID; criterion++) {
		match.range[criterion][0].first = UINT32_MAX;
		assert_false(dupcqe_match(&match, &event, &identity));
		match.range[criterion][0].first = 0;
	}
}

/* The widest criteria there are do not match what the event does not have. */
static void absent_never_matches(void **state)
{
	static const struct {
		enum dupcqe_criterion criterion;
		enum dupcqe_field field;
	} cases[] = {
		{DUPCQE_BY_CONTROLLER, DUPCQE_CTRL_ID},
		{DUPCQE_BY_ADDRESS, DUPCQE_ADDR},
		{DUPCQE_BY_TRANSPORT, DUPCQE_TRANSPORT},
		{DUPCQE_BY_QID, DUPCQE_QID},
		{DUPCQE_BY_CID, DUPCQE_CID},
		{DUPCQE_BY_STATUS, DUPCQE_STATUS},
		{DUPCQE_BY_REASON, DUPCQE_REASON},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum dupcqe_criterion criterion = cases[i].criterion;
		bool number = criterion >= DUPCQE_BY_QID;

		event.has = UINT64_MAX;
		assert_true(number ? matches_range(criterion, 0, UINT32_MAX)
				   : matches_pattern(criterion, "*"));
		event.has &= ~DUPCQE_BIT(cases[i].field);
		assert_false(number ? matches_range(criterion, 0, UINT32_MAX)
				    : matches_pattern(criterion, "*"));
	}
}

static void empty_strings_never_match(void **state)
{
	(void)state;
	event.addr[0] = event.transport[0] = '\0';
	assert_false(matches_pattern(DUPCQE_BY_ADDRESS, "*"));
	assert_false(matches_pattern(DUPCQE_BY_TRANSPORT, "*"));
	identity = (struct dupcqe_identity){0};
	assert_false(matches_pattern(DUPCQE_BY_MODEL, "*"));
	assert_false(matches_pattern(DUPCQE_BY_SERIAL, "*"));
	event.ctrl_id = -1;
	assert_false(matches_pattern(DUPCQE_BY_CONTROLLER, "*"));
}

static void no_identity_at_all(void **state)
{
	(void)state;
	assert_true(matches_pattern(DUPCQE_BY_MODEL, "*"));
	assert_false(dupcqe_match(&match, &event, NULL));
}

/* A device chooses the string, the pattern the work: it must not grow without bound. */
static void patterns_do_not_explode(void **state)
{
	struct timespec begin, end;

	(void)state;
	memset(event.addr, 'a', sizeof(event.addr) - 1);
	event.addr[sizeof(event.addr) - 1] = '\0';
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_false(matches_pattern(
		DUPCQE_BY_ADDRESS, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"));
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_in_range(end.tv_sec - begin.tv_sec, 0, 1);
}

static void refuses(const struct dupcqe_rule *rule)
{
	struct dupcqe_rules *untouched = NULL;

	assert_int_equal(dupcqe_rules_new(rule, 1, &untouched), -EINVAL);
	assert_null(untouched);
}

static void bad_rules_are_refused(void **state)
{
	static const struct dupcqe_rule good = {.count = 1};
	struct dupcqe_rule many[DUPCQE_RULES + 1];
	struct dupcqe_rules *rules;
	struct dupcqe_rule rule = good;
	unsigned int i;

	(void)state;
	rule.count = 0;
	refuses(&rule);
	rule.count = DUPCQE_THRESHOLD_MAX + 1;
	refuses(&rule);
	rule = good;
	rule.scope = DUPCQE_PER_QUEUE + 1;
	refuses(&rule);
	rule = good;
	rule.match.set = 1 << DUPCQE_CRITERIA;
	refuses(&rule);
	rule.match.set = 1 << DUPCQE_BY_MODEL; /* empty */
	refuses(&rule);
	memset(rule.match.pattern[DUPCQE_BY_MODEL], 'x',
	       sizeof(rule.match.pattern[0])); /* endless */
	refuses(&rule);
	rule.match.set = 1 << DUPCQE_BY_REASON; /* no range */
	refuses(&rule);
	rule.match.ranges[DUPCQE_BY_REASON - DUPCQE_BY_QID] = DUPCQE_RULE_RANGES + 1;
	refuses(&rule);
	rule.match.ranges[DUPCQE_BY_REASON - DUPCQE_BY_QID] = 1;
	rule.match.range[DUPCQE_BY_REASON - DUPCQE_BY_QID][0] = (struct dupcqe_range){2, 1};
	refuses(&rule);
	for (i = 0; i <= DUPCQE_RULES; i++)
		many[i] = good;
	assert_int_equal(dupcqe_rules_new(many, DUPCQE_RULES + 1, &rules), -EINVAL);
	assert_int_equal(dupcqe_rules_new(many, DUPCQE_RULES, &rules), 0);
	dupcqe_rules_free(rules);
}

#define TEST(name) cmocka_unit_test_setup(name, before_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_set_matches_all),	  TEST(patterns),
		TEST(ranges_include_both_ends),	  TEST(any_of_the_ranges),
		TEST(all_criteria_have_to_match), TEST(absent_never_matches),
		TEST(empty_strings_never_match),  TEST(no_identity_at_all),
		TEST(patterns_do_not_explode),	  TEST(bad_rules_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rule-match", tests, NULL, NULL);
}
