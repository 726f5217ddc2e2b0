// SPDX-License-Identifier: GPL-2.0-or-later
/* What a source outlives: a daemon that is stopped, killed, started again; and a second one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>
#include "child.h"
#include "source-room.h"
#include "source_state.h"
#include "uprobe.h"

static void a_restart_takes_over(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	room_close(room, false);
	uprobe_storm(-1, 1, 10, 90);
	assert_int_equal(room_open(room), 0);
	room_serve(room, 50);
	assert_int_equal(room->hits, 100);
	assert_int_equal(room->lost, 0);
	assert_int_equal(room->backwards, 0);
	uprobe_storm(-1, 1, 100, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 110);
}

static void losses_of_the_time_between_count_once(void **state)
{
	struct room *room = *state;
	uint64_t lost;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_write(room, "-hits", "buffer_size_kb", "8"), 0);
	uprobe_storm(-1, 1, 0, 5000);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 5000);
	room_close(room, false);
	uprobe_storm(-1, 1, 5000, 5000);
	assert_int_equal(room_open(room), 0);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 10000);
	lost = room->lost;
	assert_true(lost > 0);
	room_close(room, false);
	assert_int_equal(room_open(room), 0);
	room_serve(room, 50);
	assert_int_equal(room->lost, lost);
}

/* Without its ledger it cannot know what was reported; then rather twice than never. */
static void without_a_ledger_rather_twice(void **state)
{
	struct room *room = *state;
	char path[200];

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_write(room, "-hits", "buffer_size_kb", "8"), 0);
	uprobe_storm(-1, 1, 0, 5000);
	room_serve(room, 50);
	room_close(room, false);
	uprobe_storm(-1, 1, 5000, 5000);
	snprintf(path, sizeof(path), "/run/nvme-dupcqed/%s.ledger", room->name);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(room_open(room), 0);
	room_serve(room, 50);
	assert_in_range(room->hits + room->lost, 10000, 15000);
}

/* In a child: handed `at` hits, and killed in the middle of that one. */
static void live_and_die(struct room *room, uint64_t at)
{
	pid_t child = fork();
	int status;

	if (!child) {
		room->die_at = at;
		room->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
		if (room_open(room))
			_exit(1);
		room_serve_until(room, UINT64_MAX, 10);
		_exit(2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void killed_in_the_middle_of_a_hit(void **state)
{
	struct room *room = *state;
	int round;

	assert_int_equal(room_open(room), 0);
	room_close(room, false);
	for (round = 0; round < 10; round++) {
		uprobe_storm(-1, 1, round * 1000, 1000);
		room->hits = room->lost = 0;
		live_and_die(room, 1 + round * 77);
		assert_int_equal(room_open(room), 0);
		room_serve(room, 20);
		assert_int_equal(round * 77 + room->hits + room->lost, 1000);
		assert_true(room->lost >= 1);
		room_close(room, false);
	}
	assert_int_equal(room_open(room), 0);
}

/* Storms go on while one daemon after the other is killed somewhere. */
static void totals_outlive_the_daemons(void **state)
{
	struct room *room = *state;
	struct source_stats stats;
	uint64_t fired = 0;
	int round;

	assert_int_equal(room_open(room), 0);
	room_close(room, false);
	for (round = 0; round < 20; round++) {
		pid_t storm = fork();

		if (!storm) {
			uprobe_storm(round % 2 ? -1 : 0, 1, fired, 3000);
			_exit(0);
		}
		fired += 3000;
		live_and_die(room, 1 + round * 131);
		assert_int_equal(waitpid(storm, NULL, 0), storm);
	}
	assert_int_equal(room_open(room), 0);
	room_serve(room, 50);
	source_stats(room->source, &stats);
	assert_int_equal(stats.hits + stats.lost, fired);
	assert_true(stats.hits > room->hits && stats.lost >= 20);
	room_close(room, true);
	assert_int_equal(room_open(room), 0);
	source_stats(room->source, &stats);
	assert_int_equal(stats.hits + stats.lost + stats.undecodable, 0);
}

static int sleep_for_ever(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

static void on_end(struct child *child, struct action_room *room, int result)
{
	(void)room;
	assert_int_equal(result, -ECHILD);
	child->pidfd = -1;
}

/* A reset that hangs, say: it must not keep the next daemon from the instance, nor the instance from being removed. */
static void a_child_holds_nothing(void **state)
{
	struct room *room = *state;
	struct action_room of = { .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	struct child child = { .ended = on_end };
	char path[64], link[256];
	int i;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(child_start(&child, &of, sleep_for_ever, NULL), 0);
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)child.pid, room->source->hits.folder);
	for (i = 0; i < 1000 && readlink(path, link, sizeof(link)) > 0; i++)
		usleep(10000);
	assert_int_equal(readlink(path, link, sizeof(link)), -1);
	room_close(room, false);
	assert_int_equal(room_open(room), 0);
	room_close(room, true);
	assert_false(room_exists(room, "") || room_exists(room, "-hits"));
	child_stop_all(&of, 5000);
	assert_int_equal(child.pidfd, -1);
	assert_int_equal(child_count(), 0);
	close(of.epoll_fd);
}

static void one_daemon_only(void **state)
{
	struct room *room = *state, second = *room;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_open(&second), -EBUSY);
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 10);
}

/* Somebody reads it just now: what is left is quiet, and is taken over. */
static void an_instance_in_use_is_left_quiet(void **state)
{
	struct room *room = *state;
	char path[200], text[10];
	int busy;

	assert_int_equal(room_open(room), 0);
	snprintf(path, sizeof(path), "%s-hits/per_cpu/cpu0/trace_pipe_raw",
		 source_path(room->source));
	busy = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(busy >= 0);
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	room_close(room, true);
	assert_true(room_exists(room, "-hits") && room_has_ledger(room));
	assert_false(room_exists(room, ""));
	assert_int_equal(room_file(room, "-hits", "set_event", text, sizeof(text)), 0);
	assert_string_equal(text, "");
	close(busy);
	assert_int_equal(room_open(room), 0);
	uprobe_storm(-1, 1, 10, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 20);
	assert_int_equal(room->lost, 0);
}

static void nothing_is_left_behind(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	assert_true(room_exists(room, "") && room_exists(room, "-hits") && room_has_ledger(room));
	room_close(room, true);
	assert_false(room_exists(room, "") || room_exists(room, "-hits") || room_has_ledger(room));
	assert_int_equal(uprobe_remove(room->event), 0);
}

static void a_refused_start_leaves_nothing(void **state)
{
	struct room *room = *state;
	char good[sizeof(room->name)];

	strcpy(good, room->name);
	strcpy(room->config->clock, "sundial");
	assert_int_equal(room_open(room), -EINVAL);
	assert_false(room_exists(room, "") || room_exists(room, "-hits") || room_has_ledger(room));
	strcpy(room->config->clock, "mono");
	strcpy(room->full, "../escape:x");
	assert_int_equal(room_open(room), -EINVAL);
	assert_false(room_exists(room, "") || room_exists(room, "-hits") || room_has_ledger(room));
	strcpy(room->name, "../escape");
	assert_int_equal(room_open(room), -EINVAL);
	strcpy(room->name, good);
	assert_null(room->source);
}

/* A start that is refused leaves what an earlier run left. */
static void a_refused_start_removes_nothing(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	room_close(room, false);
	strcpy(room->config->clock, "sundial");
	assert_int_equal(room_open(room), -EINVAL);
	assert_true(room_exists(room, "") && room_exists(room, "-hits") && room_has_ledger(room));
	strcpy(room->config->clock, "mono");
	assert_int_equal(room_open(room), 0);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, room_start, room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(a_restart_takes_over),
		LIVE(losses_of_the_time_between_count_once),
		LIVE(without_a_ledger_rather_twice),
		LIVE(killed_in_the_middle_of_a_hit),
		LIVE(totals_outlive_the_daemons),
		LIVE(a_child_holds_nothing),
		LIVE(one_daemon_only),
		LIVE(an_instance_in_use_is_left_quiet),
		LIVE(nothing_is_left_behind),
		LIVE(a_refused_start_leaves_nothing),
		LIVE(a_refused_start_removes_nothing),
	};

	if (uprobe_refusal()) {
		printf("ok - a source outlives its daemon # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-life", tests, NULL, NULL);
}
