// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules on lost records: they count what hits do not, many at a time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "dupcqe/rule.h"

static struct dupcqe_rules *rules;
static struct dupcqe_decision decision;

static void start(const struct dupcqe_rule *list, size_t count)
{
	dupcqe_rules_free(rules);
	rules = NULL;
	assert_int_equal(dupcqe_rules_new(list, count, &rules), 0);
}

static void start_one(uint32_t count, uint64_t window_ns, uint64_t cooldown_ns)
{
	struct dupcqe_rule rule = {.on = DUPCQE_ON_LOST,
				   .count = count,
				   .window_ns = window_ns,
				   .cooldown_ns = cooldown_ns};

	start(&rule, 1);
}

static int after_test(void **state)
{
	(void)state;
	dupcqe_rules_free(rules);
	rules = NULL;
	return 0;
}

/* The first rule's answer: 'F' it fires, 'c' it keeps still, '.' it only counts, '-' none of its. */
static char answer(void)
{
	assert_int_equal(decision.fired & decision.cooling, 0);
	assert_int_equal((decision.fired | decision.cooling) & ~decision.matched, 0);
	if (!(decision.matched & 1))
		return '-';
	if (decision.cooling & 1)
		return 'c';
	return decision.fired & 1 ? 'F' : '.';
}

static char lost(uint64_t count, uint64_t now_ns)
{
	memset(&decision, 0xa5, sizeof(decision));
	dupcqe_rules_lost(rules, count, now_ns, &decision);
	return answer();
}

static char hit(uint64_t now_ns)
{
	struct dupcqe_event event = {.has = DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_QID)};

	memset(&decision, 0xa5, sizeof(decision));
	dupcqe_rules_decide(rules, &event, NULL, now_ns, &decision);
	return answer();
}

static void threshold_at_its_edge(void **state)
{
	(void)state;
	start_one(10, 100, 0);
	assert_int_equal(lost(9, 1000), '.');
	assert_int_equal(decision.counted[0], 9);
	assert_int_equal(lost(1, 1100), 'F');
	assert_int_equal(decision.counted[0], 10);
	start_one(10, 100, 0);
	assert_int_equal(lost(9, 1000), '.');
	assert_int_equal(lost(1, 1101), '.');
	assert_int_equal(decision.counted[0], 1);
	assert_int_equal(lost(8, 1201), '.');
	assert_int_equal(lost(1, 1201), 'F');
	start_one(10, 0, 0);
	assert_int_equal(lost(10, 5), 'F');
}

static void one_record_is_enough(void **state)
{
	(void)state;
	start_one(1, 0, 0);
	assert_int_equal(lost(1, 0), 'F');
	assert_int_equal(decision.counted[0], 1);
	assert_int_equal(lost(1, 0), 'F');
}

static void none_is_counted_by_none(void **state)
{
	(void)state;
	start_one(1, 100, 0);
	assert_int_equal(lost(0, 1), '-');
	assert_int_equal(decision.counted[0], 0);
	assert_int_equal(lost(1, 2), 'F');
	assert_int_equal(lost(0, 3), '-');
}

/* As many as there can be: counted to the threshold, fired once, and over when the window is. */
static void more_than_can_be_counted(void **state)
{
	(void)state;
	start_one(DUPCQE_THRESHOLD_MAX, 100, 0);
	assert_int_equal(lost(UINT64_MAX, 10), 'F');
	assert_int_equal(decision.counted[0], DUPCQE_THRESHOLD_MAX);
	assert_int_equal(lost(UINT64_MAX, 20), 'F');
	assert_int_equal(lost(1, 120), 'F');
	assert_int_equal(lost(1, 121), '.');
	assert_int_equal(decision.counted[0], 2);
	assert_int_equal(lost((UINT64_C(1) << 32) + 1, 400), 'F');
	assert_int_equal(decision.counted[0], DUPCQE_THRESHOLD_MAX);
}

/* What is counted last pushes out what was counted first, and no more. */
static void latest_are_kept(void **state)
{
	(void)state;
	start_one(5, 100, 0);
	assert_int_equal(lost(3, 0), '.');
	assert_int_equal(lost(4, 50), 'F');
	/* one of time 0 and four of time 50 are known */
	assert_int_equal(lost(1, 150), 'F');
	assert_int_equal(lost(1, 151), '.');
	assert_int_equal(decision.counted[0], 2);
}

static void cooldown(void **state)
{
	(void)state;
	start_one(2, 1000, 100);
	assert_int_equal(lost(2, 0), 'F');
	assert_int_equal(lost(1000, 99), 'c');
	assert_int_equal(lost(1, 100), 'F');
	assert_int_equal(lost(5, 199), 'c');
	assert_int_equal(lost(5, 200), 'F');
}

static void time_that_goes_back_stands_still(void **state)
{
	(void)state;
	start_one(4, 10, 20);
	assert_int_equal(lost(2, 1000), '.');
	assert_int_equal(lost(2, 5), 'F');
	assert_int_equal(lost(4, 0), 'c');
	assert_int_equal(lost(1, 1010), 'c');
	assert_int_equal(lost(1, 1020), '.');
	start_one(2, 10, 20);
	assert_int_equal(lost(2, UINT64_MAX), 'F');
	assert_int_equal(lost(2, 3), 'c');
}

static void hits_and_losses_are_apart(void **state)
{
	struct dupcqe_rule list[] = {
		{.on = DUPCQE_ON_LOST, .count = 2, .window_ns = 100},
		{.on = DUPCQE_ON_HIT, .count = 2, .window_ns = 100},
	};

	(void)state;
	start(list, 2);
	assert_int_equal(hit(1), '-');
	assert_int_equal(decision.matched, 2);
	assert_int_equal(lost(1, 2), '.');
	assert_int_equal(decision.matched, 1);
	assert_int_equal(decision.counted[1], 0);
	assert_int_equal(hit(3), '-');
	assert_int_equal(decision.fired, 2);
	assert_int_equal(decision.counted[0], 0);
	assert_int_equal(lost(1, 4), 'F');
	assert_int_equal(decision.fired, 1);
}

/* The clock is one: a hit's time is the latest for losses too. */
static void one_clock(void **state)
{
	(void)state;
	start_one(2, 10, 0);
	assert_int_equal(lost(1, 100), '.');
	assert_int_equal(hit(200), '-');
	assert_int_equal(lost(1, 105), '.');
	assert_int_equal(decision.counted[0], 1);
}

static void sixty_four_rules(void **state)
{
	struct dupcqe_rule list[DUPCQE_RULES] = {0};
	unsigned int i;

	(void)state;
	for (i = 0; i < DUPCQE_RULES; i++)
		list[i] = (struct dupcqe_rule){.on = i % 2, .count = i + 1, .window_ns = 10};
	start(list, DUPCQE_RULES);
	lost(32, 1);
	assert_true(decision.matched == UINT64_C(0xaaaaaaaaaaaaaaaa));
	assert_true(decision.fired == UINT64_C(0xaaaaaaaa));
	assert_int_equal(decision.counted[63], 32);
	assert_int_equal(decision.counted[1], 2);
}

static void refused(struct dupcqe_rule rule)
{
	struct dupcqe_rules *untouched = (struct dupcqe_rules *)&rule, *made = untouched;

	assert_int_equal(dupcqe_rules_new(&rule, 1, &made), -EINVAL);
	assert_ptr_equal(made, untouched);
}

/* There is nothing to look at in a record that was lost. */
static void only_the_total(void **state)
{
	struct dupcqe_rule rule = {.on = DUPCQE_ON_LOST, .count = 1};

	(void)state;
	start(&rule, 1);
	rule.scope = DUPCQE_PER_CONTROLLER;
	refused(rule);
	rule.scope = DUPCQE_PER_TOTAL;
	rule.match.set = 1 << DUPCQE_BY_CONTROLLER;
	strcpy(rule.match.pattern[0], "*");
	refused(rule);
	rule.on = DUPCQE_ON_HIT;
	start(&rule, 1);
	rule.on = DUPCQE_ON_LOST + 1;
	refused(rule);
	rule.on = (enum dupcqe_on)-1;
	refused(rule);
}

static void never_the_kernel(void **state)
{
	struct dupcqe_rule rule = {.on = DUPCQE_ON_LOST, .count = 1};
	const char *why = NULL;
	struct dupcqe_text text;
	char buffer[100];

	(void)state;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_text_puts(&text, "before");
	assert_int_equal(dupcqe_rule_filter(&rule, UINT64_MAX, &text, &why), -EOPNOTSUPP);
	assert_string_equal(why, "the kernel does not act on records that it loses");
	assert_string_equal(buffer, "before");
	rule.on = DUPCQE_ON_HIT;
	assert_int_equal(dupcqe_rule_filter(&rule, UINT64_MAX, &text, &why), 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, after_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(threshold_at_its_edge),
		TEST(one_record_is_enough),
		TEST(none_is_counted_by_none),
		TEST(more_than_can_be_counted),
		TEST(latest_are_kept),
		TEST(cooldown),
		TEST(time_that_goes_back_stands_still),
		TEST(hits_and_losses_are_apart),
		TEST(one_clock),
		TEST(sixty_four_rules),
		TEST(only_the_total),
		TEST(never_the_kernel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rule-lost", tests, NULL, NULL);
}
