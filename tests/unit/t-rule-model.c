// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random hits and losses against a model that keeps all of them for good and looks through them
 * each time: slow, and too simple to be wrong in the same way.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "dupcqe/rule.h"

enum { HITS = 1500, ROUNDS = 60, RULES = 6 };

struct past {
	uint64_t key, now_ns, some;
	uint64_t at_ns;	/* that it is counted at */
	bool matched, fired;
};

static uint32_t seed;

static uint32_t below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static void random_rule(struct dupcqe_rule *rule)
{
	static const uint64_t windows[] = {0, 1, 20, 100, 5000, UINT64_MAX};
	static const uint64_t cooldowns[] = {0, 0, 1, 50, 2000, UINT64_MAX};

	*rule = (struct dupcqe_rule){
		.count = below(3) ? 1 + below(4) : 1 + below(100),
		.window_ns = windows[below(6)],
		.cooldown_ns = cooldowns[below(6)],
		.scope = below(3),
	};
	if (!below(4)) {
		rule->on = DUPCQE_ON_LOST;
		rule->scope = DUPCQE_PER_TOTAL;
	} else if (below(2)) {
		rule->match.set = 1 << DUPCQE_BY_QID;
		rule->match.ranges[0] = 1;
		rule->match.range[0][0] = (struct dupcqe_range){below(4), 2 + below(4)};
		if (rule->match.range[0][0].first > rule->match.range[0][0].last)
			rule->match.range[0][0].first = 0;
	}
}

static uint64_t next_time(uint64_t now_ns)
{
	switch (below(20)) {
	case 0:
		return now_ns - below(100);
	case 1:
		return now_ns + below(10000);
	default:
		return now_ns + below(30);
	}
}

static void random_event(struct dupcqe_event *event)
{
	*event = (struct dupcqe_event){.ctrl_id = below(3), .qid = below(5)};
	event->has = DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_QID);
}

/* How many records are lost this time; 0: it is a hit. */
static uint64_t random_loss(void)
{
	static const uint64_t losses[] = {1, 1, 2, 7, 50, 5000, UINT32_MAX, UINT64_MAX / HITS};

	return below(6) ? 0 : losses[below(8)];
}

static uint64_t model_key(const struct dupcqe_rule *rule, const struct dupcqe_event *event)
{
	if (rule->scope == DUPCQE_PER_TOTAL)
		return 0;
	return event->ctrl_id * 1000u + (rule->scope == DUPCQE_PER_QUEUE ? event->qid + 1 : 0);
}

/* What the rule has to say of hit number n; fills the model's past. */
static uint32_t model(const struct dupcqe_rule *rule, struct past *past, int n)
{
	uint64_t within = 0, newest = 0;
	bool cooling = false;
	int i;

	for (i = 0; i < n; i++)
		if (past[i].matched && past[i].key == past[n].key && past[i].some && past[i].at_ns > newest)
			newest = past[i].at_ns;
	if (newest > past[n].at_ns && rule->count > 1 && newest - past[n].at_ns > rule->window_ns)
		past[n].some = 0;
	else if (newest > past[n].at_ns)
		past[n].at_ns = newest;
	for (i = 0; i <= n; i++) {
		if (!past[i].matched || past[i].key != past[n].key)
			continue;
		if (past[n].some && past[n].at_ns - past[i].at_ns <= rule->window_ns)
			within += past[i].some;
		cooling |= past[i].fired && past[n].now_ns - past[i].now_ns < rule->cooldown_ns;
	}
	past[n].fired = within >= rule->count && !cooling;
	return within < rule->count ? within : rule->count;
}

static void compare(const struct dupcqe_rule *rule, size_t at, struct past *past, int n,
		    const struct dupcqe_event *event, uint64_t lost,
		    const struct dupcqe_decision *decision)
{
	uint64_t bit = UINT64_C(1) << at;
	uint32_t counted;

	past[n].key = model_key(rule, event);
	past[n].some = lost ? lost : 1;
	past[n].fired = false;
	past[n].matched =
		lost ? rule->on == DUPCQE_ON_LOST
		     : rule->on == DUPCQE_ON_HIT && dupcqe_match(&rule->match, event, NULL);
	assert_int_equal(!!(decision->matched & bit), past[n].matched);
	if (!past[n].matched)
		return;
	counted = model(rule, past, n);
	if (counted != decision->counted[at] || past[n].fired != !!(decision->fired & bit))
		fail_msg("hit %d of rule %zu: %u hits, fired %d; expected %u, %d", n, at,
			 decision->counted[at], !!(decision->fired & bit), counted, past[n].fired);
	assert_int_equal(!!(decision->cooling & bit), counted == rule->count && !past[n].fired);
}

static void one_round(uint64_t now_ns)
{
	static struct past past[RULES][HITS];
	struct dupcqe_rule list[RULES];
	struct dupcqe_decision decision;
	struct dupcqe_rules *rules;
	struct dupcqe_event event;
	uint64_t latest = 0, lost;
	int n, i;

	for (i = 0; i < RULES; i++)
		random_rule(&list[i]);
	assert_int_equal(dupcqe_rules_new(list, RULES, &rules), 0);
	for (n = 0; n < HITS; n++) {
		random_event(&event);
		now_ns = next_time(now_ns);
		latest = now_ns > latest ? now_ns : latest;
		lost = random_loss();
		if (lost)
			dupcqe_rules_lost(rules, lost, now_ns, &decision);
		else
			dupcqe_rules_decide(rules, &event, NULL, now_ns, &decision);
		for (i = 0; i < RULES; i++) {
			past[i][n].now_ns = latest;
			past[i][n].at_ns = lost ? latest : now_ns;
			compare(&list[i], i, past[i], n, &event, lost, &decision);
		}
	}
	dupcqe_rules_free(rules);
}

static void random_hits_and_losses(void **state)
{
	(void)state;
	for (seed = 1; seed <= ROUNDS; seed++) {
		uint32_t round = seed;

		one_round(1000000);
		seed = round;
	}
}

/* The clock's numbers end in the middle of it, and begin again. */
static void random_hits_at_the_end_of_time(void **state)
{
	(void)state;
	seed = 4711;
	one_round(UINT64_MAX - 10000);
}

/* Hardly a key comes twice: none is ever added up with another, and nothing is written outside. */
static void far_too_many_keys(void **state)
{
	struct dupcqe_rule rule = {.count = 5, .window_ns = 100, .scope = DUPCQE_PER_QUEUE};
	struct dupcqe_decision decision;
	struct dupcqe_event event;
	struct dupcqe_rules *rules;
	int i;

	(void)state;
	seed = 99;
	assert_int_equal(dupcqe_rules_new(&rule, 1, &rules), 0);
	for (i = 0; i < 200000; i++) {
		random_event(&event);
		event.ctrl_id = (int32_t)(below(1 << 16) << 16 | below(1 << 16));
		event.qid = below(1 << 16);
		dupcqe_rules_decide(rules, &event, NULL, i, &decision);
		assert_int_equal(decision.counted[0], 1);
		assert_int_equal(decision.fired, 0);
	}
	dupcqe_rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_hits_and_losses),
		cmocka_unit_test(random_hits_at_the_end_of_time),
		cmocka_unit_test(far_too_many_keys),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("rule-model", tests, NULL, NULL);
}
