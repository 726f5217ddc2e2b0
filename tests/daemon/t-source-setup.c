// SPDX-License-Identifier: GPL-2.0-or-later
/* What a source sets, and what it leaves alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "source-room.h"
#include "source_files.h"
#include "source_tracefs.h"
#include "uprobe.h"

static void what_others_enabled_in_ours_is_disabled(void **state)
{
	struct room *room = *state;
	struct source_stats stats;
	char text[100];

	assert_int_equal(room_open(room), 0);
	room_close(room, false);
	assert_int_equal(room_write(room, "", "events/sched/sched_switch/enable", "1"), 0);
	assert_int_equal(room_write(room, "-hits", "events/sched/sched_switch/enable", "1"), 0);
	usleep(10000);
	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_file(room, "", "set_event", text, sizeof(text)), 0);
	assert_string_equal(text, room->full);
	assert_int_equal(room_file(room, "-hits", "set_event", text, sizeof(text)), 0);
	assert_string_equal(text, room->full);
	/* what it recorded is neither a hit nor lost */
	room_serve(room, 50);
	source_stats(room->source, &stats);
	assert_int_equal(stats.hits, 0);
	assert_int_equal(stats.lost, 0);
	assert_true(stats.undecodable > 0);
}

static void a_filter_of_others_hides_nothing(void **state)
{
	struct room *room = *state;
	char path[128];

	assert_int_equal(room_open(room), 0);
	room_close(room, false);
	snprintf(path, sizeof(path), "events/dupcqe_test/%s/filter", room->event);
	assert_int_equal(room_write(room, "-hits", path, "qid == 7"), 0);
	assert_int_equal(room_write(room, "", path, "qid == 7"), 0);
	uprobe_storm(-1, 1, 0, 10);
	assert_int_equal(room_open(room), 0);
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 10);
	assert_int_equal(room_file(room, "", path, path, sizeof(path)), 0);
	assert_string_equal(path, "none");
}

/* The files of the top instance that a careless tool writes. */
static void note_top(char *note, size_t size)
{
	static const char *const files[] = {
		"set_event",	  "trace_clock",    "tracing_on",	   "current_tracer",
		"buffer_size_kb", "buffer_percent", "trace_options",	   "tracing_cpumask",
		"set_event_pid",  "events/enable",  "events/sched/enable",
	};
	int folder = open(UPROBE_TRACEFS, O_PATH | O_CLOEXEC);
	size_t length, i, at = 0;
	char *text;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (source_file_read(folder, files[i], &text, &length))
			continue;
		at += snprintf(note + at, size - at, "%s: %s\n", files[i], text);
		free(text);
	}
	close(folder);
}

static void other_tracing_is_left_alone(void **state)
{
	static char before[65536], during[65536], after[65536];
	struct room *room = *state;

	strcpy(room->config->history[0], "sched");
	room->config->history_count = 1;
	note_top(before, sizeof(before));
	assert_int_equal(room_open(room), 0);
	note_top(during, sizeof(during));
	room_close(room, true);
	note_top(after, sizeof(after));
	assert_true(strlen(before) > 200);
	assert_string_equal(before, during);
	assert_string_equal(before, after);
}

static void what_the_history_lacks_is_no_obstacle(void **state)
{
	struct room *room = *state;
	char text[100];

	strcpy(room->config->history[0], "dupcqe_test:none_such");
	strcpy(room->config->history[1], "sched:sched_switch");
	strcpy(room->config->history[2], "../../instances");
	room->config->history_count = 3;
	assert_int_equal(room_open(room), 0);
	assert_int_equal(
		room_file(room, "", "events/sched/sched_switch/enable", text, sizeof(text)), 0);
	assert_string_equal(text, "1");
}

static void a_frozen_history_stays_frozen(void **state)
{
	struct room *room = *state;
	char text[10];

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_write(room, "", "tracing_on", "0"), 0);
	room_close(room, false);
	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_file(room, "", "tracing_on", text, sizeof(text)), 0);
	assert_string_equal(text, "0");
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 10);
}

static void tracefs_is_found(void **state)
{
	char path[200], small[5];

	(void)state;
	assert_int_equal(source_tracefs_find(NULL, "/proc/self/mounts", path, sizeof(path)), 0);
	assert_string_equal(path, UPROBE_TRACEFS);
	assert_int_equal(source_tracefs_find("/tmp", "/proc/self/mounts", path, sizeof(path)),
			 -ENODEV);
	assert_int_equal(source_tracefs_find(UPROBE_TRACEFS, "/none", path, sizeof(path)), 0);
	assert_int_equal(source_tracefs_find(NULL, "/none", small, sizeof(small)), -ENAMETOOLONG);
}

/* In a world of mounts of its own: 0, or the line that went wrong. */
static int in_own_mounts(void)
{
	char elsewhere[] = "/tmp/dupcqe-tracefs-XXXXXX", path[200];

	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return __LINE__;
	while (!umount2(UPROBE_TRACEFS, MNT_DETACH))
		;
	umount2("/sys/kernel/debug", MNT_DETACH);
	if (!mkdtemp(elsewhere) || mount("tracefs", elsewhere, "tracefs", 0, NULL))
		return __LINE__;
	if (source_tracefs_find(NULL, "/proc/self/mounts", path, sizeof(path)))
		return __LINE__;
	if (strcmp(path, elsewhere) || umount2(elsewhere, MNT_DETACH) || rmdir(elsewhere))
		return __LINE__;
	if (source_tracefs_find(NULL, "/proc/self/mounts", path, sizeof(path)))
		return __LINE__;
	if (strcmp(path, UPROBE_TRACEFS) || access(UPROBE_TRACEFS "/instances", F_OK))
		return __LINE__;
	return 0;
}

static void tracefs_is_mounted(void **state)
{
	pid_t child = fork();
	int status, line;

	(void)state;
	if (!child) {
		line = in_own_mounts();
		if (line)
			fprintf(stderr, "line %d\n", line);
		_exit(line ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, room_start, room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(what_others_enabled_in_ours_is_disabled),
		LIVE(a_filter_of_others_hides_nothing),
		LIVE(other_tracing_is_left_alone),
		LIVE(what_the_history_lacks_is_no_obstacle),
		LIVE(a_frozen_history_stays_frozen),
		cmocka_unit_test(tracefs_is_found),
		cmocka_unit_test(tracefs_is_mounted),
	};

	if (uprobe_refusal()) {
		printf("ok - a source sets what is its own # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-setup", tests, NULL, NULL);
}
