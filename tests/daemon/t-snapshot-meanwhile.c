// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens while a snapshot is being saved. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "action_report.h"
#include "stopped.h"
#include "trace-scene.h"

static void one_at_a_time(void **state)
{
	(void)state;
	trace_put_buffers("trace_pipe_raw");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_MERGED);
	assert_logged("none of its own: the one of an earlier hit is being saved");
	scene_wait(5000);
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	assert_int_equal(t.ended[ACTION_SNAPSHOT], 2);
}

/* A storm meanwhile is no failure, and its lines do not keep the end from being told. */
static void a_storm_meanwhile_is_merged(void **state)
{
	const char *log;
	int i;

	(void)state;
	trace_put_buffers("trace_pipe_raw");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_true(action_snapshot_running());
	for (i = 0; i < 1000; i++)
		assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_MERGED);
	scene_wait(5000);
	assert_false(action_snapshot_running());
	action_report_close();
	log = scene_log();
	assert_non_null(strstr(log, "nvme3.dat', 3 pages"));
	assert_non_null(strstr(log, "left to the one under way 990 more times"));
	assert_null(strstr(log, "error:"));
}

/* The kernel without snapshots lets the trace go on by itself; not if somebody froze it meanwhile. */
static void a_freeze_meanwhile_stays(void **state)
{
	(void)state;
	trace_put_buffers("trace_pipe_raw");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_FREEZE), 0);
	scene_wait(5000);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	scene_put("instance/tracing_on", "1\n");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
}

/* ... and the next daemon, where this one was killed. */
static void what_a_killed_one_stopped_goes_on(void **state)
{
	char run[256];
	pid_t pid;

	(void)state;
	snprintf(run, sizeof(run), "%s", scene_path("run"));
	mkdir(run, 0700);
	t.paths.run_dir = run;
	trace_put_buffers("trace_pipe_raw");
	assert_false(stopped_recover(run, t.room.instance));
	pid = fork();
	if (!pid) {
		scene_run(ACTION_SNAPSHOT);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	assert_true(stopped_recover(run, t.room.instance));
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	/* one that was frozen stays so, also while it is saved */
	scene_put("instance/tracing_on", "0\n");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_false(stopped_recover(run, t.room.instance));
	scene_wait(5000);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
}

/* At the end of the daemon the evidence is brought to the disk, and what hangs is not waited for. */
static void the_end_waits_for_it(void **state)
{
	(void)state;
	trace_put_buffers("trace_pipe_raw");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	action_stop_all(&t.room, 10000);
	assert_int_equal(action_running(), 0);
	assert_int_equal(t.result, 0);
	assert_int_equal(t.rearmed, 0);
	assert_saved();
	assert_int_equal(unlink(scene_path("instance/set_event")), 0);
	assert_int_equal(mkfifo(scene_path("instance/set_event"), 0600), 0);
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	action_stop_all(&t.room, 200);
	assert_int_equal(action_running(), 0);
	assert_int_equal(t.result, -ECHILD);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
}

static unsigned int open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned int count = 0;

	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void begin_all(void)
{
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_RESET), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_EXEC, "/nonexistent", NULL), ACTION_BEGUN);
}

/* Years of it: nothing stays open, and no zombie. */
static void nothing_is_left_over(void **state)
{
	unsigned int files = 0;
	int i;

	(void)state;
	trace_put_buffers("trace_pipe_raw");
	for (i = 0; i < 30; i++) {
		begin_all();
		scene_wait(10000);
		/* by then all is open that stays: timers, also the one of a storm */
		if (i == 15)
			files = open_files();
	}
	assert_int_equal(open_files(), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

#define WITH_TRACE(test) cmocka_unit_test_setup_teardown(test, trace_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TRACE(one_at_a_time),
		WITH_TRACE(a_storm_meanwhile_is_merged),
		WITH_TRACE(a_freeze_meanwhile_stays),
		WITH_TRACE(what_a_killed_one_stopped_goes_on),
		WITH_TRACE(the_end_waits_for_it),
		WITH_TRACE(nothing_is_left_over),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("snapshot-meanwhile", tests, NULL, NULL);
}
