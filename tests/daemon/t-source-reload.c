// SPDX-License-Identifier: GPL-2.0-or-later
/* Another configuration for a source that runs: nothing is lost by it, nothing comes twice. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "source-room.h"
#include "source_files.h"
#include "source_state.h"
#include "uprobe.h"

enum { STORM = 60000, STEP = 100 };

/* About 30,000 a second for two seconds, so that there is time to do something meanwhile. */
static void *storm(void *context)
{
	uint64_t i;

	(void)context;
	for (i = 0; i < STORM; i += STEP) {
		uprobe_storm(0, 1, i, STEP);
		usleep(2000);
	}
	return NULL;
}

static int reload(struct room *room)
{
	return source_reload(room->source, room->config);
}

static void assert_clocks(const struct room *room, const char *history, const char *hits)
{
	assert_true(source_file_says(room->source->history.folder, "trace_clock", history));
	assert_true(source_file_says(room->source->hits.folder, "trace_clock", hits));
}

static const char *const clocks[] = { "mono", "boot" };

/* Other events, another size, another clock of the history. */
static void many_in_a_storm(void **state)
{
	struct room *room = *state;
	unsigned int count = 0;
	pthread_t thread;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(pthread_create(&thread, NULL, storm, NULL), 0);
	while (room->hits + room->lost < STORM - STORM / 10) {
		room->config->history_count = ++count % 2;
		strcpy(room->config->clock, clocks[count / 2 % 2]);
		strcpy(room->config->history[0], "sched:sched_process_exit");
		room->config->buffer_size = (256 << 10) << count % 3;
		assert_int_equal(reload(room), 0);
		room_serve_times(room, 20);
	}
	pthread_join(thread, NULL);
	room_serve_until(room, STORM, 10);
	assert_int_equal(room->hits + room->lost, STORM);
	assert_int_equal(room->backwards, 0);
	assert_true(count > 10);
	print_message("# %u times, lost %d\n", count, (int)room->lost);
}

/* Another clock would empty the ring: the hits go on with theirs, and say nothing that is not true of the history. */
static void another_clock_loses_nothing(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	strcpy(room->config->clock, "boot");
	assert_int_equal(reload(room), 0);
	assert_clocks(room, "boot", "mono");
	uprobe_storm(-1, 1, 0, 100);
	assert_int_equal(reload(room), 0);
	assert_int_equal(room->hits, 0);
	uprobe_storm(-1, 1, 100, 100);
	room_serve(room, 50);
	assert_int_equal(room->hits, 200);
	assert_int_equal(room->note[199].trace_ns, 0);
	strcpy(room->config->clock, "mono");
	assert_int_equal(reload(room), 0);
	uprobe_storm(-1, 1, 200, 1);
	room_serve(room, 50);
	assert_true(room->note[200].trace_ns > 0);
	assert_int_equal(room->hits, 201);
	assert_int_equal(room->lost, 0);
}

static void over_a_crash_neither(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	room_close(room, false);
	uprobe_storm(-1, 1, 0, 100);
	strcpy(room->config->clock, "boot");
	assert_int_equal(room_open(room), 0);
	assert_clocks(room, "boot", "mono");
	uprobe_storm(-1, 1, 100, 100);
	room_serve(room, 50);
	assert_int_equal(room->hits, 200);
	assert_int_equal(room->lost, 0);
}

static void another_start_has_it(void **state)
{
	struct room *room = *state;
	struct timespec now;

	assert_int_equal(room_open(room), 0);
	room_close(room, true);
	strcpy(room->config->clock, "boot");
	assert_int_equal(room_open(room), 0);
	assert_clocks(room, "boot", "boot");
	uprobe_storm(-1, 1, 0, 1);
	clock_gettime(CLOCK_BOOTTIME, &now);
	room_serve(room, 50);
	assert_in_range(now.tv_sec * UINT64_C(1000000000) + now.tv_nsec - room->note[0].trace_ns, 0,
			1000000000);
}

/* As when the event's module is loaded again: it is not recorded then, and what was is read. */
static void another_event_has_it(void **state)
{
	struct room *room = *state;
	char path[128];

	assert_int_equal(room_open(room), 0);
	uprobe_storm(-1, 1, 0, 100);
	room_serve(room, 50);
	strcpy(room->config->clock, "boot");
	assert_int_equal(reload(room), 0);
	snprintf(path, sizeof(path), "events/dupcqe_test/%s/enable", room->event);
	assert_int_equal(room_write(room, "-hits", path, "0"), 0);
	room_tell(room, "add@/module/nvme_core");
	room_serve(room, 50);
	assert_clocks(room, "boot", "boot");
	uprobe_storm(-1, 1, 100, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 110);
	assert_int_equal(room->lost, 0);
	assert_true(room->note[109].trace_ns > 0);
}

static void a_wrong_one_can_be_taken_back(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	uprobe_storm(-1, 1, 0, 10);
	strcpy(room->config->clock, "sundial");
	assert_int_equal(reload(room), -EINVAL);
	uprobe_storm(-1, 1, 10, 10);
	strcpy(room->config->clock, "mono");
	assert_int_equal(reload(room), 0);
	room_serve(room, 50);
	assert_int_equal(room->hits, 20);
	assert_int_equal(room->lost, 0);
}

static void it_tells_what_would_empty(void **state)
{
	struct room *room = *state;
	struct config other;

	assert_int_equal(room_open(room), 0);
	other = *room->config;
	assert_false(source_would_empty(room->source, &other));
	other.history_count = 1;
	*other.clock = '\0';
	assert_false(source_would_empty(room->source, &other));
	other.buffer_size *= 2;
	assert_true(source_would_empty(room->source, &other));
	other = *room->config;
	strcpy(other.clock, "boot");
	assert_true(source_would_empty(room->source, &other));
}

/* What "false" promises. */
static void the_same_empties_nothing(void **state)
{
	struct room *room = *state;
	char text[100];

	assert_int_equal(room_open(room), 0);
	uprobe_storm(0, 1, 0, 100);
	strcpy(room->config->history[0], "sched:sched_process_exit");
	room->config->history_count = 1;
	assert_false(source_would_empty(room->source, room->config));
	assert_int_equal(reload(room), 0);
	assert_int_equal(room_file(room, "", "events/sched/sched_process_exit/enable", text, sizeof(text)), 0);
	assert_string_equal(text, "1");
	room->config->history_count = 0;
	assert_int_equal(reload(room), 0);
	assert_int_equal(room_file(room, "", "set_event", text, sizeof(text)), 0);
	assert_string_equal(text, room->full);
	room_serve(room, 50);
	assert_int_equal(room->hits, 100);
	assert_int_equal(room_file(room, "", "per_cpu/cpu0/stats", text, sizeof(text)), 0);
	assert_string_equal(text, "entries: 100");
}

static void it_knows_that_it_is_frozen(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	assert_false(source_frozen(room->source));
	assert_int_equal(room_write(room, "", "tracing_on", "0"), 0);
	assert_true(source_frozen(room->source));
	assert_int_equal(reload(room), 0);
	assert_true(source_frozen(room->source));
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, room_start, room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(many_in_a_storm),
		LIVE(another_clock_loses_nothing),
		LIVE(over_a_crash_neither),
		LIVE(another_start_has_it),
		LIVE(another_event_has_it),
		LIVE(a_wrong_one_can_be_taken_back),
		LIVE(it_tells_what_would_empty),
		LIVE(the_same_empties_nothing),
		LIVE(it_knows_that_it_is_frozen),
	};

	if (uprobe_refusal()) {
		printf("ok - a source takes another configuration # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-reload", tests, NULL, NULL);
}
