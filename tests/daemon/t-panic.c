// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order of what happens; each guard by itself is in t-panic-guard.c. Nothing here can bring the machine down: the real way
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
	assert_string_equal(scene_file("kmsg"),
			    "<2>nvme-dupcqed: rule 'some': panic for nvme3 "
			    "(0000:03:00.0) queue 7 command 4097\n"
			    "<2>nvme-dupcqed: nvme3: qid=7, cmdid=4097, depth=-1, sq_tail=-1, "
			    "cq_head=-1, sq_dma=0x0, cq_dma=0x0, status=0x0, phase=0, addr=0000:03:00.0\n");
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "\nend 1\n"));
	log = scene_log();
	assert_non_null(
		strstr(log, "rule 'some': panic for nvme3 (0000:03:00.0) queue 7 command 4097"));
	assert_non_null(strstr(log, "the machine did not panic"));
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_int_equal(t.ended[ACTION_PANIC], 1);
	assert_int_equal(t.result, -ENOTSUP);
}

/* What reads the dump finds the rings by this line. */
static void the_kernels_log_tells_of_the_rings(void **state)
{
	struct dupcqe_event *event = &t.hit.event;

	(void)state;
	event->has |= DUPCQE_BIT(DUPCQE_Q_DEPTH) | DUPCQE_BIT(DUPCQE_SQ_TAIL) | DUPCQE_BIT(DUPCQE_CQ_HEAD) |
		      DUPCQE_BIT(DUPCQE_SQ_DMA) | DUPCQE_BIT(DUPCQE_CQ_DMA);
	event->q_depth = 1024;
	event->sq_tail = 1023;
	event->sq_dma = 0xfffffffff000;
	event->cq_dma = 0x1000;
	event->has |= DUPCQE_BIT(DUPCQE_RESULT) | DUPCQE_BIT(DUPCQE_SQ_HEAD) | DUPCQE_BIT(DUPCQE_SQ_ID);
	event->result = 0x12345678;
	event->sq_head = 9;
	event->sq_id = 7;
	event->status = 0x4005;
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_non_null(strstr(scene_file("kmsg"), "\n<2>nvme-dupcqed: nvme3: qid=7, cmdid=4097, depth=1024, "
						   "sq_tail=1023, "
						   "cq_head=0, sq_dma=0xfffffffff000, cq_dma=0x1000, res=0x12345678, "
						   "sqhd=9, sqid=7, status=0x2002, phase=1, addr=0000:03:00.0\n"));
}

/* The kernel was armed and let it pass: the same panic, not a second one. */
static void it_takes_the_armed_one(void **state)
{
	static const char before[] = "nvme-dupcqed panic budget 1\n"
		"armed 11111111-2222-3333-4444-555555555555 1 2 trigger x\nend 1\n";

	(void)state;
	t.config.panic_max_per_day = 1;
	scene_put("state/" BUDGET_FILE, before);
	chmod(scene_path("state/" BUDGET_FILE), 0600);
	assert_int_equal(scene_run(ACTION_PANIC), ACTION_BEGUN);
	scene_wait(20000);
	assert_string_equal(scene_file("way"), "c");
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "\npanic 11111111-2222-3333-4444-555555555555 "));
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "\nend 1\n"));
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

/*
 * The disk refuses between the guards and the counting; a pipe still takes what is written to it.
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
		WITH_SCENE(it_acts),
		WITH_SCENE(the_kernels_log_tells_of_the_rings),
		WITH_SCENE(it_takes_the_armed_one),
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
