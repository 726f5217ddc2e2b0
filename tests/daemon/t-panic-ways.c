// SPDX-License-Identifier: GPL-2.0-or-later
/* The ways in which the kernel is armed to panic, what an earlier daemon has left, what others have. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "panic-scene.h"

/* As after SIGKILL: what was armed is taken over as it is, and counted once. */
static void a_killed_daemons_is_taken_over(void **state)
{
	static char before[400];

	(void)state;
	arm_now();
	snprintf(before, sizeof(before), "%s", scene_file(BUDGET));
	arm_killed();
	look();
	assert_true(is_armed());
	scene_wait(20000);
	assert_true(is_armed());
	assert_string_equal(scene_file(BUDGET), before);
	assert_logged("armed: the kernel panics");
}

/* A reactive panic had begun: the budget does not tell any more that the module was armed from here. */
static void a_killed_daemons_module_is_known(void **state)
{
	static char run[256];

	(void)state;
	snprintf(run, sizeof(run), "%s", scene_path("run"));
	scene_put("run/other", "");
	t.paths.run_dir = run;
	arm_now();
	assert_string_equal(scene_file("run/x.module"), "");
	put_budget(HEAD "panic " BOOT " 1 1\nend 1\n");
	arm_killed();
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(scene_file(MODULE "armed"), "0\n");
	assert_string_equal(scene_file("run/x.module"), "(none)");
}

/* Nobody would look after it. */
static void a_trial_disarms_a_killed_daemons(void **state)
{
	(void)state;
	arm_now();
	t.room.dry_run = true;
	arm_killed();
	look();
	assert_string_equal(scene_file(MODULE "armed"), "0\n");
	assert_logged("any more: a trial arms nothing");
	look();
	assert_null(strstr(scene_log(), "disarmed"));
}

static void a_killed_daemons_is_disarmed_first(void **state)
{
	(void)state;
	arm_now();
	scene_put("run/daemon/inhibit", "");
	arm_killed();
	look();
	assert_false(is_armed());
	assert_logged("disarmed: the kernel does not panic the machine by itself any more: the inhibitor file is "
		      "there");
	scene_wait(20000);
	assert_string_equal(scene_file(BUDGET), NOTHING);
}

/* Counted and killed before it was armed: it may not have reached the disk. */
static void what_was_counted_alone_is_counted_again(void **state)
{
	(void)state;
	put_budget(HEAD "armed " BOOT " 1 1 module x\nend 1\n");
	arm_killed();
	look();
	assert_int_equal(action_running(), 1);
	scene_wait(20000);
	assert_true(is_armed());
	assert_false(file_has(BUDGET, " 1 1 module"));
}

/* It sits on the driver's tracepoint: a probe does not reach it. */
static void a_probe_has_no_module(void **state)
{
	static const struct armed_event probe = { UINT64_MAX, "fmt ~ \"x*\"", true };

	(void)state;
	armed_plan(&t.config, &probe, 0, &arm_plan);
	panic_arm_look(&arm, &arm_plan, arm_trigger);
	assert_string_equal(arm_plan.why[0], "this kernel has no panic trigger, and nvme_dup_cqe_panic works with the "
					     "patched driver alone");
	assert_string_equal(scene_file(MODULE "armed"), "0\n");
}

static void others_are_left_alone(void **state)
{
	static const char theirs[] = HEAD "armed " BOOT " 1 1 trigger y\nend 1\n";

	(void)state;
	scene_put(MODULE "armed", "1\n");
	armed_plan(&t.config, &armed_driver_event, 0, &arm_plan);
	panic_arm_look(&arm, &arm_plan, arm_trigger);
	assert_string_equal(arm_plan.why[0], "nvme_dup_cqe_panic is armed already, by somebody else");
	panic_arm_stop(&arm, NULL, "x");
	assert_string_equal(scene_file(MODULE "armed"), "1\n");
	assert_string_equal(scene_file(BUDGET), "(none)");
	scene_put(MODULE "armed", "0\n");
	arm.closing = false;
	put_budget(theirs);
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(arm_plan.why[0], "another daemon has the armed panic of this boot");
	assert_string_equal(scene_file(BUDGET), theirs);
}

static void dry_run_only_tells(void **state)
{
	(void)state;
	t.room.dry_run = true;
	look();
	assert_int_equal(action_running(), 0);
	assert_string_equal(scene_file(MODULE "armed"), "0\n");
	assert_string_equal(scene_file(BUDGET), "(none)");
	assert_string_equal(arm_plan.why[0], "dry run");
	assert_logged("dry run: would arm the kernel to panic, by nvme_dup_cqe_panic: reasons=1,2,3");
	t.config.panic_allow = false;
	look();
	assert_logged("dry run: would arm no panic: allow-panic is not set");
	look();
	assert_string_equal(scene_log(), "");
}

/* The module does not take it: what was counted comes back, and nothing is tried for ever. */
static void what_the_kernel_refuses(void **state)
{
	(void)state;
	unlink(scene_path(MODULE "qid"));
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(scene_file(BUDGET), NOTHING);
	assert_string_equal(arm_plan.why[0], "nvme_dup_cqe_panic cannot be set: the log says why");
	assert_logged("cannot be armed to panic: No such file");
	panic_arm_refresh(&arm, false);
	look();
	assert_int_equal(action_running(), 0);
	make_module();
	panic_arm_refresh(&arm, true);
	arm_now();
}

/* It says that it takes it, and does not: for another queue nothing is armed. */
static void what_the_kernel_does_not_take(void **state)
{
	(void)state;
	unlink(scene_path(MODULE "qid"));
	assert_int_equal(symlink("/dev/null", scene_path(MODULE "qid")), 0);
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(scene_file(BUDGET), NOTHING);
	assert_logged("cannot be armed to panic: Input/output error");
}

/* A file that says "1" whatever is written to it. */
static void what_cannot_be_disarmed_stays_counted(void **state)
{
	int fd = memfd_create("armed", MFD_ALLOW_SEALING);
	char path[40];

	(void)state;
	arm_now();
	assert_int_equal(write(fd, "1\n", 2), 2);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	unlink(scene_path(MODULE "armed"));
	assert_int_equal(symlink(path, scene_path(MODULE "armed")), 0);
	t.config.panic_allow = false;
	look();
	assert_logged("cannot be disarmed");
	panic_arm_stop(&arm, NULL, "the daemon ends");
	panic_arm_close(&arm);
	assert_true(is_counted());
	close(fd);
}

static void somebody_takes_it_away(void **state)
{
	(void)state;
	arm_now();
	scene_put(MODULE "armed", "0\n");
	look();
	assert_true(is_armed());
	assert_logged("somebody has taken away what was armed: armed: the kernel");
}

/* The trigger comes first; a rule that the module could not hold is armed by it. */
static void the_trigger_is_the_better_way(void **state)
{
	(void)state;
	scene_put("instance-hits/" TRIGGER, "# Available triggers:\n# traceon panic hist\n");
	add_rule("second", ACTION_PANIC);
	look();
	scene_wait(20000);
	assert_int_equal(strncmp(scene_file("instance/" TRIGGER), "panic:1 if (reason > 0) || (reason > 0)", 39), 0);
	assert_string_equal(scene_file(MODULE "armed"), "0\n");
	assert_true(file_has(BUDGET, " trigger x\nend 1\n"));
	assert_true(arm_plan.now[ARMED_PANIC] == 3);
	assert_logged("at a hit of rule 'every', 'second', by its trigger: panic:1 if (reason > 0) || (reason > 0)");
	panic_arm_stop(&arm, NULL, "the daemon ends");
	assert_int_equal(strncmp(scene_file("instance/" TRIGGER), "!panic", 6), 0);
	panic_arm_close(&arm);
	assert_string_equal(scene_file(BUDGET), NOTHING);
}

static void a_left_trigger_is_taken_away(void **state)
{
	(void)state;
	t.config.rules = 0;
	scene_put("instance/" TRIGGER, "panic:count=1 if (reason > 0)\n");
	look();
	assert_int_equal(strncmp(scene_file("instance/" TRIGGER), "!panic", 6), 0);
	assert_logged("disarmed: the kernel does not panic the machine by itself any more: no rule has the action "
		      "panic");
}

/* The module holds one rule, the first that it can. */
static void one_rule_for_the_module(void **state)
{
	(void)state;
	t.config.rule[0].rule.match.set = 1 << DUPCQE_BY_TRANSPORT;
	strcpy(t.config.rule[0].rule.match.pattern[DUPCQE_BY_TRANSPORT], "pcie");
	add_rule("second", ACTION_PANIC);
	add_rule("third", ACTION_PANIC);
	arm_now();
	assert_true(arm_plan.now[ARMED_PANIC] == 2);
	assert_string_equal(arm_plan.why[0], "nvme_dup_cqe_panic looks at reason, controller, address and qid alone");
	assert_string_equal(arm_plan.why[2], "nvme_dup_cqe_panic holds one rule, and has another one");
	arm_still = 2;
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(scene_file(BUDGET), NOTHING);
	assert_logged("any more: the rule keeps still");
}

/* The kernel or nobody; but whoever asks for a test asks for the daemon's. */
static void instant_is_not_reactive(void **state)
{
	(void)state;
	t.config.panic_mode = PANIC_INSTANT;
	t.call.why = "it is Monday";
	assert_int_equal(scene_run(ACTION_PANIC), -EPERM);
	assert_logged("refused: the mode is instant, and the rule is not armed: it is Monday");
	t.call.instant = true;
	assert_int_equal(scene_run(ACTION_PANIC), -EPERM);
	assert_logged("refused: the mode is instant, and the kernel, which is armed, has let this hit pass");
	t.config.panic_allow = false;
	assert_int_equal(scene_run(ACTION_PANIC), -EPERM);
	assert_logged("refused: allow-panic is not set");
	assert_string_equal(scene_file("way"), "");
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
	t.config.panic_allow = true;
	t.hit.test = true;
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_string_equal(scene_file("way"), "c");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, panic_setup, panic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_killed_daemons_is_taken_over),
		TEST(a_killed_daemons_module_is_known),
		TEST(a_trial_disarms_a_killed_daemons),
		TEST(a_killed_daemons_is_disarmed_first),
		TEST(what_was_counted_alone_is_counted_again),
		TEST(a_probe_has_no_module),
		TEST(others_are_left_alone),
		TEST(dry_run_only_tells),
		TEST(what_the_kernel_refuses),
		TEST(what_the_kernel_does_not_take),
		TEST(what_cannot_be_disarmed_stays_counted),
		TEST(somebody_takes_it_away),
		TEST(the_trigger_is_the_better_way),
		TEST(a_left_trigger_is_taken_away),
		TEST(one_rule_for_the_module),
		TEST(instant_is_not_reactive),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("panic-ways", tests, NULL, NULL);
}
