// SPDX-License-Identifier: GPL-2.0-or-later
/* log, freeze and reset; and how messages of actions are held back. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "action_report.h"
#include "gate.h"
#include "scene.h"

static unsigned int count_of(const char *text, const char *what)
{
	unsigned int count = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		count++;
	}
	return count;
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(action_name(ACTION_LOG), "log");
	assert_string_equal(action_name(ACTION_SNAPSHOT), "snapshot");
	assert_string_equal(action_name(ACTION_FREEZE), "freeze");
	assert_string_equal(action_name(ACTION_EXEC), "exec");
	assert_string_equal(action_name(ACTION_RESET), "reset");
	assert_string_equal(action_name(ACTION_PANIC), "panic");
}

static void log_is_one_line(void **state)
{
	const char *log;

	(void)state;
	assert_int_equal(scene_run(ACTION_LOG), 0);
	log = scene_log();
	assert_int_equal(count_of(log, "\n"), 1);
	assert_non_null(strstr(log, "rule 'some': nvme3: qid=7, cmdid=4097"));
	assert_non_null(strstr(log, "DUPCQE_RULE=some"));
	assert_non_null(strstr(log, "DUPCQE_DEVICE=nvme3"));
	assert_null(strstr(log, "test hit"));
	assert_null(strstr(log, "probe"));
}

static void log_says_what_the_probe_saw(void **state)
{
	(void)state;
	t.hit.event.source = DUPCQE_FROM_PROBE;
	assert_int_equal(scene_run(ACTION_LOG), 0);
	assert_logged(", source=probe");
}

static void log_says_what_is_a_test(void **state)
{
	(void)state;
	t.hit.test = true;
	assert_int_equal(scene_run(ACTION_LOG), 0);
	assert_logged("test hit, not a real one: nvme3");
}

static void a_storm_is_counted(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(scene_run(ACTION_LOG), 0);
	assert_int_equal(count_of(scene_log(), "\n"), GATE_BURST);
	action_report_close();
	assert_logged("rule 'some': 990 more hits of nvme3");
}

static void a_storm_hides_no_other_device(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		scene_run(ACTION_LOG);
	scene_log();
	t.hit.event.ctrl_id = 4;
	scene_run(ACTION_LOG);
	assert_logged("nvme4: qid=7");
}

/* More devices than there are gates: none of the held hits goes uncounted. */
static void no_held_hit_is_forgotten(void **state)
{
	int i, ctrl;

	(void)state;
	for (ctrl = 0; ctrl < 40; ctrl++)
		for (i = 0; i < GATE_BURST + 1; i++) {
			t.hit.event.ctrl_id = ctrl;
			scene_run(ACTION_LOG);
		}
	action_report_close();
	assert_int_equal(count_of(scene_log(), ": 1 more hits of nvme"), 40);
}

/* Very many devices storm in turn: no device's lines push another one's count out. */
static void a_storm_of_many_devices_is_one(void **state)
{
	int i, ctrl;

	(void)state;
	for (i = 0; i < 100; i++)
		for (ctrl = 0; ctrl < 300; ctrl++) {
			t.hit.event.ctrl_id = ctrl;
			scene_run(ACTION_LOG);
		}
	assert_in_range(count_of(scene_log(), "\n"), 1, 129 * GATE_BURST);
	action_report_close();
	assert_logged("more messages about other rules and devices");
}

static void freeze_stops_the_trace(void **state)
{
	(void)state;
	assert_int_equal(scene_run(ACTION_FREEZE), 0);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	assert_logged("echo 1 > ");
}

static void lost_records_are_said(void **state)
{
	(void)state;
	t.hit = (struct hit){ .lost = 77 };
	assert_int_equal(scene_run(ACTION_LOG), 0);
	assert_logged("rule 'some': 77 records were lost");
	assert_int_equal(scene_run(ACTION_FREEZE), 0);
	assert_logged("rule 'some': freeze for lost records: the history is frozen");
}

static void freeze_failing_is_said(void **state)
{
	(void)state;
	unlink(scene_path("instance/tracing_on"));
	assert_int_equal(scene_run(ACTION_FREEZE), -ENOENT);
	assert_logged("error: rule 'some': freeze for nvme3: cannot write");
}

static void dry_run_changes_nothing(void **state)
{
	(void)state;
	t.room.dry_run = true;
	assert_int_equal(scene_run(ACTION_FREEZE), 0);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_logged("dry run: would write 0 to");
	assert_int_equal(scene_run(ACTION_RESET), 0);
	assert_string_equal(scene_file("sys/class/nvme/nvme3/reset_controller"), "");
	assert_logged("dry run: would write 1 to");
}

static void reset_resets(void **state)
{
	(void)state;
	assert_int_equal(scene_run(ACTION_RESET), ACTION_BEGUN);
	assert_int_equal(action_running(), 1);
	scene_wait(5000);
	assert_string_equal(scene_file("sys/class/nvme/nvme3/reset_controller"), "1");
	assert_int_equal(t.ended[ACTION_RESET], 1);
	assert_int_equal(t.result, 0);
	assert_logged("the controller was reset");
}

/* A reset that hangs: nobody reads the pipe, so opening it waits. */
static void a_slow_reset_blocks_nobody(void **state)
{
	int fd;

	(void)state;
	unlink(scene_path("sys/class/nvme/nvme3/reset_controller"));
	assert_int_equal(mkfifo(scene_path("sys/class/nvme/nvme3/reset_controller"), 0600), 0);
	assert_int_equal(scene_run(ACTION_RESET), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_RESET), ACTION_MERGED);
	assert_logged("its last reset is not over");
	fd = open(scene_path("sys/class/nvme/nvme3/reset_controller"), O_RDONLY);
	scene_wait(5000);
	close(fd);
	assert_int_equal(t.result, 0);
}

/* What the daemon began does not go on when the daemon is gone. */
static void a_reset_dies_with_the_daemon(void **state)
{
	char byte;
	pid_t pid;
	int fd;

	(void)state;
	unlink(scene_path("sys/class/nvme/nvme3/reset_controller"));
	assert_int_equal(mkfifo(scene_path("sys/class/nvme/nvme3/reset_controller"), 0600), 0);
	pid = fork();
	if (!pid) {
		scene_run(ACTION_RESET);
		pause();
	}
	usleep(100000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	usleep(100000);
	fd = open(scene_path("sys/class/nvme/nvme3/reset_controller"), O_RDONLY | O_NONBLOCK);
	usleep(100000);
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

static void reset_failing_is_said(void **state)
{
	(void)state;
	unlink(scene_path("sys/class/nvme/nvme3/reset_controller"));
	assert_int_equal(scene_run(ACTION_RESET), ACTION_BEGUN);
	scene_wait(5000);
	assert_int_equal(t.result, -ENOENT);
	assert_logged("cannot write");
}

static void reset_is_not_for_another_device(void **state)
{
	(void)state;
	scene_put("sys/class/nvme/nvme3/address", "0000:04:00.0\n");
	assert_int_equal(scene_run(ACTION_RESET), -EBUSY);
	assert_logged("another device has this number now");
	strcpy(t.hit.event.transport, "tcp");
	strcpy(t.hit.event.addr, "192.0.2.1");
	scene_put("sys/class/nvme/nvme3/address", "traddr=192.0.2.11,trsvcid=4420\n");
	assert_int_equal(scene_run(ACTION_RESET), -EBUSY);
	assert_logged("another device has this number now");
	t.hit.event.has &= ~DUPCQE_BIT(DUPCQE_CTRL_ID);
	assert_int_equal(scene_run(ACTION_RESET), -EBUSY);
	assert_logged("the event does not tell which controller");
	assert_string_equal(scene_file("sys/class/nvme/nvme3/reset_controller"), "");
}

static void a_storm_of_failures_is_counted(void **state)
{
	int i;

	(void)state;
	unlink(scene_path("instance/tracing_on"));
	for (i = 0; i < 100; i++)
		assert_int_equal(scene_run(ACTION_FREEZE), -ENOENT);
	assert_int_equal(count_of(scene_log(), "\n"), GATE_BURST);
	action_report_close();
	assert_logged("freeze for nvme3: failed 90 more times");
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_name),
		WITH_SCENE(log_is_one_line),
		WITH_SCENE(log_says_what_the_probe_saw),
		WITH_SCENE(log_says_what_is_a_test),
		WITH_SCENE(a_storm_is_counted),
		WITH_SCENE(a_storm_hides_no_other_device),
		WITH_SCENE(a_storm_of_many_devices_is_one),
		WITH_SCENE(no_held_hit_is_forgotten),
		WITH_SCENE(freeze_stops_the_trace),
		WITH_SCENE(lost_records_are_said),
		WITH_SCENE(freeze_failing_is_said),
		WITH_SCENE(dry_run_changes_nothing),
		WITH_SCENE(reset_resets),
		WITH_SCENE(a_slow_reset_blocks_nobody),
		WITH_SCENE(a_reset_dies_with_the_daemon),
		WITH_SCENE(reset_failing_is_said),
		WITH_SCENE(reset_is_not_for_another_device),
		WITH_SCENE(a_storm_of_failures_is_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
