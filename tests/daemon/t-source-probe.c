// SPDX-License-Identifier: GPL-2.0-or-later
/* An event as a probe gives it: other drivers' messages, notes beside the hits, and hits that were not told of. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "dupcqe/probe.h"
#include "source-room.h"
#include "source_state.h"
#include "uprobe.h"

static int start(void **state)
{
	int err = room_start(state);
	struct room *room = *state;

	if (!err)
		err = uprobe_remove(room->event);
	return err ? err : uprobe_make_probe(room->event);
}

static int end(void **state)
{
	struct room *room = *state;
	char event[64];

	snprintf(event, sizeof(event), "%.*s", (int)sizeof(event) - 1, room->event);
	if (room->source)
		room_close(room, true);
	uprobe_remove_probe(event);
	return room_end(state);
}

/* The first line of a file of the event, or of the one beside it. */
static const char *event_file(const struct room *room, const char *instance, const char *suffix, const char *file)
{
	static char line[512];
	char path[160];

	snprintf(path, sizeof(path), "events/dupcqe_test/%s%s/%s", room->event, suffix, file);
	assert_int_equal(room_file(room, instance, path, line, sizeof(line)), 0);
	return line;
}

static void nothing_records_it_without_its_filter(void **state)
{
	static const char *const instances[] = { "", "-hits" };
	struct room *room = *state;
	int i;

	assert_int_equal(room_open(room), 0);
	assert_int_equal(room->from, HIT_BY_PROBE);
	for (i = 0; i < 2; i++) {
		assert_string_equal(event_file(room, instances[i], "", "enable"), "1");
		assert_string_equal(event_file(room, instances[i], "_why", "enable"), "1");
		assert_string_equal(event_file(room, instances[i], "", "filter"), dupcqe_probe_filter(DUPCQE_PROBE_HIT));
		assert_string_equal(event_file(room, instances[i], "_why", "filter"),
				    dupcqe_probe_filter(DUPCQE_PROBE_WHY));
	}
	/* no more than these can be filtered by: the queue has to be proved by each record */
	assert_true(source_fields(room->source) & DUPCQE_BIT(DUPCQE_CTRL_ID));
	assert_false(source_fields(room->source) & DUPCQE_BIT(DUPCQE_QID));
	uprobe_probe_other();
	assert_int_equal(room_serve(room, 50), 0);
}

/* The history may record all of the system, also what the daemon itself has no use for. */
static void what_is_beside_it_is_filtered_though_not_understood(void **state)
{
	struct room *room = *state;
	char why[80];

	snprintf(why, sizeof(why), "%s_why", room->event);
	assert_int_equal(uprobe_remove(why), 0);
	assert_int_equal(uprobe_make_why_of_another_form(why), 0);
	room->config->history_count = 1;
	strcpy(room->config->history[0], "dupcqe_test");
	assert_int_equal(room_open(room), 0);
	assert_int_equal(room->from, HIT_BY_PROBE);
	assert_int_equal(room->source->event.why_id, -1);
	assert_string_equal(event_file(room, "", "_why", "enable"), "1");
	assert_string_equal(event_file(room, "", "_why", "filter"), dupcqe_probe_filter(DUPCQE_PROBE_WHY));
	assert_string_equal(event_file(room, "-hits", "_why", "enable"), "0");
}

static void what_cannot_be_filtered_is_not_recorded(void **state)
{
	struct room *room = *state;
	char why[80];

	snprintf(why, sizeof(why), "%s_why", room->event);
	assert_int_equal(uprobe_remove(why), 0);
	/* it has no text that a filter could name */
	assert_int_equal(uprobe_make(why), 0);
	room->config->history_count = 1;
	strcpy(room->config->history[0], "dupcqe_test");
	assert_int_equal(room_open(room), 0);
	assert_int_equal(room->from, HIT_BY_PROBE);
	assert_string_equal(event_file(room, "", "", "enable"), "1");
	assert_string_equal(event_file(room, "", "_why", "enable"), "0");
	assert_string_equal(event_file(room, "-hits", "_why", "enable"), "0");
	assert_int_equal(source_reload(room->source, room->config), 0);
	assert_string_equal(event_file(room, "", "_why", "enable"), "0");
	uprobe_probe_hit(0, 1, 1);
	room_serve(room, 50);
	assert_int_equal(room->hits, 1);
}

static void a_note_gives_its_hit_a_reason(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	uprobe_probe_stale(3, 0x4001, 6);
	uprobe_probe_hit(3, 0x4001, 2);
	uprobe_probe_hit(3, 0x4001, 2);
	uprobe_probe_stale(3, 0x4001, 6);
	uprobe_probe_hit(3, 0x4002, 2);
	room_serve(room, 50);
	assert_int_equal(room->hits, 3);
	assert_int_equal(room->lost, 0);
	assert_int_equal(room->note[0].source, HIT_BY_PROBE);
	assert_int_equal(room->note[0].event.ctrl_id, 3);
	assert_int_equal(room->note[0].event.cid, 0x4001);
	assert_int_equal(room->note[0].event.sq_id, 2);
	assert_int_equal(room->note[0].event.reason, DUPCQE_STALE_GENERATION);
	assert_int_equal(room->note[0].event.expected_genctr, 6);
	/* it is used up; and not another one's */
	assert_false(dupcqe_has(&room->note[1].event, DUPCQE_REASON));
	assert_false(dupcqe_has(&room->note[2].event, DUPCQE_REASON));
}

/* On a kernel that limits its messages the hit that it was about may not have been told of. */
static void an_old_note_is_not_a_hits(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	uprobe_probe_stale(3, 0x4001, 6);
	usleep(1100000);
	uprobe_probe_hit(3, 0x4001, 2);
	room_serve(room, 50);
	assert_int_equal(room->hits, 1);
	assert_false(dupcqe_has(&room->note[0].event, DUPCQE_REASON));
}

/* As when somebody else took the filter away: they are read, and are neither hits nor losses. */
static void messages_of_others_are_nothing(void **state)
{
	struct room *room = *state;
	struct source_stats stats;
	uint64_t beside = 0;
	char path[128];
	int i;

	assert_int_equal(room_open(room), 0);
	snprintf(path, sizeof(path), "events/dupcqe_test/%s/filter", room->event);
	assert_int_equal(room_write(room, "-hits", path, "0"), 0);
	for (i = 0; i < 100; i++)
		uprobe_probe_other();
	uprobe_probe_hit(0, 1, 1);
	room_serve(room, 50);
	source_stats(room->source, &stats);
	assert_int_equal(room->hits, 1);
	assert_int_equal(stats.hits, 1);
	assert_int_equal(stats.lost, 0);
	assert_int_equal(stats.undecodable, 0);
	for (i = 0; i < (int)room->source->ring_count; i++)
		beside += room->source->ledger.accounts[i].beside;
	assert_int_equal(beside, 100);
}

static void what_was_not_told_of_is_lost(void **state)
{
	struct room *room = *state;
	struct source_stats stats;

	assert_int_equal(room_open(room), 0);
	assert_string_equal(room->why, "");
	uprobe_probe_hit(0, 1, 1);
	uprobe_probe_suppressed(1017);
	room_serve(room, 50);
	source_stats(room->source, &stats);
	assert_int_equal(room->suppressed, 1017);
	assert_int_equal(room->lost, 0);
	assert_int_equal(stats.hits, 1);
	assert_int_equal(stats.lost, 1017);
	assert_non_null(strstr(stats.why, "ten hits in five seconds"));
	assert_non_null(strstr(stats.why, "not known before the next hit"));
	/* another one goes on with the account */
	room_close(room, false);
	uprobe_probe_suppressed(3);
	assert_int_equal(room_open(room), 0);
	room_serve(room, 50);
	source_stats(room->source, &stats);
	assert_int_equal(room->suppressed, 1020);
	assert_int_equal(room->lost, 0);
	assert_int_equal(stats.lost, 1020);
}

static void a_probe_is_not_the_event(void **state)
{
	struct room *room = *state;

	room->config->source = SOURCE_EVENT;
	assert_int_equal(room_open(room), 0);
	assert_int_equal(room->from, HIT_BY_NOBODY);
	assert_non_null(strstr(room->why, "source is event"));
	uprobe_probe_hit(0, 1, 1);
	assert_int_equal(room_serve(room, 50), 0);
	room->config->source = SOURCE_AUTO;
	assert_int_equal(source_reload(room->source, room->config), 0);
	assert_int_equal(room->from, HIT_BY_PROBE);
	uprobe_probe_hit(0, 2, 1);
	room_serve(room, 50);
	assert_int_equal(room->hits, 1);
	room->config->source = SOURCE_EVENT;
	assert_int_equal(source_reload(room->source, room->config), 0);
	assert_int_equal(room->from, HIT_BY_NOBODY);
	assert_string_equal(event_file(room, "", "", "enable"), "0");
	assert_string_equal(event_file(room, "-hits", "", "enable"), "0");
	assert_string_equal(event_file(room, "-hits", "_why", "enable"), "0");
}

static void an_event_takes_a_probes_place(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	uprobe_probe_hit(0, 1, 1);
	room_serve(room, 50);
	source_disable_event(room->source);
	assert_int_equal(uprobe_remove_probe(room->event), 0);
	room_tell(room, "remove@/module/nvme_core");
	room_serve(room, 50);
	assert_int_equal(room->from, HIT_BY_NOBODY);
	assert_int_equal(uprobe_make(room->event), 0);
	room_tell(room, "add@/module/nvme_core");
	room_serve(room, 50);
	assert_int_equal(room->from, HIT_BY_EVENT);
	assert_string_equal(event_file(room, "", "", "filter"), "none");
	assert_string_equal(event_file(room, "-hits", "", "filter"), "none");
	uprobe_hit(0, 1, 5, 0, 0, "x");
	room_serve(room, 50);
	assert_int_equal(room->hits, 2);
	assert_int_equal(room->note[1].source, HIT_BY_EVENT);
	assert_int_equal(room->lost, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_records_it_without_its_filter),
		TEST(what_is_beside_it_is_filtered_though_not_understood),
		TEST(what_cannot_be_filtered_is_not_recorded),
		TEST(a_note_gives_its_hit_a_reason),
		TEST(an_old_note_is_not_a_hits),
		TEST(messages_of_others_are_nothing),
		TEST(what_was_not_told_of_is_lost),
		TEST(a_probe_is_not_the_event),
		TEST(an_event_takes_a_probes_place),
	};
	const char *refusal = uprobe_refusal();

	if (refusal) {
		printf("ok - source: a probe # SKIP %s\n", refusal);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-probe", tests, NULL, NULL);
}
