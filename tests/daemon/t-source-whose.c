// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A probe that was made by hand, and one that sees nothing any more. The events and their records are the kernel's; what it
 * says of them, and which drivers are loaded, is made up here.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "dupcqe/probe.h"
#include "source-room.h"
#include "source_state.h"
#include "uprobe.h"

static struct {
	const char *event;
	enum dupcqe_probe_answer answer;
	bool outdated;
	const char *others;	/* that record it */
	int looks, added, removed;
} kernel;

static char modules[] = "/tmp/t-source-whose-XXXXXX";

enum dupcqe_probe_answer dupcqe_probe_look(const struct dupcqe_probe_place *place, struct dupcqe_probe_found *found)
{
	(void)place;
	kernel.looks++;
	memset(found, 0, sizeof(*found));
	found->answer = kernel.answer;
	found->outdated = kernel.outdated;
	return found->answer;
}

enum dupcqe_probe_answer dupcqe_probe_add(const struct dupcqe_probe_place *place, struct dupcqe_probe_found *found)
{
	if (dupcqe_probe_look(place, found) != DUPCQE_PROBE_ADDED)
		return found->answer;
	assert_int_equal(uprobe_make_probe(kernel.event), 0);
	kernel.added++;
	kernel.answer = DUPCQE_PROBE_THERE;
	return found->answer;
}

enum dupcqe_probe_answer dupcqe_probe_remove(const struct dupcqe_probe_place *place)
{
	(void)place;
	if (*kernel.others || uprobe_remove_probe(kernel.event))
		return DUPCQE_PROBE_BUSY;
	kernel.removed++;
	kernel.answer = DUPCQE_PROBE_ADDED;
	kernel.outdated = false;
	return DUPCQE_PROBE_REMOVED;
}

bool dupcqe_probe_users(const struct dupcqe_probe_place *place, char *names, size_t size)
{
	(void)place;
	snprintf(names, size, "dupcqe-test-%d%s, dupcqe-test-%d-hits", (int)getpid(), kernel.others, (int)getpid());
	return true;
}

/* As when it is loaded (again): the folder is another one. */
static void load(const char *module)
{
	char path[80], old[80];

	snprintf(path, sizeof(path), "%s/%s", modules, module);
	snprintf(old, sizeof(old), "%s/%s.%d", modules, module, rand());
	rename(path, old);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void look(struct room *room, const char *message)
{
	room_tell(room, message);
	room_serve(room, 50);
}

static int start(void **state)
{
	int err = room_start(state);
	struct room *room = *state;

	if (!err)
		err = uprobe_remove(room->event);
	if (err || uprobe_make_probe(room->event))
		return -1;
	memset(&kernel, 0, sizeof(kernel));
	kernel.event = room->event;
	kernel.others = "";
	kernel.answer = DUPCQE_PROBE_THERE;
	load("nvme");
	if (room_open(room))
		return -1;
	room->source->probe.applies = true;
	room->source->probe.modules = modules;
	look(room, "add@/module/nvme");
	return 0;
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

static void is_watched(struct room *room)
{
	uint64_t before = room->hits;

	assert_int_equal(room->from, HIT_BY_PROBE);
	uprobe_probe_hit(0, 1, 1);
	room_serve(room, 50);
	assert_int_equal(room->hits, before + 1);
}

static void one_that_fits_is_left(void **state)
{
	struct room *room = *state;

	is_watched(room);
	load("nvme");
	look(room, "add@/module/nvme");
	is_watched(room);
	room_close(room, true);
	assert_int_equal(kernel.removed, 0);
}

static void one_that_does_not_is_adopted(void **state)
{
	struct room *room = *state;

	load("nvme_tcp");
	kernel.outdated = true;
	look(room, "add@/module/nvme_tcp");
	assert_int_equal(kernel.removed, 1);
	assert_int_equal(kernel.added, 1);
	is_watched(room);
	assert_string_equal(room->source->probe.why, "");
	room_close(room, true);
	assert_int_equal(kernel.removed, 2);
}

static void one_in_the_way_of_the_drivers_event_is_adopted(void **state)
{
	struct room *room = *state;

	load("nvme");
	kernel.answer = DUPCQE_PROBE_SHADOWS;
	look(room, "add@/module/nvme");
	assert_int_equal(kernel.removed, 1);
	is_watched(room);
}

static void one_that_others_record_is_left(void **state)
{
	struct room *room = *state;

	load("nvme_tcp");
	kernel.outdated = true;
	kernel.others = ", dupcqe-test-0, theirs";
	look(room, "add@/module/nvme_tcp");
	assert_int_equal(kernel.removed + kernel.added, 0);
	assert_false(room->source->probe.ours);
	assert_non_null(strstr(room->source->probe.why, "dupcqe-test-0, theirs records it"));
	is_watched(room);
	look(room, "add@/module/nvme_tcp");
	room_close(room, true);
	assert_int_equal(kernel.removed, 0);
}

static void with_source_event_it_is_nobodys_business(void **state)
{
	struct room *room = *state;

	room->config->source = SOURCE_EVENT;
	assert_int_equal(source_reload(room->source, room->config), 0);
	load("nvme_tcp");
	kernel.outdated = true;
	look(room, "add@/module/nvme_tcp");
	assert_int_equal(room->from, HIT_BY_NOBODY);
	assert_int_equal(kernel.removed, 0);
}

static void look_now(struct room *room)
{
	assert_int_equal(source_reload(room->source, room->config), 0);
	room_serve(room, 50);
}

static void what_sees_nothing_is_told_of_once(void **state)
{
	struct room *room = *state;
	struct source_stats stats;
	int i, appeared = room->appeared;

	kernel.answer = DUPCQE_PROBE_NO_KPROBES;
	for (i = 0; i < 3; i++)
		look_now(room);
	assert_int_equal(room->vanished, 1);
	assert_int_equal(room->from, HIT_BY_NOBODY);
	assert_non_null(strstr(room->why, "the probe sees nothing: "));
	assert_non_null(strstr(room->why, dupcqe_probe_text(DUPCQE_PROBE_NO_KPROBES)));
	source_stats(room->source, &stats);
	assert_false(stats.has_event);
	assert_string_equal(stats.why, room->why);
	/* it is looked for every few seconds then */
	kernel.answer = DUPCQE_PROBE_THERE;
	look(room, "add@/module/x");
	assert_int_equal(room->appeared, appeared + 1);
	assert_string_equal(room->why, "");
	is_watched(room);
	look_now(room);
	assert_int_equal(room->appeared, appeared + 1);
	assert_int_equal(room->vanished, 1);
	room_close(room, true);
	assert_int_equal(kernel.removed, 0);
}

static void a_limit_is_told_before_it_is_met(void **state)
{
	struct room *room = *state;
	struct source_stats stats;

	source_stats(room->source, &stats);
	assert_string_equal(stats.why, "");
	room->source->probe.limited = true;
	source_stats(room->source, &stats);
	assert_non_null(strstr(stats.why, "what was left out last is not among the lost"));
	is_watched(room);
}

static void what_cannot_be_told_changes_nothing(void **state)
{
	struct room *room = *state;

	kernel.answer = DUPCQE_PROBE_FAILED;
	look_now(room);
	assert_int_equal(room->vanished, 0);
	is_watched(room);
}

static unsigned int timer_of(const struct room *room)
{
	struct itimerspec is;

	assert_int_equal(timerfd_gettime(room->source->news.timer, &is), 0);
	return is.it_interval.tv_sec;
}

static void it_is_looked_once_a_minute(void **state)
{
	struct room *room = *state;
	int looks;

	assert_int_equal(timer_of(room), 60);
	/* a hundred modules are loaded */
	looks = kernel.looks;
	look(room, "add@/module/x");
	look(room, "add@/module/y");
	assert_int_equal(kernel.looks, looks);
	room->source->probe.looked -= 60;
	look(room, "add@/module/x");
	assert_int_equal(kernel.looks, looks + 1);
	kernel.answer = DUPCQE_PROBE_NO_KPROBES;
	look_now(room);
	assert_int_equal(timer_of(room), 5);
	kernel.answer = DUPCQE_PROBE_THERE;
	look_now(room);
	assert_int_equal(timer_of(room), 60);
}

static void what_could_not_be_made_is_made_when_it_can(void **state)
{
	struct room *room = *state;

	kernel.answer = DUPCQE_PROBE_SHADOWS;
	load("nvme");
	look(room, "add@/module/nvme");
	room_close(room, true);
	uprobe_remove_probe(room->event);
	kernel.added = 0;
	kernel.answer = DUPCQE_PROBE_NO_KPROBES;
	assert_int_equal(room_open(room), 0);
	room->source->probe.applies = true;
	room->source->probe.modules = modules;
	look(room, "add@/module/nvme");
	assert_non_null(strstr(room->why, dupcqe_probe_text(DUPCQE_PROBE_NO_KPROBES)));
	kernel.answer = DUPCQE_PROBE_ADDED;
	look(room, "add@/module/x");
	look(room, "add@/module/x");
	assert_int_equal(kernel.added, 1);
	is_watched(room);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_that_fits_is_left),
		TEST(one_that_does_not_is_adopted),
		TEST(one_in_the_way_of_the_drivers_event_is_adopted),
		TEST(one_that_others_record_is_left),
		TEST(with_source_event_it_is_nobodys_business),
		TEST(what_sees_nothing_is_told_of_once),
		TEST(a_limit_is_told_before_it_is_met),
		TEST(what_cannot_be_told_changes_nothing),
		TEST(it_is_looked_once_a_minute),
		TEST(what_could_not_be_made_is_made_when_it_can),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-whose", tests, NULL, NULL);
}

int main(void)
{
	const char *refusal = uprobe_refusal();
	char remove[sizeof(modules) + 16];
	int failed;

	if (refusal) {
		printf("ok - source: whose probe it is # SKIP %s\n", refusal);
		return 0;
	}
	if (!mkdtemp(modules))
		return 1;
	failed = run_all();
	snprintf(remove, sizeof(remove), "rm -r %s", modules);
	return system(remove) || failed;
}
