// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon as a whole, on an event as a probe gives it: what is armed, what is said and shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "engine-room.h"
#include "uprobe.h"

static int start(void **state)
{
	int err = engine_room_start(state);
	struct engine_room *room = *state;

	if (!err)
		err = uprobe_remove(room->event_name);
	return err ? err : uprobe_make_probe(room->event_name);
}

static int end(void **state)
{
	struct engine_room *room = *state;
	char name[64];

	snprintf(name, sizeof(name), "%s", room->event_name);
	engine_room_end(state);
	uprobe_remove_probe(name);
	return 0;
}

static const char *state_file(const struct engine_room *room)
{
	static char name[80];

	snprintf(name, sizeof(name), "%s.json", room->instance);
	return name;
}

static void everything_tells_the_source(void **state)
{
	struct engine_room *room = *state;
	char text[300];

	snprintf(text, sizeof(text), "metrics-file = %s/dupcqe.prom\n[rule all]\naction = log\naction = exec /usr/bin/env\n",
		 room->folder);
	engine_room_config(room, text);
	engine_room_run(room);
	engine_room_wait(room, "log", "watching the event dupcqe_test:");
	assert_true(engine_room_has(room, "log", ", by the probe"));
	engine_room_wait(room, state_file(room), "\"available\":true,\"source\":\"probe\",\"why\":null");
	uprobe_probe_stale(3, 0x4001, 6);
	uprobe_probe_hit(3, 0x4001, 2);
	engine_room_wait(room, "log", "rule 'all': nvme3: ");
	assert_true(engine_room_has(room, "log", "stale by 2 generations"));
	assert_true(engine_room_has(room, "log", "source=probe"));
	engine_room_wait(room, "log", "DUPCQE_SOURCE=probe");
	engine_room_wait(room, state_file(room), "\"source\":\"probe\",\"event\":{");
	engine_room_wait(room, "dupcqe.prom", "source{source=\"probe\"} 1");
	engine_room_notified(room, ", by the probe: 1 hits");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static bool is_recording(const struct engine_room *room)
{
	char path[160], on[4] = "";
	FILE *file;

	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s/tracing_on", room->instance);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(on, sizeof(on), file));
	fclose(file);
	return *on == '1';
}

/* A trigger does not heed the event's filter: it has to have it itself. */
static void a_trigger_is_for_hits_alone(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule ice]\ncontroller = nvme3\naction = freeze\n[rule queue]\nqid = 1\naction = freeze\n"
				 "[rule why]\nreason = stale-generation\naction = freeze\n[rule all]\naction = log\n");
	engine_room_run(room);
	engine_room_wait(room, "log", "rule 'ice': armed");
	engine_room_wait(room, "log", "rule 'queue': reactive: the kernel's record does not have the queue");
	engine_room_wait(room, "log", "rule 'why': reactive: the kernel's record does not have the reason");
	/* of controller 3 in its registers, but no hit; and a hit of another one */
	uprobe_hit(3, 1, 1, 0, 0, "the link is down\n");
	uprobe_probe_hit(2, 7, 1);
	engine_room_wait(room, "log", "nvme2: cmdid=7");
	assert_true(is_recording(room));
	uprobe_probe_hit(3, 8, 1);
	engine_room_wait(room, state_file(room), "\"frozen\":true");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void what_was_not_told_of_counts_as_lost(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule blind]\non = lost\nthreshold = 100 in 1min\naction = exec /bin/echo went-blind\n");
	engine_room_run(room);
	uprobe_probe_suppressed(1017);
	engine_room_wait(room, "log", "1017 hits were left out by the kernel's rate limit");
	engine_room_wait(room, "log", "went-blind");
	engine_room_wait(room, state_file(room), "\"hits\":0,\"lost\":1017,\"undecodable\":0");
	engine_room_wait(room, state_file(room), "ten hits in five seconds");
	assert_false(engine_room_has(room, "log", "were lost before they could be read"));
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void a_killed_ones_notes_are_read(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	assert_int_equal(engine_room_stop(room, SIGKILL), -1);
	uprobe_probe_stale(3, 0x4001, 6);
	uprobe_probe_hit(3, 0x4001, 2);
	engine_room_run(room);
	engine_room_wait(room, "log", "stale by 2 generations");
	engine_room_wait(room, state_file(room), "\"hits\":1,\"lost\":0");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_tells_the_source),
		TEST(a_trigger_is_for_hits_alone),
		TEST(what_was_not_told_of_counts_as_lost),
		TEST(a_killed_ones_notes_are_read),
	};
	const char *refusal = uprobe_refusal();

	if (refusal) {
		printf("ok - the daemon on a probe # SKIP %s\n", refusal);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("engine-probe", tests, NULL, NULL);
}
