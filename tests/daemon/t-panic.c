// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each guard, and the order of what happens. Nothing here can bring the machine down: the real way
 * is named in main.c alone, with which no test is linked; the first test looks for that itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "budget.h"
#include "panic_guard.h"
#include "scene.h"

static const struct panic_facts good = {
	.allowed = true, .has_way = true, .need_crash_kernel = true, .crash_kernel = true,
	.uptime_ns = 10, .min_uptime_ns = 10, .budget_lasts = true,
};

/* The name backwards, so that this program does not contain it. */
static void no_test_can_reach_the_real_way(void **state)
{
	static const char backwards[] = "reggirt-qrsys";
	char name[sizeof(backwards)] = "";
	FILE *self = fopen("/proc/self/exe", "r");
	static char program[32 << 20];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(backwards) - 1; i++)
		name[i] = backwards[sizeof(backwards) - 2 - i];
	len = fread(program, 1, sizeof(program), self);
	fclose(self);
	assert_in_range(len, 10000, sizeof(program) - 1);
	assert_null(memmem(program, len, name, strlen(name)));
}

static void refused_with(struct panic_facts facts, const char *why)
{
	const char *said = panic_refusal(&facts);

	assert_non_null(said);
	assert_string_equal(said, why);
}

static void each_guard_refuses(void **state)
{
	struct panic_facts facts = good;

	(void)state;
	assert_null(panic_refusal(&facts));
	facts.allowed = false;
	refused_with(facts, "allow-panic is not set");
	facts = good;
	facts.inhibited = true;
	refused_with(facts, "the inhibitor file is there");
	facts = good;
	facts.has_way = false;
	refused_with(facts, "the way to trigger it cannot be written");
	facts = good;
	facts.crash_kernel = false;
	refused_with(facts, "no crash kernel is loaded");
	facts.need_crash_kernel = false;
	assert_null(panic_refusal(&facts));
	facts = good;
	facts.uptime_ns = 9;
	refused_with(facts, "the machine has not been up for the minimum time");
	facts = good;
	facts.budget_lasts = false;
	refused_with(facts, "the state folder is not on a disk, so the panic would be forgotten");
	facts = good;
	facts.budget = "none left";
	refused_with(facts, "none left");
}

static int setup(void **state)
{
	scene_setup(state);
	t.config.panic_allow = true;
	t.config.panic_require_crash_kernel = true;
	strcpy(t.config.panic_inhibit_file, scene_path("inhibit"));
	action_panic_renew(&t.room);
	return 0;
}

static void nothing_happened(void)
{
	assert_string_equal(scene_file("way"), "");
	assert_string_equal(scene_file("kmsg"), "");
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
}

/* It does not happen here, so the child comes back and says so. */
static void it_acts(void **state)
{
	const char *log;

	(void)state;
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	scene_wait(20000);
	assert_string_equal(scene_file("way"), "c");
	assert_string_equal(scene_file("kmsg"), "<2>nvme-dupcqed: rule 'some': panic for nvme3 "
						"(0000:03:00.0) queue 7 command 4097");
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "\nend 1\n"));
	log = scene_log();
	assert_non_null(
		strstr(log, "rule 'some': panic for nvme3 (0000:03:00.0) queue 7 command 4097"));
	assert_non_null(strstr(log, "the machine did not panic"));
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_int_equal(t.ended[ACTION_PANIC], 1);
	assert_int_equal(t.result, -ENOTSUP);
}

static void one_a_boot(void **state)
{
	it_acts(state);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_int_equal(t.result, -EPERM);
	assert_logged("refused: this boot has had its panic");
	assert_int_equal(scene_run(ACTION_PANIC), -EPERM);
	assert_logged("refused: this boot has had its panic");
	assert_string_equal(scene_file("way"), "c");
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
}

static void one_at_a_time(void **state)
{
	(void)state;
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_MERGED);
	scene_wait(20000);
	assert_string_equal(scene_file("way"), "c");
}

static void refused(const char *why)
{
	assert_int_equal(scene_run(ACTION_PANIC), -EPERM);
	assert_logged(why);
	nothing_happened();
}

/* The disk is asked by the child. */
static void refused_later(const char *why)
{
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_int_equal(t.result, -EPERM);
	assert_logged(why);
	assert_string_equal(scene_file("way"), "");
	assert_string_equal(scene_file("kmsg"), "");
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	/* and not again for each hit */
	assert_int_equal(scene_run(ACTION_PANIC), -EPERM);
	assert_logged(why);
}

static void the_machine_is_asked(void **state)
{
	(void)state;
	t.config.panic_allow = false;
	refused("allow-panic is not set");
	t.config.panic_allow = true;
	scene_put("inhibit", "");
	refused("the inhibitor file is there");
	unlink(scene_path("inhibit"));
	assert_int_equal(symlink("/nonexistent", scene_path("inhibit")), 0);
	refused("the inhibitor file is there");
	unlink(scene_path("inhibit"));
	scene_put("sys/kernel/kexec_crash_loaded", "0\n");
	refused("no crash kernel is loaded");
	unlink(scene_path("sys/kernel/kexec_crash_loaded"));
	refused("no crash kernel is loaded");
	scene_put("sys/kernel/kexec_crash_loaded", "1\n");
	t.config.panic_min_uptime_ns = UINT64_C(1) << 62;
	refused("minimum time");
	t.config.panic_min_uptime_ns = 0;
}

static void the_budget_is_asked(void **state)
{
	(void)state;
	t.config.panic_max_per_day = 0;
	refused_later("used up");
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
	/* another configuration asks anew */
	t.config.panic_max_per_day = 1;
	action_panic_renew(&t.room);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_string_equal(scene_file("way"), "c");
}

/* While the child counts and syncs, the inhibitor comes: it is looked for once more. */
static void inhibited_at_the_last_moment(void **state)
{
	char kmsg[16] = "";
	int i, fd;

	(void)state;
	/* the audit line goes into a pipe: the child is held there until somebody reads */
	unlink(t.paths.kmsg);
	assert_int_equal(mkfifo(t.paths.kmsg, 0600), 0);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	for (i = 0; i < 1000 && !strcmp(scene_file("state/" BUDGET_FILE), "(none)"); i++)
		usleep(10000);
	scene_put("inhibit", "");
	fd = open(t.paths.kmsg, O_RDONLY);
	assert_true(read(fd, kmsg, sizeof(kmsg) - 1) > 0);
	scene_wait(20000);
	close(fd);
	assert_int_equal(t.result, -EPERM);
	assert_logged("refused: the inhibitor file is there");
	assert_string_equal(scene_file("way"), "");
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
}

/* It hangs before it acts; the configuration no longer allows it: it never does, and the trace goes on. */
static void withdrawn(void **state)
{
	int fd;

	(void)state;
	unlink(t.paths.kmsg);
	assert_int_equal(mkfifo(t.paths.kmsg, 0600), 0);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	action_panic_renew(&t.room);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	t.config.panic_allow = false;
	action_panic_renew(&t.room);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	scene_wait(20000);
	assert_int_equal(t.result, -ECHILD);
	assert_logged("given up: the configuration does not allow it any more");
	fd = open(t.paths.kmsg, O_RDONLY | O_NONBLOCK);
	close(fd);
	assert_string_equal(scene_file("way"), "");
}

static void doubt_is_refused(void **state)
{
	const char *way = t.paths.sysrq_trigger;

	(void)state;
	t.paths.sysrq_trigger = NULL;
	refused("the way to trigger it cannot be written");
	t.paths.sysrq_trigger = "/nonexistent";
	refused("the way to trigger it cannot be written");
	t.paths.sysrq_trigger = way;
	strcpy(t.config.panic_inhibit_file, scene_path("way/inhibit"));
	refused("the inhibitor file is there");
	strcpy(t.config.panic_inhibit_file, "");
}

static void doubt_about_the_boot_is_refused(void **state)
{
	(void)state;
	scene_put("boot_id", "");
	refused_later("the id of this boot cannot be read");
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
}

static void doubt_about_the_budget_is_refused(void **state)
{
	(void)state;
	scene_put("state/" BUDGET_FILE, "nvme-dupcqed");
	refused_later("the panic budget's file is not whole");
}

static void dry_run_stops_before(void **state)
{
	(void)state;
	t.room.dry_run = true;
	assert_int_equal(scene_run(ACTION_PANIC), 0);
	assert_logged("dry run: nothing speaks against it");
	nothing_happened();
	t.config.panic_allow = false;
	refused("allow-panic is not set");
}

/* The disk refuses between the guards and the counting; a pipe still takes what is written to it.
 */
static void what_cannot_be_counted_does_not_happen(void **state)
{
	struct rlimit none = { 0, RLIM_INFINITY }, before;
	char byte;
	int way;

	(void)state;
	unlink(t.paths.sysrq_trigger);
	assert_int_equal(mkfifo(t.paths.sysrq_trigger, 0600), 0);
	way = open(t.paths.sysrq_trigger, O_RDWR | O_NONBLOCK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &none);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	setrlimit(RLIMIT_FSIZE, &before);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(t.result, -EFBIG);
	assert_int_equal(read(way, &byte, 1), -1);
	close(way);
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
}

/* No kernel log, no trace: the dump is worth more than either. */
static void it_acts_without_a_trace(void **state)
{
	(void)state;
	t.room.instance = "/nonexistent";
	t.paths.kmsg = "/nonexistent";
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_string_equal(scene_file("way"), "c");
}

/* A trace that somebody froze before stays frozen. */
static void a_frozen_trace_stays_so(void **state)
{
	(void)state;
	scene_put("instance/tracing_on", "0\n");
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
}

/* The daemon dies whenever: what has acted is counted. */
static void killed_at_any_moment(void **state)
{
	int i, acted = 0;

	(void)state;
	for (i = 0; i < 50; i++) {
		pid_t pid = fork();

		if (!pid) {
			scene_run(ACTION_PANIC);
			while (action_running())
				scene_dispatch(20);
			_exit(0);
		}
		usleep((useconds_t)(random() % 10000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		usleep(5000);
		if (!strcmp(scene_file("way"), "c")) {
			acted++;
			assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "\nend 1\n"));
		}
		scene_put("way", "");
		unlink(scene_path("state/" BUDGET_FILE));
		scene_put("instance/tracing_on", "1\n");
	}
	print_message("# acted %d times of 50\n", acted);
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_test_can_reach_the_real_way),
		cmocka_unit_test(each_guard_refuses),
		WITH_SCENE(it_acts),
		WITH_SCENE(one_a_boot),
		WITH_SCENE(one_at_a_time),
		WITH_SCENE(the_machine_is_asked),
		WITH_SCENE(the_budget_is_asked),
		WITH_SCENE(inhibited_at_the_last_moment),
		WITH_SCENE(withdrawn),
		WITH_SCENE(doubt_is_refused),
		WITH_SCENE(doubt_about_the_boot_is_refused),
		WITH_SCENE(doubt_about_the_budget_is_refused),
		WITH_SCENE(dry_run_stops_before),
		WITH_SCENE(what_cannot_be_counted_does_not_happen),
		WITH_SCENE(it_acts_without_a_trace),
		WITH_SCENE(a_frozen_trace_stays_so),
		WITH_SCENE(killed_at_any_moment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
