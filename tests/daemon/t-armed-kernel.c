// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arming in the running kernel. One without snapshots has to be told of as such, and still freezes.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "armed-lab.h"
#include "filter_error.h"
#include "trigger.h"
#include "uprobe.h"

static void arm(void)
{
	armed_plan(&config, &armed_driver_event, 0, &plan);
	assert_int_equal(armed_set(trigger, &config, &plan), 0);
}

static void freezes_with_the_hit(void **state)
{
	(void)state;
	armed_add(ACTION_FREEZE, 3);
	arm();
	assert_int_equal(plan.now[ARMED_FREEZE], 1);
	assert_int_equal(trigger_used(trigger, "traceoff"), 0);
	armed_hit(2, 100);
	assert_true(armed_is_on());
	armed_hit(3, 101);
	assert_false(armed_is_on());
	armed_hit(3, 102);
	assert_int_equal(trigger_used(trigger, "traceoff"), 1);
	assert_non_null(strstr(armed_get_from_instance("trace"), "cid=100 "));
	assert_non_null(strstr(armed_get_from_instance("trace"), "cid=101 "));
	assert_null(strstr(armed_get_from_instance("trace"), "cid=102 "));
}

static void acts_once_and_again_when_armed_again(void **state)
{
	(void)state;
	armed_add(ACTION_FREEZE, 3);
	arm();
	armed_hit(3, 1);
	assert_int_equal(armed_put_in_instance("tracing_on", "1"), 0);
	armed_hit(3, 2);
	assert_true(armed_is_on());
	arm();
	assert_int_equal(trigger_used(trigger, "traceoff"), 0);
	armed_hit(3, 3);
	assert_false(armed_is_on());
}

/* Of another daemon's life, with another filter, or of the other kind that there is only one room for. */
static void leftovers_are_replaced(void **state)
{
	static const char *const leftovers[] = {
		"traceoff:1 if qid == 9", "traceoff", "traceoff:0 if qid == 3", "traceon:7 if qid == 9", "traceon",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++) {
		armed_each(NULL);
		assert_int_equal(armed_put(trigger, leftovers[i]), 0);
		armed_add(ACTION_FREEZE, 3);
		arm();
		assert_string_equal(armed_get(trigger), "traceoff:count=1 if ((qid == 3))\n");
		armed_hit(9, 1);
		assert_true(armed_is_on());
		armed_hit(3, 2);
		assert_false(armed_is_on());
	}
}

static void nothing_to_arm_takes_away(void **state)
{
	(void)state;
	assert_int_equal(armed_put(trigger, "traceoff:1 if qid == 3"), 0);
	arm();
	assert_int_equal(trigger_used(trigger, "traceoff"), -ENOENT);
	armed_hit(3, 1);
	assert_true(armed_is_on());
	/* nor is there anything wrong when there is nothing */
	arm();
	/* nobody is in the way: this is not the daemon's */
	assert_int_equal(armed_put(trigger, "traceon:7 if qid == 9"), 0);
	arm();
	assert_string_equal(armed_get(trigger), "traceon:count=7 if qid == 9\n");
	assert_int_equal(armed_put(trigger, "!traceon"), 0);
}

static void all_cooling_takes_away(void **state)
{
	(void)state;
	armed_add(ACTION_FREEZE, 3);
	arm();
	armed_plan(&config, &armed_driver_event, 1, &plan);
	assert_int_equal(armed_set(trigger, &config, &plan), 0);
	assert_int_equal(plan.armable, 1);
	assert_int_equal(trigger_used(trigger, "traceoff"), -ENOENT);
}

/* The line of the trigger file changes place when it is written anew. */
static void what_is_right_is_left_alone(void **state)
{
	static const char line[] = "traceoff:count=1 if ((qid == 3))\n";

	(void)state;
	armed_add(ACTION_FREEZE, 3);
	arm();
	assert_int_equal(armed_put(trigger, "stacktrace:3 if qid == 9"), 0);
	arm();
	assert_int_equal(plan.now[ARMED_FREEZE], 1);
	assert_non_null(strstr(armed_get(trigger), line));
	assert_true(strcmp(strstr(armed_get(trigger), line), line) == 0);
	/* not so one that has acted, or with another filter that begins alike */
	armed_hit(3, 1);
	arm();
	assert_int_equal(strncmp(armed_get(trigger), line, strlen(line)), 0);
	armed_each(NULL);
	assert_int_equal(armed_put(trigger, "traceoff:1 if ((qid == 3)) || qid == 4"), 0);
	armed_add(ACTION_FREEZE, 3);
	arm();
	assert_string_equal(armed_get(trigger), line);
}

/* A trigger of a kind that the daemon has no use for is somebody's. */
static void other_triggers_stay(void **state)
{
	(void)state;
	assert_int_equal(armed_put(trigger, "stacktrace:3 if qid == 9"), 0);
	armed_add(ACTION_FREEZE, 3);
	arm();
	assert_non_null(strstr(armed_get(trigger), "stacktrace:count=3 if qid == 9\n"));
	assert_int_equal(trigger_used(trigger, "traceoff"), 0);
	assert_int_equal(armed_put(trigger, "!stacktrace"), 0);
}

static void snapshot_or_a_reason_why_not(void **state)
{
	(void)state;
	armed_add(ACTION_SNAPSHOT, 3);
	armed_add(ACTION_FREEZE, 4);
	armed_add(ACTION_SNAPSHOT, 5);
	arm();
	assert_int_equal(plan.now[ARMED_FREEZE], 2);
	assert_int_equal(trigger_used(trigger, "traceoff"), 0);
	if (armed_has_snapshots()) {
		assert_int_equal(plan.now[ARMED_SNAPSHOT], 5);
		assert_non_null(strstr(armed_get(trigger), "snapshot:count=1 if ((qid == 3)) || ((qid == 5))\n"));
		return;
	}
	assert_int_equal(plan.now[ARMED_SNAPSHOT], 0);
	assert_int_equal(plan.armable, 2);
	assert_string_equal(plan.why[0], "this kernel has no snapshot trigger");
	assert_null(plan.why[1]);
	assert_string_equal(plan.why[2], "this kernel has no snapshot trigger");
}

/* Both for one hit: it is in the snapshot, and nothing is recorded behind it. */
static void snapshot_and_freeze(void **state)
{
	(void)state;
	armed_add(ACTION_SNAPSHOT, 3);
	config.rule[0].actions = 2;
	config.rule[0].action[1].kind = ACTION_FREEZE;
	arm();
	armed_hit(2, 100);
	armed_hit(3, 101);
	armed_hit(2, 102);
	assert_false(armed_is_on());
	assert_int_equal(trigger_used(trigger, "traceoff"), 1);
	if (!armed_has_snapshots()) {
		assert_non_null(strstr(armed_get_from_instance("trace"), "cid=101 "));
		assert_null(strstr(armed_get_from_instance("trace"), "cid=102 "));
		return;
	}
	assert_int_equal(trigger_used(trigger, "snapshot"), 1);
	assert_non_null(strstr(armed_get_from_instance("snapshot"), "cid=100 "));
	assert_non_null(strstr(armed_get_from_instance("snapshot"), "cid=101 "));
	assert_null(strstr(armed_get_from_instance("snapshot"), "cid=102 "));
	assert_null(strstr(armed_get_from_instance("trace"), "cid=102 "));
}

static void one_bad_filter_does_not_disarm_all(void **state)
{
	(void)state;
	armed_add(ACTION_FREEZE, 3);
	armed_add_bad(ACTION_FREEZE);
	armed_add(ACTION_FREEZE, 4);
	arm();
	assert_int_equal(plan.now[ARMED_FREEZE], 5);
	assert_int_equal(plan.armable, 5);
	assert_string_equal(plan.why[1], "the kernel refuses its filter: the event may have no such field");
	assert_null(plan.why[0]);
	assert_string_equal(armed_get(trigger), "traceoff:count=1 if ((qid == 3)) || ((qid == 4))\n");
	armed_hit(4, 1);
	assert_false(armed_is_on());
}

static void the_kernel_says_what_is_wrong(void **state)
{
	struct filter_error error;
	char *end, instance[200], filter[ARMED_TRIGGER_MAX];
	struct dupcqe_text text;
	const char *why;

	(void)state;
	armed_add_bad(ACTION_FREEZE);
	arm();
	assert_ptr_equal(plan.why[0], armed_bad_filter);
	snprintf(instance, sizeof(instance), "%s", trigger);
	end = strstr(instance, "/events/");
	assert_non_null(end);
	*end = '\0';
	dupcqe_text_init(&text, filter, sizeof(filter));
	assert_int_equal(dupcqe_rule_filter(&config.rule[0].rule, UINT64_MAX, &text, &why), 0);
	/* older ones, as 6.1, say nothing of a trigger's filter */
	if (!*armed_get_from_instance("error_log")) {
		assert_int_equal(filter_error_read(instance, filter, &error), -ENOENT);
		return;
	}
	assert_int_equal(filter_error_read(instance, filter, &error), 0);
	assert_string_equal(error.what, "Field not found");
	assert_string_equal(error.filter, filter);
	/* the mark of the kernel is behind the word that it did not know */
	assert_in_range(strlen(error.caret) - 1, strstr(filter, "transport") - filter, strlen(filter));
	assert_int_equal(filter_error_read("/nowhere", filter, &error), -ENOENT);
}

static void only_bad_filters(void **state)
{
	(void)state;
	armed_add_bad(ACTION_FREEZE);
	armed_add_bad(ACTION_FREEZE);
	armed_add_bad(ACTION_SNAPSHOT);
	arm();
	assert_int_equal(plan.now[ARMED_FREEZE] | plan.now[ARMED_SNAPSHOT] | plan.armable, 0);
	assert_non_null(plan.why[0]);
	assert_non_null(plan.why[1]);
	assert_non_null(plan.why[2]);
	assert_int_equal(trigger_used(trigger, "traceoff"), -ENOENT);
	assert_int_equal(trigger_used(trigger, "snapshot"), -ENOENT);
}

static void longer(unsigned int rule, size_t by)
{
	char *pattern = config.rule[rule].rule.match.pattern[DUPCQE_BY_ADDRESS];

	memset(pattern + strlen(pattern), 'a', by);
}

/* To the last character. */
static void as_long_as_the_plan_lets(void **state)
{
	char text[ARMED_TRIGGER_MAX];
	unsigned int i;
	size_t left;

	(void)state;
	for (i = 0; i < DUPCQE_RULES; i++) {
		armed_add(ACTION_FREEZE, i)->match.set |= 1 << DUPCQE_BY_ADDRESS;
		longer(i, i < 2 ? 3 : 60);
	}
	armed_plan(&config, &armed_driver_event, 0, &plan);
	assert_true(plan.now[ARMED_FREEZE] != UINT64_MAX);
	assert_int_equal(armed_trigger(&config, &plan, ARMED_FREEZE, text), 0);
	left = ARMED_TRIGGER_MAX - 1 - strlen(text);
	assert_in_range(left, 0, 120);
	longer(0, left / 2);
	longer(1, left - left / 2);
	arm();
	assert_int_equal(armed_trigger(&config, &plan, ARMED_FREEZE, text), 0);
	assert_int_equal(strlen(text), ARMED_TRIGGER_MAX - 1);
	assert_int_equal(trigger_used(trigger, "traceoff"), 0);
}

/* Finding out what the kernel refuses must not act on hits that no rule is for. */
static void sorting_out_does_not_act(void **state)
{
	pid_t pid = fork();
	int i;

	(void)state;
	assert_true(pid >= 0);
	while (!pid)
		armed_hit(9, 1);
	armed_add(ACTION_FREEZE, 3);
	armed_add_bad(ACTION_FREEZE);
	armed_add(ACTION_SNAPSHOT, 3);
	for (i = 0; i < 4; i++)
		arm();
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(armed_is_on());
	assert_int_equal(trigger_used(trigger, "traceoff"), 0);
	assert_non_null(strstr(armed_get_from_instance("trace"), "qid=9 "));
}

static void no_such_event(void **state)
{
	(void)state;
	armed_add(ACTION_FREEZE, 3);
	armed_plan(&config, &armed_driver_event, 0, &plan);
	assert_int_equal(armed_set("/nowhere/at/all/trigger", &config, &plan), -ENOENT);
	assert_int_equal(plan.now[ARMED_FREEZE] | plan.armable, 0);
	assert_string_equal(plan.why[0], "it could not be armed: the log says why");
}

/* Not every file is a trigger: what cannot be read back is not armed. */
static void no_trigger_file(void **state)
{
	(void)state;
	armed_add(ACTION_FREEZE, 3);
	armed_plan(&config, &armed_driver_event, 0, &plan);
	assert_int_equal(armed_set("/dev/null", &config, &plan), 0);
	assert_int_equal(plan.now[ARMED_FREEZE] | plan.armable, 0);
	assert_string_equal(plan.why[0], "the kernel has no memory for it");
}

#define TEST(name) cmocka_unit_test_setup(name, armed_each)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(freezes_with_the_hit),
		TEST(acts_once_and_again_when_armed_again),
		TEST(leftovers_are_replaced),
		TEST(nothing_to_arm_takes_away),
		TEST(all_cooling_takes_away),
		TEST(what_is_right_is_left_alone),
		TEST(other_triggers_stay),
		TEST(snapshot_or_a_reason_why_not),
		TEST(snapshot_and_freeze),
		TEST(one_bad_filter_does_not_disarm_all),
		TEST(the_kernel_says_what_is_wrong),
		TEST(only_bad_filters),
		TEST(as_long_as_the_plan_lets),
		TEST(sorting_out_does_not_act),
		TEST(no_such_event),
		TEST(no_trigger_file),
	};

	if (uprobe_refusal()) {
		printf("ok - triggers in the running kernel # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("armed-kernel", tests, armed_begin, armed_end);
}
