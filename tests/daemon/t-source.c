// SPDX-License-Identifier: GPL-2.0-or-later
/* Hits from the live ring buffer: each arrives once, with its values, or is counted as lost. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include "source-room.h"
#include "source_state.h"
#include "uprobe.h"

struct storm {
	int cpu;
	unsigned int qid;
	uint64_t count;
};

static void *storm(void *context)
{
	const struct storm *of = context;

	uprobe_storm(of->cpu, of->qid, 0, of->count);
	return NULL;
}

/* In a thread of its own: the test's stays on any CPU. */
static void storm_on(int cpu, unsigned int qid, uint64_t count)
{
	struct storm of = { cpu, qid, count };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, storm, &of), 0);
	pthread_join(thread, NULL);
}

static void values_arrive(void **state)
{
	struct room *room = *state;
	const struct hit *hit = room->note;
	struct timespec now;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room->appeared, 1);
	uprobe_hit(-7, 0xfffe, 0x9001, 0x4005, 0x123456789abcdef0, "0000:3b:00.0");
	clock_gettime(CLOCK_MONOTONIC, &now);
	room_serve(room, 100);
	assert_int_equal(room->hits, 1);
	assert_int_equal(hit->event.ctrl_id, -7);
	assert_int_equal(hit->event.qid, 0xfffe);
	assert_int_equal(hit->event.cid, 0x9001);
	assert_int_equal(hit->event.status, 0x4005);
	assert_true(hit->event.result == 0x123456789abcdef0);
	assert_string_equal(hit->event.addr, "0000:3b:00.0");
	assert_int_equal(hit->pid, getpid());
	assert_false(hit->test);
	assert_in_range(now.tv_sec * UINT64_C(1000000000) + now.tv_nsec - hit->trace_ns, 0,
			1000000000);
}

static void each_arrives_once_and_in_order(void **state)
{
	struct room *room = *state;
	unsigned int i;

	assert_int_equal(room_open(room), 0);
	storm_on(0, 1, 3000);
	room_serve_until(room, 3000, 5);
	assert_int_equal(room->hits, 3000);
	assert_int_equal(room->lost, 0);
	for (i = 0; i < 3000; i++) {
		assert_int_equal(room->note[i].event.result, i);
		assert_int_equal(room->note[i].cpu, 0);
	}
}

static void one_by_one(void **state)
{
	struct room *room = *state;
	unsigned int i;

	assert_int_equal(room_open(room), 0);
	for (i = 0; i < 50; i++) {
		uprobe_hit(0, 1, i, 0, i, "");
		room_serve(room, i ? 5 : 50);
		assert_int_equal(room->hits, i + 1);
	}
	assert_int_equal(room->lost, 0);
}

/* Storms on two CPUs, read at the same time: more than the rings hold. */
static void two_storms(void **state)
{
	struct storm of[2] = { { 0, 1, 40000 },
			       { sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 1 : 0, 2, 40000 } };
	struct room *room = *state;
	pthread_t thread[2];
	int i;

	assert_int_equal(room_open(room), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, storm, &of[i]), 0);
	room_serve_until(room, 80000, 60);
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 80000);
	assert_int_equal(room->backwards, 0);
	assert_true(room->seen[1] && room->seen[2]);
	print_message("# of 80000, lost %d\n", (int)room->lost);
}

static void what_does_not_fit_is_counted(void **state)
{
	struct room *room = *state;
	struct source_stats stats;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_write(room, "-hits", "buffer_size_kb", "8"), 0);
	storm_on(0, 1, 10000);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 10000);
	assert_true(room->lost > 0 && room->hits > 0);
	/* the first ones are kept */
	assert_int_equal(room->note[0].event.result, 0);
	assert_int_equal(room->note[room->hits - 1].event.result, room->hits - 1);
	source_stats(room->source, &stats);
	assert_int_equal(stats.hits, room->hits);
	assert_int_equal(stats.lost, room->lost);
	assert_int_equal(stats.undecodable, 0);
	storm_on(0, 1, 5);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 10005);
	storm_on(0, 1, 10000);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 20005);
}

/* Somebody sets the ring to overwrite its oldest: also counted. */
static void what_is_overwritten_is_counted(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room_write(room, "-hits", "buffer_size_kb", "8"), 0);
	assert_int_equal(room_write(room, "-hits", "options/overwrite", "1"), 0);
	storm_on(0, 1, 10000);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 10000);
	assert_true(room->lost > 0);
	assert_int_equal(room->note[room->hits - 1].event.result, 9999);
}

/* ... or reads the ring: those hits were never seen here. */
static void what_others_take_is_counted(void **state)
{
	struct room *room = *state;
	char page[4096];
	uint64_t left;
	int fd;

	assert_int_equal(room_open(room), 0);
	storm_on(0, 1, 1000);
	fd = room->source->rings[0].fd;
	assert_int_equal(read(fd, page, sizeof(page)), sizeof(page));
	room_serve(room, 50);
	left = 1000 - room->hits;
	assert_true(left > 0);
	assert_int_equal(room->lost, left);
}

static void a_turn_is_bounded(void **state)
{
	struct room *room = *state;
	struct epoll_event event;

	assert_int_equal(room_open(room), 0);
	storm_on(0, 1, 12000);
	assert_int_equal(epoll_wait(room->epoll_fd, &event, 1, 1000), 1);
	assert_int_equal(source_ready(room->source), 0);
	assert_in_range(room->hits, SOURCE_BUDGET, SOURCE_BUDGET + 4096);
	assert_int_equal(epoll_wait(room->epoll_fd, &event, 1, 0), 1);
	room_serve(room, 50);
	assert_int_equal(room->hits, 12000);
}

static void asleep_without_hits(void **state)
{
	struct room *room = *state;
	struct epoll_event event;
	char text[200];

	/* an event that happens all the time, in the history */
	strcpy(room->config->history[0], "sched:sched_switch");
	room->config->history_count = 1;
	assert_int_equal(room_open(room), 0);
	assert_int_equal(
		room_file(room, "", "events/sched/sched_switch/enable", text, sizeof(text)), 0);
	assert_string_equal(text, "1");
	room_serve(room, 50);
	assert_int_equal(epoll_wait(room->epoll_fd, &event, 1, 1000), 0);
	/* it can wake up */
	uprobe_hit(0, 1, 1, 0, 0, "");
	assert_int_equal(epoll_wait(room->epoll_fd, &event, 1, 2000), 1);
	assert_int_equal(room_serve(room, 500), 1);
	assert_int_equal(room->hits, 1);
}

static void the_history_keeps_what_was_read(void **state)
{
	struct room *room = *state;
	char text[200];

	assert_int_equal(room_open(room), 0);
	storm_on(0, 1, 100);
	room_serve(room, 50);
	assert_int_equal(room->hits, 100);
	assert_int_equal(room_file(room, "", "per_cpu/cpu0/stats", text, sizeof(text)), 0);
	assert_string_equal(text, "entries: 100");
	assert_non_null(strstr(source_path(room->source), room->name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_arrive, room_start, room_end),
		cmocka_unit_test_setup_teardown(each_arrives_once_and_in_order, room_start,
						room_end),
		cmocka_unit_test_setup_teardown(one_by_one, room_start, room_end),
		cmocka_unit_test_setup_teardown(two_storms, room_start, room_end),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_counted, room_start, room_end),
		cmocka_unit_test_setup_teardown(what_is_overwritten_is_counted, room_start,
						room_end),
		cmocka_unit_test_setup_teardown(what_others_take_is_counted, room_start, room_end),
		cmocka_unit_test_setup_teardown(a_turn_is_bounded, room_start, room_end),
		cmocka_unit_test_setup_teardown(asleep_without_hits, room_start, room_end),
		cmocka_unit_test_setup_teardown(the_history_keeps_what_was_read, room_start,
						room_end),
	};

	if (uprobe_refusal()) {
		printf("ok - hits from the live ring buffer # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
