// SPDX-License-Identifier: GPL-2.0-or-later
/* What is armed, as a plan and as text: no kernel is needed for that. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "armed.h"

static struct config config;
static struct armed plan;
static char text[ARMED_TRIGGER_MAX];

static int start(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	memset(&plan, 0xa5, sizeof(plan));
	return 0;
}

/* One more rule with one or two actions; ACTION_LOG is as good as none. */
static struct dupcqe_rule *add(enum action_kind first, enum action_kind second)
{
	struct config_rule *rule = &config.rule[config.rules++];

	rule->rule.count = 1;
	rule->actions = 2;
	rule->action[0].kind = first;
	rule->action[1].kind = second;
	return &rule->rule;
}

static struct dupcqe_rule *add_qid(enum action_kind kind, uint32_t qid)
{
	struct dupcqe_rule *rule = add(ACTION_LOG, kind);

	rule->match.set = 1 << DUPCQE_BY_QID;
	rule->match.ranges[0] = 1;
	rule->match.range[0][0] = (struct dupcqe_range){ qid, qid };
	return rule;
}

static void planned(uint64_t still, uint64_t snapshot, uint64_t freeze, uint64_t armable)
{
	armed_plan(&config, &armed_driver_event, still, &plan);
	assert_true(plan.now[ARMED_SNAPSHOT] == snapshot);
	assert_true(plan.now[ARMED_FREEZE] == freeze);
	assert_true(plan.armable == armable);
	assert_true((plan.can[ARMED_SNAPSHOT] | plan.can[ARMED_FREEZE] | plan.can[ARMED_PANIC]) == armable);
}

static void trigger_is(enum armed_kind kind, const char *expected)
{
	assert_int_equal(armed_trigger(&config, &plan, kind, text), *expected ? 0 : -ENOENT);
	assert_string_equal(text, expected);
}

static void nothing_to_arm(void **state)
{
	(void)state;
	planned(0, 0, 0, 0);
	add(ACTION_LOG, ACTION_EXEC);
	add(ACTION_RESET, ACTION_EXEC);
	planned(0, 0, 0, 0);
	assert_null(plan.why[0]);
	trigger_is(ARMED_SNAPSHOT, "");
	trigger_is(ARMED_FREEZE, "");
}

static void every_hit(void **state)
{
	(void)state;
	add(ACTION_LOG, ACTION_SNAPSHOT);
	planned(0, 1, 0, 1);
	trigger_is(ARMED_SNAPSHOT, "snapshot:1 if (reason > 0)");
	trigger_is(ARMED_FREEZE, "");
}

/* A probe's record has fewer fields, and its event is others' as well. */
static void on_a_probe(void **state)
{
	static const struct armed_event probe = { DUPCQE_BIT(DUPCQE_CID) | DUPCQE_BIT(DUPCQE_CTRL_ID), "fmt ~ \"x*\"", true };
	char filter[ARMED_TRIGGER_MAX];
	const char *why;

	(void)state;
	add(ACTION_LOG, ACTION_SNAPSHOT);
	add_qid(ACTION_SNAPSHOT, 1);
	strcpy(add(ACTION_FREEZE, ACTION_SNAPSHOT)->match.pattern[DUPCQE_BY_CONTROLLER], "nvme3");
	config.rule[2].rule.match.set = 1 << DUPCQE_BY_CONTROLLER;
	armed_plan(&config, &probe, 0, &plan);
	assert_true(plan.armable == 5);
	assert_string_equal(plan.why[1], "the kernel's record does not have the queue");
	trigger_is(ARMED_SNAPSHOT, "snapshot:1 if (fmt ~ \"x*\") && ((cid >= 0) || ((ctrl_id == 3)))");
	trigger_is(ARMED_FREEZE, "traceoff:1 if (fmt ~ \"x*\") && (((ctrl_id == 3)))");
	assert_int_equal(armed_filter(&config.rule[2], &probe, filter, &why), 0);
	assert_string_equal(filter, "(fmt ~ \"x*\") && ((ctrl_id == 3))");
	assert_int_equal(armed_filter(&config.rule[1], &probe, filter, &why), -EOPNOTSUPP);
}

static void filters_are_joined(void **state)
{
	(void)state;
	add_qid(ACTION_SNAPSHOT, 1);
	add_qid(ACTION_FREEZE, 2);
	add_qid(ACTION_LOG, 3);
	add_qid(ACTION_SNAPSHOT, 4);
	planned(0, 9, 2, 11);
	trigger_is(ARMED_SNAPSHOT, "snapshot:1 if ((qid == 1)) || ((qid == 4))");
	trigger_is(ARMED_FREEZE, "traceoff:1 if ((qid == 2))");
}

static void one_rule_for_both(void **state)
{
	(void)state;
	add(ACTION_FREEZE, ACTION_SNAPSHOT);
	planned(0, 1, 1, 1);
	trigger_is(ARMED_SNAPSHOT, "snapshot:1 if (reason > 0)");
	trigger_is(ARMED_FREEZE, "traceoff:1 if (reason > 0)");
}

static void what_the_kernel_cannot(void **state)
{
	(void)state;
	add(ACTION_SNAPSHOT, ACTION_LOG)->count = 2;
	add(ACTION_SNAPSHOT, ACTION_LOG)->on = DUPCQE_ON_LOST;
	add_qid(ACTION_FREEZE, 1)->scope = DUPCQE_PER_QUEUE;
	add_qid(ACTION_FREEZE, 2)->scope = DUPCQE_PER_QUEUE;
	config.rule[3].rule.cooldown_ns = 1;
	/* no trouble, as there is nothing that the kernel could do */
	add(ACTION_LOG, ACTION_EXEC)->count = 2;
	planned(0, 0, 4, 4);
	assert_string_equal(plan.why[0], "the kernel does not count hits within a time");
	assert_string_equal(plan.why[1], "the kernel does not act on records that it loses");
	assert_null(plan.why[2]);
	assert_string_equal(plan.why[3], "the kernel does not keep a cooldown for each controller or queue");
	assert_null(plan.why[4]);
	trigger_is(ARMED_SNAPSHOT, "");
	trigger_is(ARMED_FREEZE, "traceoff:1 if ((qid == 1))");
}

/* A rule that keeps still is armable, with no reason why not, and in no trigger. */
static void still_rules(void **state)
{
	(void)state;
	add_qid(ACTION_SNAPSHOT, 0);
	add_qid(ACTION_SNAPSHOT, 1);
	add_qid(ACTION_FREEZE, 2);
	add_qid(ACTION_SNAPSHOT, 3)->count = 2;
	planned(1, 2, 4, 7);
	trigger_is(ARMED_SNAPSHOT, "snapshot:1 if ((qid == 1))");
	planned(6, 1, 0, 7);
	trigger_is(ARMED_SNAPSHOT, "snapshot:1 if ((qid == 0))");
	trigger_is(ARMED_FREEZE, "");
	assert_null(plan.why[1]);
	planned(UINT64_MAX, 0, 0, 7);
	trigger_is(ARMED_SNAPSHOT, "");
	assert_null(plan.why[0]);
	assert_non_null(plan.why[3]);
}

/* The address of the last rule makes the text as long as it is to be. */
static void fill(size_t length)
{
	struct dupcqe_rule *rule;
	size_t left;

	start(NULL);
	/* not the first of all */
	add(ACTION_LOG, ACTION_EXEC);
	while (config.rules == 1 || strlen(text) + 160 < length) {
		rule = add(ACTION_SNAPSHOT, ACTION_LOG);
		rule->match.set = 1 << DUPCQE_BY_ADDRESS | 1 << DUPCQE_BY_TRANSPORT;
		memset(rule->match.pattern[DUPCQE_BY_ADDRESS], 'a', 63);
		memset(rule->match.pattern[DUPCQE_BY_TRANSPORT], 'b', 20);
		armed_plan(&config, &armed_driver_event, 0, &plan);
		armed_trigger(&config, &plan, ARMED_SNAPSHOT, text);
	}
	rule = add(ACTION_SNAPSHOT, ACTION_LOG);
	rule->match.set = 1 << DUPCQE_BY_ADDRESS | 1 << DUPCQE_BY_TRANSPORT;
	left = length - strlen(text) - strlen(" || (addr == \"\" && transport == \"\")");
	memset(rule->match.pattern[DUPCQE_BY_ADDRESS], 'a', left < 63 ? left : 63);
	memset(rule->match.pattern[DUPCQE_BY_TRANSPORT], 'b', left < 63 ? 1 : left - 63);
	if (left < 63)
		rule->match.pattern[DUPCQE_BY_ADDRESS][left - 1] = '\0';
}

static void as_long_as_the_kernel_takes(void **state)
{
	uint64_t last, can;

	(void)state;
	fill(ARMED_TRIGGER_MAX - 1);
	last = UINT64_C(1) << (config.rules - 1);
	planned(0, last | (last - 2), 0, last | (last - 2));
	assert_int_equal(armed_trigger(&config, &plan, ARMED_SNAPSHOT, text), 0);
	assert_int_equal(strlen(text), ARMED_TRIGGER_MAX - 1);
	fill(ARMED_TRIGGER_MAX);
	planned(0, last - 2, 0, last - 2);
	assert_string_equal(plan.why[config.rules - 1], "together the filters are too long for the kernel");
	assert_int_equal(armed_trigger(&config, &plan, ARMED_SNAPSHOT, text), 0);
	assert_ptr_equal(strstr(text, "|| ()"), NULL);
	assert_int_equal(text[strlen(text) - 1], ')');
	/* a shorter one behind it still fits; and who keeps still makes no room */
	add_qid(ACTION_SNAPSHOT, 7);
	can = (last - 2) | last << 1;
	planned(0, can, 0, can);
	planned(2, can & ~UINT64_C(2), 0, can);
}

static void sixty_four_rules(void **state)
{
	const char *at;
	int i, alternatives = 0;

	(void)state;
	for (i = 0; i < DUPCQE_RULES; i++)
		add_qid(i % 2 ? ACTION_SNAPSHOT : ACTION_FREEZE, i);
	planned(0, UINT64_C(0xaaaaaaaaaaaaaaaa), UINT64_C(0x5555555555555555), UINT64_MAX);
	assert_int_equal(armed_trigger(&config, &plan, ARMED_SNAPSHOT, text), 0);
	for (at = text; (at = strstr(at, "qid == ")); at++)
		alternatives++;
	assert_int_equal(alternatives, 32);
	assert_non_null(strstr(text, "((qid == 63))"));
}

static void refusing(void **state)
{
	(void)state;
	add(ACTION_SNAPSHOT, ACTION_FREEZE);
	add_qid(ACTION_SNAPSHOT, 1);
	add_qid(ACTION_FREEZE, 2);
	planned(2, 1, 5, 7);
	armed_refuse(&plan, ARMED_SNAPSHOT, 1, "x");
	assert_int_equal(plan.now[ARMED_SNAPSHOT], 0);
	assert_int_equal(plan.now[ARMED_FREEZE], 5);
	assert_int_equal(plan.armable, 7);
	assert_string_equal(plan.why[0], "x");
	assert_null(plan.why[1]);
	armed_refuse(&plan, ARMED_SNAPSHOT, UINT64_MAX, "y");
	assert_int_equal(plan.armable, 5);
	assert_string_equal(plan.why[0], "x");
	assert_string_equal(plan.why[1], "y");
	assert_null(plan.why[2]);
	trigger_is(ARMED_SNAPSHOT, "");
	armed_refuse(&plan, ARMED_FREEZE, 1, "z");
	assert_int_equal(plan.now[ARMED_FREEZE], 4);
	assert_int_equal(plan.armable, 4);
}

static void panics_are_joined(void **state)
{
	(void)state;
	add_qid(ACTION_PANIC, 1);
	add(ACTION_PANIC, ACTION_SNAPSHOT)->count = 2;
	add_qid(ACTION_FREEZE, 2);
	add_qid(ACTION_PANIC, 3);
	planned(0, 0, 4, 13);
	assert_true(plan.now[ARMED_PANIC] == 9);
	assert_true(plan.panic == 11);
	trigger_is(ARMED_PANIC, "panic:1 if ((qid == 1)) || ((qid == 3))");
	assert_string_equal(plan.why[1], "the kernel does not count hits within a time");
	/* one that keeps still is left out */
	planned(1, 0, 4, 13);
	trigger_is(ARMED_PANIC, "panic:1 if ((qid == 3))");
	assert_true(plan.panic == 11);
	armed_refuse(&plan, ARMED_PANIC, UINT64_MAX, "x");
	assert_true(plan.armable == 4);
	trigger_is(ARMED_PANIC, "");
	trigger_is(ARMED_FREEZE, "traceoff:1 if ((qid == 2))");
}

/* A panic on every hit has a condition as well: without one the kernel acts before the record is in the buffer. */
static void a_panic_on_every_hit(void **state)
{
	(void)state;
	add(ACTION_LOG, ACTION_PANIC);
	planned(0, 0, 0, 1);
	trigger_is(ARMED_PANIC, "panic:1 if (reason > 0)");
	config.panic_mode = PANIC_INSTANT;
	planned(0, 0, 0, 1);
	trigger_is(ARMED_PANIC, "panic:1 if (reason > 0)");
}

static void reactive_arms_no_panic(void **state)
{
	(void)state;
	config.panic_mode = PANIC_REACTIVE;
	add(ACTION_SNAPSHOT, ACTION_PANIC);
	planned(0, 1, 0, 1);
	trigger_is(ARMED_PANIC, "");
	assert_true(plan.panic == 1);
	assert_string_equal(plan.why[0], "[panic] mode is reactive");
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_arm),
		TEST(every_hit),
		TEST(on_a_probe),
		TEST(filters_are_joined),
		TEST(one_rule_for_both),
		TEST(what_the_kernel_cannot),
		TEST(still_rules),
		TEST(as_long_as_the_kernel_takes),
		TEST(sixty_four_rules),
		TEST(refusing),
		TEST(panics_are_joined),
		TEST(a_panic_on_every_hit),
		TEST(reactive_arms_no_panic),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("armed", tests, NULL, NULL);
}
