// SPDX-License-Identifier: GPL-2.0-or-later
/* What has to hold for the kernel to be armed to panic: counted on disk before, given back behind, each guard. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "panic-scene.h"

/* What is refused is not armed, not counted, and tells why. */
static void refused(const char *why)
{
	panic_arm_refresh(&arm, true);
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(arm_plan.why[0], why);
	assert_false(file_has(BUDGET, "armed"));
}

static void counted_then_armed_then_given_back(void **state)
{
	(void)state;
	look();
	assert_false(is_armed());
	assert_ptr_equal(arm_plan.why[0], panic_arm_counting);
	assert_string_equal(scene_log(), "");
	scene_wait(20000);
	assert_true(is_armed());
	assert_string_equal(scene_file(MODULE "reasons"), "1,2,3\n");
	assert_string_equal(scene_file(MODULE "ctrl_id"), "-1\n");
	assert_string_equal(scene_file(MODULE "qid"), "-1\n");
	assert_string_equal(scene_file(MODULE "addr"), "\n");
	assert_string_equal(scene_file(MODULE "count"), "1");
	assert_logged("armed: the kernel panics the machine at a hit of rule 'every', by nvme_dup_cqe_panic: "
		      "reasons=1,2,3");
	look();
	assert_string_equal(scene_log(), "");
	panic_arm_stop(&arm, NULL, "the daemon ends");
	assert_string_equal(scene_file(MODULE "armed"), "0\n");
	assert_true(is_counted());
	panic_arm_close(&arm);
	assert_string_equal(scene_file(BUDGET), NOTHING);
	assert_logged("disarmed: the kernel does not panic the machine by itself any more: the daemon ends");
}

/* The disk takes nothing. */
static void what_cannot_be_counted_is_not_armed(void **state)
{
	struct rlimit none = { 0, RLIM_INFINITY }, before;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &none);
	look();
	scene_wait(20000);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	assert_false(is_armed());
	assert_string_equal(arm_plan.why[0], "it cannot be counted on disk: the log says why");
	assert_string_equal(scene_file(BUDGET), "(none)");
	assert_string_equal(scene_file(MODULE "reasons"), "");
	/* not again and again, but when it is asked for */
	look();
	assert_int_equal(action_running(), 0);
	panic_arm_refresh(&arm, false);
	arm_now();
}

static void each_guard_disarms(void **state)
{
	(void)state;
	arm_now();
	t.config.panic_allow = false;
	refused("allow-panic is not set");
	assert_logged("any more: allow-panic is not set");
	t.config.panic_allow = true;
	arm_now();
	scene_put("sys/kernel/kexec_crash_loaded", "0\n");
	refused("no crash kernel is loaded");
	scene_put("sys/kernel/kexec_crash_loaded", "1\n");
	arm_now();
	t.config.panic_max_per_day = 0;
	refused("the panics of this day of running are used up");
	t.config.panic_max_per_day = 1;
	panic_arm_refresh(&arm, true);
	arm_now();
	t.config.panic_min_uptime_ns = UINT64_C(1) << 62;
	refused("the machine has not been up for the minimum time");
	t.config.panic_min_uptime_ns = 0;
	arm_now();
	t.config.panic_mode = PANIC_REACTIVE;
	refused("[panic] mode is reactive");
	t.config.panic_mode = PANIC_AUTO;
	t.paths.boot_id = "/nonexistent";
	look();
	assert_false(is_armed());
}

/* Nobody tells of it: it is looked at again. */
static void a_crash_kernel_that_goes_is_seen_in_a_minute(void **state)
{
	struct itimerspec left;

	(void)state;
	arm_now();
	assert_int_equal(timerfd_gettime(arm.timer.fd, &left), 0);
	assert_in_range(left.it_value.tv_sec, 1, 60);
	scene_put("sys/kernel/kexec_crash_loaded", "0\n");
	look();
	assert_false(is_armed());
	assert_logged("any more: no crash kernel is loaded");
}

/* The next panic would take it. */
static void what_the_last_boot_left_is_saved_first(void **state)
{
	static char path[256];

	(void)state;
	snprintf(path, sizeof(path), "%s", scene_path("x.lastboot"));
	t.room.last_boot = path;
	assert_int_equal(mkdir(path, 0700), 0);
	refused("what the last boot left is not saved yet");
	assert_int_equal(rmdir(path), 0);
	arm_now();
}

/* While one is armed the disk is asked by a child: what hangs does not let hits wait, and what is armed stays so. */
static void the_disk_is_asked_beside(void **state)
{
	(void)state;
	arm_now();
	panic_arm_refresh(&arm, true);
	look();
	assert_true(is_armed());
	assert_int_equal(action_running(), 1);
	scene_wait(20000);
	assert_true(is_armed());
	look();
	assert_int_equal(action_running(), 0);
	assert_string_equal(scene_log(), "");
}

/* Nobody but the kernel tells of the file. */
static void the_inhibitor_comes_and_goes(void **state)
{
	(void)state;
	arm_now();
	scene_put("run/daemon/inhibit", "");
	wait_until(is_not_armed);
	assert_string_equal(scene_file(BUDGET), NOTHING);
	assert_logged("disarmed: the kernel does not panic the machine by itself any more: the inhibitor file is "
		      "there");
	unlink(scene_path("run/daemon/inhibit"));
	wait_until(is_armed);
	/* its whole folder, as it is made for a service */
	scene_put("other/inhibit", "");
	rmdir(scene_path("run/daemon"));
	assert_int_equal(rename(scene_path("other"), scene_path("run/daemon")), 0);
	wait_until(is_not_armed);
}

static bool until_is_said(void)
{
	return arm.until_s;
}

static void armed_when_it_is_old_enough(void **state)
{
	struct timespec up;

	(void)state;
	clock_gettime(CLOCK_BOOTTIME, &up);
	t.config.panic_min_uptime_ns = (uint64_t)up.tv_sec * 1000000000 + up.tv_nsec + 1500000000;
	look();
	assert_false(is_armed());
	assert_true(until_is_said());
	look();
	wait_until(is_armed);
	assert_int_equal(strncmp(scene_log(), "nvme-dupcqed: no panic is armed before ", 39), 0);
}

/* A panic long ago, and so much time seen since that a second is missing to the day. */
static void armed_when_the_day_is_over(void **state)
{
	struct budget_boot now;
	char text[400];

	(void)state;
	assert_int_equal(budget_now(t.paths.boot_id, &now), 0);
	if (now.uptime_s > BUDGET_DAY_S - 10)
		skip(); /* nothing that happened before is younger than a day */
	snprintf(text, sizeof(text), HEAD "panic 22222222-2222-3333-4444-555555555555 1 1\n"
		 "seen 33333333-2222-3333-4444-555555555555 %llu 1\nend 2\n",
		 (unsigned long long)(BUDGET_DAY_S - now.uptime_s - 2));
	put_budget(text);
	look();
	scene_wait(20000);
	assert_false(is_armed());
	assert_string_equal(arm_plan.why[0], "the panics of this day of running are used up");
	assert_non_null(strstr(scene_log(), "in 1 min: the panics of this day of running are used up"));
	wait_until(is_armed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, panic_setup, panic_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(counted_then_armed_then_given_back),
		TEST(what_cannot_be_counted_is_not_armed),
		TEST(each_guard_disarms),
		TEST(a_crash_kernel_that_goes_is_seen_in_a_minute),
		TEST(what_the_last_boot_left_is_saved_first),
		TEST(the_disk_is_asked_beside),
		TEST(the_inhibitor_comes_and_goes),
		TEST(armed_when_it_is_old_enough),
		TEST(armed_when_the_day_is_over),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("panic-arm", tests, NULL, NULL);
}
