// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting: thresholds at their edges, keys, cooldown, time. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "dupcqe/rule.h"

static struct dupcqe_rules *rules;
static struct dupcqe_decision decision;
static struct dupcqe_event event;

static const uint64_t queue_bits = DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_QID);

static void start(const struct dupcqe_rule *list, size_t count)
{
	dupcqe_rules_free(rules);
	rules = NULL;
	assert_int_equal(dupcqe_rules_new(list, count, &rules), 0);
	event = (struct dupcqe_event){.has = queue_bits};
}

static void start_one(uint32_t count, uint64_t window_ns, uint64_t cooldown_ns,
		      enum dupcqe_scope scope)
{
	struct dupcqe_rule rule = {
		.count = count, .window_ns = window_ns, .cooldown_ns = cooldown_ns, .scope = scope};

	start(&rule, 1);
}

static int after_test(void **state)
{
	(void)state;
	dupcqe_rules_free(rules);
	rules = NULL;
	return 0;
}

/* The first rule's answer: 'F' it fires, 'c' it keeps still, '.' it only counts, '-' not its hit.
 */
static char hit(uint64_t now_ns)
{
	memset(&decision, 0xa5, sizeof(decision));
	dupcqe_rules_decide(rules, &event, NULL, now_ns, &decision);
	assert_int_equal(decision.fired & decision.cooling, 0);
	assert_int_equal((decision.fired | decision.cooling) & ~decision.matched, 0);
	if (!(decision.matched & 1))
		return '-';
	if (decision.cooling & 1)
		return 'c';
	return decision.fired & 1 ? 'F' : '.';
}

static char hit_at(int32_t ctrl_id, uint16_t qid, uint64_t now_ns)
{
	event.ctrl_id = ctrl_id;
	event.qid = qid;
	return hit(now_ns);
}

static void every_hit_fires(void **state)
{
	(void)state;
	start_one(1, 0, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(0), 'F');
	assert_int_equal(hit(0), 'F');
	assert_int_equal(decision.counted[0], 1);
	assert_int_equal(hit(UINT64_MAX), 'F');
	assert_int_equal(hit(UINT64_MAX), 'F');
}

static void window_includes_its_edge(void **state)
{
	(void)state;
	start_one(3, 100, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(1000), '.');
	assert_int_equal(hit(1050), '.');
	assert_int_equal(hit(1100), 'F');
	assert_int_equal(decision.counted[0], 3);
	start_one(3, 100, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(1000), '.');
	assert_int_equal(hit(1050), '.');
	assert_int_equal(hit(1101), '.');
	assert_int_equal(decision.counted[0], 2);
	assert_int_equal(hit(1150), 'F');
	assert_int_equal(hit(1202), '.');
	assert_int_equal(decision.counted[0], 2);
}

static void firing_does_not_start_anew(void **state)
{
	(void)state;
	start_one(2, 10, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(1), '.');
	assert_int_equal(hit(2), 'F');
	assert_int_equal(hit(3), 'F');
	assert_int_equal(decision.counted[0], 2);
	assert_int_equal(hit(14), '.');
}

static void empty_window_is_one_instant(void **state)
{
	(void)state;
	start_one(2, 0, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(5), '.');
	assert_int_equal(hit(6), '.');
	assert_int_equal(hit(6), 'F');
}

static void endless_window(void **state)
{
	(void)state;
	start_one(3, UINT64_MAX, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(0), '.');
	assert_int_equal(hit(1), '.');
	assert_int_equal(hit(UINT64_MAX), 'F');
}

static void cooldown_ends_at_its_edge(void **state)
{
	(void)state;
	start_one(1, 0, 100, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(0), 'F');
	assert_int_equal(hit(99), 'c');
	assert_int_equal(hit(100), 'F');
	assert_int_equal(hit(199), 'c');
	assert_int_equal(hit(200), 'F');
}

/* The hits of a cooldown are counted; they do not make it longer. */
static void cooldown_goes_on_counting(void **state)
{
	(void)state;
	start_one(3, 50, 100, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(0), '.');
	assert_int_equal(hit(0), '.');
	assert_int_equal(hit(0), 'F');
	assert_int_equal(hit(60), '.');
	assert_int_equal(hit(80), '.');
	assert_int_equal(hit(90), 'c');
	assert_int_equal(hit(100), 'F');
}

static void endless_cooldown(void **state)
{
	(void)state;
	start_one(1, 0, UINT64_MAX, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(0), 'F');
	assert_int_equal(hit(UINT64_MAX - 1), 'c');
	assert_int_equal(hit(UINT64_MAX), 'F');
}

static void controllers_count_apart(void **state)
{
	(void)state;
	start_one(2, 100, 100, DUPCQE_PER_CONTROLLER);
	assert_int_equal(hit_at(0, 1, 1), '.');
	assert_int_equal(hit_at(1, 1, 2), '.');
	assert_int_equal(hit_at(0, 2, 3), 'F');
	assert_int_equal(hit_at(0, 3, 4), 'c');
	assert_int_equal(hit_at(1, 9, 5), 'F');
	assert_int_equal(hit_at(-1, 1, 5), '.');
}

static void queues_count_apart(void **state)
{
	(void)state;
	start_one(2, 100, 100, DUPCQE_PER_QUEUE);
	assert_int_equal(hit_at(0, 1, 1), '.');
	assert_int_equal(hit_at(0, 2, 2), '.');
	assert_int_equal(hit_at(1, 1, 3), '.');
	assert_int_equal(hit_at(1, 0, 3), '.');
	assert_int_equal(hit_at(0, 1, 4), 'F');
	assert_int_equal(hit_at(1, 1, 5), 'F');
	assert_int_equal(hit_at(0, 1, 6), 'c');
	assert_int_equal(hit_at(0, 2, 7), 'F');
}

static void total_counts_all_together(void **state)
{
	(void)state;
	start_one(3, 100, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit_at(0, 1, 1), '.');
	assert_int_equal(hit_at(1, 1, 1), '.');
	event.has = 0;
	assert_int_equal(hit(1), 'F');
}

/* Two hits of nobody knows which queue are no two hits of one queue. */
static void unknown_key_is_not_added_up(void **state)
{
	(void)state;
	start_one(2, 100, 0, DUPCQE_PER_QUEUE);
	event.has = DUPCQE_BIT(DUPCQE_CTRL_ID);
	assert_int_equal(hit(1), '.');
	assert_int_equal(hit(1), '.');
	assert_int_equal(decision.counted[0], 1);
	event.has = DUPCQE_BIT(DUPCQE_QID);
	assert_int_equal(hit(1), '.');
	assert_int_equal(hit(1), '.');
	start_one(1, 0, 100, DUPCQE_PER_CONTROLLER);
	event.has = 0;
	assert_int_equal(hit(1), 'F');
	assert_int_equal(hit(2), 'c');
	event.has = queue_bits;
	assert_int_equal(hit(2), 'F');
}

static void time_that_goes_back_stands_still(void **state)
{
	(void)state;
	start_one(2, 10, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(1000), '.');
	assert_int_equal(hit(995), 'F');
	/* the hit of time 995 counts as one of time 1000 */
	assert_int_equal(hit(1010), 'F');
	assert_int_equal(hit(1011), 'F');
	assert_int_equal(hit(1022), '.');
	/* two hits long ago, whatever came before them: not two now */
	assert_int_equal(hit(5), '.');
	assert_int_equal(hit(6), '.');
	assert_int_equal(hit(1011), '.');
	assert_int_equal(hit(1012), 'F');
	start_one(1, 0, 0, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(1000), 'F');
	assert_int_equal(hit(5), 'F');
}

/* No difference of times may wrap, whatever comes. */
static void times_near_the_end(void **state)
{
	(void)state;
	start_one(2, 10, 20, DUPCQE_PER_TOTAL);
	assert_int_equal(hit(UINT64_MAX - 5), '.');
	assert_int_equal(hit(UINT64_MAX), 'F');
	assert_int_equal(hit(UINT64_MAX - 1), 'c');
	assert_int_equal(hit(3), '.');
	assert_int_equal(hit(0), '.');
}

static void least_recent_key_is_forgotten(void **state)
{
	int i;

	(void)state;
	start_one(2, 1000000, 0, DUPCQE_PER_CONTROLLER);
	for (i = 0; i < DUPCQE_RULE_KEYS; i++)
		assert_int_equal(hit_at(i, 0, i), '.');
	/* 0 is known and now the latest; 1 has to go for one more, then 2 for 1 */
	assert_int_equal(hit_at(0, 0, 300), 'F');
	assert_int_equal(hit_at(1000, 0, 301), '.');
	assert_int_equal(hit_at(1, 0, 302), '.');
	assert_int_equal(hit_at(0, 0, 303), 'F');
	assert_int_equal(hit_at(3, 0, 304), 'F');
	assert_int_equal(hit_at(2, 0, 305), '.');
}

/* A place that is taken over brings nothing of the key before. */
static void forgotten_key_leaves_nothing(void **state)
{
	int i;

	(void)state;
	start_one(1, 0, 1000000, DUPCQE_PER_CONTROLLER);
	for (i = 0; i < DUPCQE_RULE_KEYS; i++)
		assert_int_equal(hit_at(i, 0, 1), 'F');
	assert_int_equal(hit_at(500, 0, 2), 'F');
	assert_int_equal(hit_at(1, 0, 2), 'c');
	assert_int_equal(hit_at(0, 0, 2), 'F');
}

static void largest_threshold(void **state)
{
	uint64_t i;

	(void)state;
	start_one(DUPCQE_THRESHOLD_MAX, DUPCQE_THRESHOLD_MAX - 1, 0, DUPCQE_PER_QUEUE);
	for (i = 0; i + 1 < DUPCQE_THRESHOLD_MAX; i++)
		assert_int_equal(hit_at(3, 7, i), '.');
	assert_int_equal(hit_at(3, 7, i), 'F');
	assert_int_equal(decision.counted[0], DUPCQE_THRESHOLD_MAX);
	assert_int_equal(hit_at(3, 7, i + 2), '.');
	assert_int_equal(decision.counted[0], DUPCQE_THRESHOLD_MAX - 1);
}

static void sixty_four_rules(void **state)
{
	struct dupcqe_rule list[DUPCQE_RULES] = {0};
	unsigned int i;

	(void)state;
	for (i = 0; i < DUPCQE_RULES; i++) {
		list[i].count = i % 2 + 1;
		list[i].window_ns = 10;
		list[i].match.set = 1 << DUPCQE_BY_QID;
		list[i].match.ranges[0] = 1;
		list[i].match.range[0][0] = (struct dupcqe_range){i, UINT32_MAX};
	}
	start(list, DUPCQE_RULES);
	hit_at(0, 63, 1);
	assert_true(decision.matched == UINT64_MAX);
	assert_true(decision.fired == UINT64_C(0x5555555555555555));
	hit_at(0, 62, 1);
	assert_true(decision.matched == UINT64_MAX >> 1);
	assert_true(decision.fired == UINT64_MAX >> 1);
	assert_int_equal(decision.counted[63], 0);
	hit_at(0, 63, 1);
	assert_true(decision.fired == UINT64_MAX);
}

static void rule_that_does_not_match_counts_nothing(void **state)
{
	struct dupcqe_rule rule = {.count = 2, .window_ns = 10};

	(void)state;
	rule.match.set = 1 << DUPCQE_BY_QID;
	rule.match.ranges[0] = 1;
	rule.match.range[0][0] = (struct dupcqe_range){7, 7};
	start(&rule, 1);
	assert_int_equal(hit_at(0, 7, 1), '.');
	assert_int_equal(hit_at(0, 8, 1), '-');
	assert_int_equal(decision.counted[0], 0);
	assert_int_equal(hit_at(0, 7, 1), 'F');
}

static void no_rules(void **state)
{
	(void)state;
	start(NULL, 0);
	assert_int_equal(hit(1), '-');
}

#define TEST(name) cmocka_unit_test_teardown(name, after_test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_hit_fires),
		TEST(window_includes_its_edge),
		TEST(firing_does_not_start_anew),
		TEST(empty_window_is_one_instant),
		TEST(endless_window),
		TEST(cooldown_ends_at_its_edge),
		TEST(cooldown_goes_on_counting),
		TEST(endless_cooldown),
		TEST(controllers_count_apart),
		TEST(queues_count_apart),
		TEST(total_counts_all_together),
		TEST(unknown_key_is_not_added_up),
		TEST(time_that_goes_back_stands_still),
		TEST(times_near_the_end),
		TEST(least_recent_key_is_forgotten),
		TEST(forgotten_key_leaves_nothing),
		TEST(largest_threshold),
		TEST(sixty_four_rules),
		TEST(rule_that_does_not_match_counts_nothing),
		TEST(no_rules),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
