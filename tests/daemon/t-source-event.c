// SPDX-License-Identifier: GPL-2.0-or-later
/* The event goes and comes back, is another one, or is there only later. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include "source-room.h"
#include "source_state.h"
#include "uprobe.h"

/* As when its module goes: the kernel disables the event, empties the rings, and tells. */
static void take_the_event_away(struct room *room)
{
	char path[128];

	snprintf(path, sizeof(path), "events/dupcqe_test/%s/enable", room->event);
	assert_int_equal(room_write(room, "", path, "0"), 0);
	assert_int_equal(room_write(room, "-hits", path, "0"), 0);
	assert_int_equal(uprobe_remove(room->event), 0);
}

static void the_event_goes_and_comes_back(void **state)
{
	struct room *room = *state;
	uint64_t lost;
	int id;

	assert_int_equal(room_open(room), 0);
	id = room->source->event.id;
	assert_int_equal(room_write(room, "-hits", "buffer_size_kb", "8"), 0);
	uprobe_storm(-1, 1, 0, 3000);
	room_serve(room, 20);
	assert_int_equal(room->hits + room->lost, 3000);
	lost = room->lost;
	take_the_event_away(room);
	room_tell(room, "remove@/module/nvme_core");
	assert_int_equal(room_serve(room, 50), 1);
	assert_int_equal(room->vanished, 1);
	assert_int_equal(uprobe_make_fields(room->other, "x=+0(%sp):u64"), 0); /* takes the freed id */
	assert_int_equal(uprobe_make(room->event), 0);
	room_tell(room, "add@/module/nvme_core");
	assert_int_equal(room_serve(room, 50), 1);
	assert_int_equal(uprobe_remove(room->other), 0);
	assert_int_equal(room->appeared, 2);
	assert_int_not_equal(room->source->event.id, id);
	uprobe_storm(-1, 1, 3000, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits + room->lost, 3010);
	assert_int_equal(room->lost, lost);
}

/* Gone and back before anybody looked: it is enabled again. */
static void the_event_is_another_one_at_once(void **state)
{
	struct room *room = *state;

	assert_int_equal(room_open(room), 0);
	take_the_event_away(room);
	/* takes the id that was freed */
	assert_int_equal(uprobe_make_fields(room->other, "x=+0(%sp):u64"), 0);
	assert_int_equal(uprobe_make(room->event), 0);
	room_tell(room, "add@/module/nvme_core");
	room_serve(room, 50);
	assert_int_equal(uprobe_remove(room->other), 0);
	assert_int_equal(room->vanished, 0);
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 10);
}

/* Nobody tells of events that are made by hand. */
static void waits_for_the_event(void **state)
{
	struct room *room = *state;
	struct itimerspec timer;
	struct epoll_event event;
	int fd;

	assert_int_equal(uprobe_remove(room->event), 0);
	assert_int_equal(room_open(room), 0);
	fd = room->source->news.timer;
	assert_int_equal(room->vanished, 1);
	assert_int_equal(room->appeared, 0);
	assert_int_equal(uprobe_make(room->event), 0);
	assert_int_equal(timerfd_gettime(fd, &timer), 0);
	assert_in_range(timer.it_value.tv_sec, SOURCE_LOOK_SECONDS - 1, SOURCE_LOOK_SECONDS);
	assert_int_equal(timer.it_interval.tv_sec, SOURCE_LOOK_SECONDS);
	/* sooner, not to wait here */
	timer.it_value = (struct timespec){ 0, 1000000 };
	assert_int_equal(timerfd_settime(fd, 0, &timer, NULL), 0);
	assert_int_equal(epoll_wait(room->epoll_fd, &event, 1, 1000), 1);
	assert_int_equal(source_ready(room->source), 0);
	assert_int_equal(room->appeared, 1);
	assert_int_equal(timerfd_gettime(fd, &timer), 0);
	assert_int_equal(timer.it_value.tv_sec + timer.it_value.tv_nsec, 0);
	uprobe_storm(-1, 1, 0, 10);
	room_serve(room, 50);
	assert_int_equal(room->hits, 10);
}

static void only_news_of_modules_and_cpus(void **state)
{
	static const char *const other[] = { "a",
					     "add@/devices/virtual/block/loop0",
					     "change@/module/nvme_core",
					     "remove@/devices/module",
					     "online@/devices/system/memory/memory1",
					     "addx/module" };
	static const char *const ours[] = { "add@/module/nvme_core", "remove@/module/nvme_core",
					    "online@/devices/system/cpu/cpu1" };
	struct room *room = *state;
	unsigned int i;

	assert_int_equal(room_open(room), 0);
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		room_tell(room, other[i]);
		assert_int_equal(room_serve(room, 20), 0);
	}
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		room_tell(room, ours[i]);
		assert_int_equal(room_serve(room, 20), 1);
	}
}

static void an_event_of_other_fields_is_none(void **state)
{
	struct room *room = *state;

	assert_int_equal(uprobe_remove(room->event), 0);
	assert_int_equal(uprobe_make_fields(room->event, "x=+0(%sp):u64"), 0);
	assert_int_equal(room_open(room), 0);
	assert_int_equal(room->vanished, 1);
	uprobe_storm(-1, 1, 0, 10);
	assert_int_equal(room_serve(room, 50), 0);
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, room_start, room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE(the_event_goes_and_comes_back),
		LIVE(the_event_is_another_one_at_once),
		LIVE(waits_for_the_event),
		LIVE(only_news_of_modules_and_cpus),
		LIVE(an_event_of_other_fields_is_none),
	};

	if (uprobe_refusal()) {
		printf("ok - a source outlives its event # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-event", tests, NULL, NULL);
}
