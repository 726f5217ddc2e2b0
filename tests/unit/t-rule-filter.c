// SPDX-License-Identifier: GPL-2.0-or-later
/* A rule as a filter of ftrace: the words, and what the kernel cannot be told. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "dupcqe/rule.h"

static struct dupcqe_rule rule;
static char buffer[1 << 18]; /* far more than the kernel takes */
static struct dupcqe_text text;
static const char *why;
static uint64_t has;

static int before_test(void **state)
{
	(void)state;
	rule = (struct dupcqe_rule){.count = 1};
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	why = NULL;
	has = UINT64_MAX;
	return 0;
}

static void by_pattern(enum dupcqe_criterion criterion, const char *pattern)
{
	rule.match.set |= 1u << criterion;
	snprintf(rule.match.pattern[criterion], sizeof(rule.match.pattern[0]), "%s", pattern);
}

static void by_range(enum dupcqe_criterion criterion, uint32_t first, uint32_t last)
{
	unsigned int number = criterion - DUPCQE_BY_QID;

	rule.match.set |= 1u << criterion;
	rule.match.range[number][rule.match.ranges[number]++] = (struct dupcqe_range){first, last};
}

static void filter_is(const char *expected)
{
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	if (dupcqe_rule_filter(&rule, has, &text, &why) != 0)
		fail_msg("not '%s': %s", expected, why);
	assert_string_equal(text.at, expected);
	assert_null(why);
}

static void refused(const char *reason)
{
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_text_puts(&text, "before");
	assert_int_equal(dupcqe_rule_filter(&rule, has, &text, &why), -EOPNOTSUPP);
	assert_non_null(why);
	if (!strstr(why, reason))
		fail_msg("'%s' does not say '%s'", why, reason);
	assert_string_equal(text.at, "before");
	assert_int_equal(text.len, 6);
	assert_false(text.cut);
	why = NULL;
}

static void always_a_condition(void **state)
{
	(void)state;
	filter_is("reason > 0");
}

/* A record that has less: the kernel is not asked for what is not in it. */
static void fewer_fields(void **state)
{
	(void)state;
	has = DUPCQE_BIT(DUPCQE_CID) | DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_ADDR);
	filter_is("cid >= 0");
	by_range(DUPCQE_BY_CID, 1, 8);
	by_pattern(DUPCQE_BY_CONTROLLER, "nvme3");
	by_pattern(DUPCQE_BY_ADDRESS, "0000:*");
	filter_is("(ctrl_id == 3) && addr ~ \"[0]000:*\" && ((cid >= 1 && cid <= 8))");
	has &= ~DUPCQE_BIT(DUPCQE_ADDR);
	refused("does not have the address");
	before_test(NULL);
	has = ~DUPCQE_BIT(DUPCQE_QID);
	by_range(DUPCQE_BY_CID, 1, 8);
	by_range(DUPCQE_BY_QID, 1, 1);
	refused("does not have the queue");
	before_test(NULL);
	has = ~DUPCQE_BIT(DUPCQE_REASON);
	by_range(DUPCQE_BY_REASON, 2, 2);
	refused("does not have the reason");
}

static void numbers(void **state)
{
	(void)state;
	by_range(DUPCQE_BY_QID, 1, 8);
	by_range(DUPCQE_BY_QID, 16, 16);
	filter_is("((qid >= 1 && qid <= 8) || qid == 16)");
	by_range(DUPCQE_BY_REASON, 2, 2);
	filter_is("((qid >= 1 && qid <= 8) || qid == 16) && (reason == 2)");
}

/* Two values of the field for each Status Field: with the phase tag and without it. */
static void status_has_a_phase(void **state)
{
	(void)state;
	by_range(DUPCQE_BY_STATUS, 0, 0);
	filter_is("((status >= 0 && status <= 1))");
	by_range(DUPCQE_BY_STATUS, 0x2002, 0x7fff);
	filter_is("((status >= 0 && status <= 1) || (status >= 16388 && status <= 65535))");
}

/* The kernel would cut 65536 + 5 down to 5. */
static void large_numbers_are_not_cut(void **state)
{
	(void)state;
	by_range(DUPCQE_BY_CID, 65541, 65541);
	refused("larger");
	by_range(DUPCQE_BY_CID, 7, UINT32_MAX);
	filter_is("((cid >= 7 && cid <= 65535))");
	by_range(DUPCQE_BY_REASON, 3, 300);
	filter_is("((cid >= 7 && cid <= 65535)) && ((reason >= 3 && reason <= 255))");
	before_test(NULL);
	by_range(DUPCQE_BY_STATUS, 0x7fff, 0xffff);
	filter_is("((status >= 65534 && status <= 65535))");
}

static void controllers(void **state)
{
	static const struct {
		const char *pattern, *filter;
	} cases[] = {
		{"nvme3", "(ctrl_id == 3)"},
		{"nvme0", "(ctrl_id == 0)"},
		{"nvme9999", "(ctrl_id == 9999)"},
		{"nvme*", "ctrl_id >= 0"},
		{"*", "ctrl_id >= 0"},
		{"nvme[12]", "((ctrl_id >= 1 && ctrl_id <= 2))"},
		{"nvme[!0-7]", "((ctrl_id >= 8 && ctrl_id <= 9))"},
		{"nvme1[05]", "(ctrl_id == 10 || ctrl_id == 15)"},
		{"nvme?", "((ctrl_id >= 0 && ctrl_id <= 9))"},
		{"????2?", "((ctrl_id >= 20 && ctrl_id <= 29))"},
		{"nvme????", "((ctrl_id >= 1000 && ctrl_id <= 9999))"},
		{"nvme\\1", "(ctrl_id == 1)"},
		{"nvme[[:digit:]]", "((ctrl_id >= 0 && ctrl_id <= 9))"},
		{"nvme[^1-8]", "(ctrl_id == 0 || ctrl_id == 9)"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		by_pattern(DUPCQE_BY_CONTROLLER, cases[i].pattern);
		filter_is(cases[i].filter);
	}
}

static void controllers_that_cannot_be_told(void **state)
{
	static const char *const open[] = {"nvme1*", "nvme?*", "nvme[*]"};
	static const char *const none[] = {"sda",	"nvme",	     "nvme01",
					   "nvme12345", "nvme?????", "nvme[a-z]"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		by_pattern(DUPCQE_BY_CONTROLLER, open[i]);
		refused("for more than");
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		by_pattern(DUPCQE_BY_CONTROLLER, none[i]);
		refused("for none");
	}
}

static void strings(void **state)
{
	static const struct {
		const char *pattern, *filter;
	} cases[] = {
		{"0000:01:00.0", "addr == \"0000:01:00.0\""},
		{"traddr=*", "addr ~ \"traddr=*\""},
		{"*:00.0", "addr ~ \"*:00.0\""},
		/* the kernel takes a digit in front for an index and the rest as it stands */
		{"0000:01:*", "addr ~ \"[0]000:01:*\""},
		{"9?", "addr ~ \"[9]?\""},
		{"a[0-9]b", "addr ~ \"a[0-9]b\""},
		{"[!a]*", "addr ~ \"[!a]*\""},
		/* everything but what is not known */
		{"*", "addr ~ \"?*\""},
		{"***", "addr ~ \"?*\""},
		{"!x", "addr == \"!x\""},
		{"a\"b", "addr == 'a\"b'"},
		{"a'b", "addr == \"a'b\""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		by_pattern(DUPCQE_BY_ADDRESS, cases[i].pattern);
		filter_is(cases[i].filter);
	}
	by_pattern(DUPCQE_BY_ADDRESS, "a");
	by_pattern(DUPCQE_BY_TRANSPORT, "pcie");
	filter_is("addr == \"a\" && transport == \"pcie\"");
}

static void strings_that_cannot_be_told(void **state)
{
	static const char *const globs[] = {"!a*",   "[^a]*", "[[:digit:]]*", "a[b", "[]a]",
					    "[!]a]", "*[",    "[!",	      "[^",  "[a"};
	static const char *const characters[] = {"a\\b", "a\\*", "a\"b'c"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
		by_pattern(DUPCQE_BY_ADDRESS, globs[i]);
		refused("kind");
	}
	for (i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		by_pattern(DUPCQE_BY_ADDRESS, characters[i]);
		refused("characters");
	}
}

static void what_the_kernel_does_not_do(void **state)
{
	(void)state;
	rule.count = 2;
	refused("count");
	rule.count = 1;
	by_pattern(DUPCQE_BY_MODEL, "*");
	refused("model");
	before_test(NULL);
	by_pattern(DUPCQE_BY_SERIAL, "*");
	refused("serial");
	before_test(NULL);
	rule.count = 0;
	refused("valid");
}

static void cooldown_of_the_total_only(void **state)
{
	(void)state;
	rule.cooldown_ns = 1;
	filter_is("reason > 0");
	rule.scope = DUPCQE_PER_CONTROLLER;
	refused("cooldown");
	rule.scope = DUPCQE_PER_QUEUE;
	refused("cooldown");
	rule.cooldown_ns = 0;
	filter_is("reason > 0");
}

/* Every second instance of 1000 to 9999: beyond what a page holds. */
static void too_long_for_the_kernel(void **state)
{
	(void)state;
	by_pattern(DUPCQE_BY_CONTROLLER, "nvme???[02468]");
	refused("longer");
}

/* A buffer of any size: the whole filter or none, and nothing behind the buffer. */
static void small_buffers(void **state)
{
	char small[64];
	size_t size;

	(void)state;
	by_pattern(DUPCQE_BY_ADDRESS, "0000:01:*");
	by_range(DUPCQE_BY_QID, 1, 1);
	for (size = 1; size < sizeof(small); size++) {
		memset(small, '#', sizeof(small));
		dupcqe_text_init(&text, small, size);
		if (dupcqe_rule_filter(&rule, has, &text, &why) == 0)
			assert_string_equal(small, "addr ~ \"[0]000:01:*\" && (qid == 1)");
		else
			assert_string_equal(small, "");
		assert_int_equal(small[size], '#');
	}
	assert_int_equal(text.len, strlen("addr ~ \"[0]000:01:*\" && (qid == 1)"));
}

#define TEST(name) cmocka_unit_test_setup(name, before_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(always_a_condition),
		TEST(fewer_fields),
		TEST(numbers),
		TEST(status_has_a_phase),
		TEST(large_numbers_are_not_cut),
		TEST(controllers),
		TEST(controllers_that_cannot_be_told),
		TEST(strings),
		TEST(strings_that_cannot_be_told),
		TEST(what_the_kernel_does_not_do),
		TEST(cooldown_of_the_total_only),
		TEST(too_long_for_the_kernel),
		TEST(small_buffers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rule-filter", tests, NULL, NULL);
}
