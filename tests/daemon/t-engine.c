// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon as a whole, on a live event: what a rule leads to, what is shown, how it ends. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine-room.h"
#include "uprobe.h"

static void hit(unsigned int cid)
{
	uprobe_hit(3, 2, cid, 0, 0, "0000:01:00.0");
}

static const char *state_file(const struct engine_room *room)
{
	static char name[80];

	snprintf(name, sizeof(name), "%s.json", room->instance);
	return name;
}

static void hits_are_logged_and_shown(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	engine_room_notified(room, "READY=1");
	assert_true(engine_room_has(room, state_file(room), "\"hits\":0"));
	hit(0x1001);
	engine_room_wait(room, "log", "cmdid=4097");
	engine_room_wait(room, state_file(room), "\"hits\":1");
	engine_room_wait(room, state_file(room), "\"name\":\"all\",\"mode\":\"");
	assert_true(engine_room_has(room, state_file(room), "\"log\":{\"ok\":1,\"failed\":0}"));
	engine_room_notified(room, "1 hits");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
	engine_room_notified(room, "STOPPING=1");
	assert_false(engine_room_has(room, state_file(room), "hits"));
	assert_false(engine_room_instance_exists(room, ""));
	assert_false(engine_room_instance_exists(room, "-hits"));
}

static void metrics_are_written(void **state)
{
	struct engine_room *room = *state;
	char text[200];

	snprintf(text, sizeof(text), "metrics-file = %s/dupcqe.prom\n[rule all]\naction = log\n", room->folder);
	engine_room_config(room, text);
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "dupcqe.prom", "hits_total{device=\"nvme3\",queue=\"2\"");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void watchdog_is_fed(void **state)
{
	struct engine_room *room = *state;

	setenv("WATCHDOG_USEC", "200000", 1);
	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	unsetenv("WATCHDOG_USEC");
	engine_room_notified(room, "WATCHDOG=1");
	engine_room_notified(room, "WATCHDOG=1");
	assert_int_equal(engine_room_stop(room, SIGINT), 0);
}

static void cooldown_keeps_still(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n[rule once]\ncooldown = 1h\naction = exec /bin/echo once-only\n");
	engine_room_run(room);
	hit(1);
	hit(2);
	hit(3);
	engine_room_wait(room, "log", "cmdid=3");
	engine_room_wait(room, state_file(room), "\"fired\":1,\"cooled_down\":2");
	engine_room_wait(room, "log", "'/bin/echo' ended well");
	assert_int_equal(engine_room_count(room, "log", "once-only\n"), 1);
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void snapshot_is_saved(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = snapshot\n");
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "log", "saved as '");
	hit(2);
	engine_room_wait(room, state_file(room), "\"snapshot\":{\"ok\":2,\"failed\":0}");
	assert_int_equal(engine_room_count(room, "log", "saved as '"), 2);
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

/* What an earlier hit stopped is not taken away by a later one; somebody lets it go on. */
static void a_frozen_history_is_kept(void **state)
{
	struct engine_room *room = *state;
	char path[160];
	FILE *on;

	engine_room_config(room, "[rule stop]\ncooldown = 1h\naction = freeze\n[rule snap]\naction = snapshot\n");
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "log", "saved as '");
	hit(2);
	engine_room_wait(room, "log", "an earlier hit froze the history, which is kept");
	assert_int_equal(engine_room_count(room, "log", "saved as '"), 1);
	snprintf(path, sizeof(path), "/sys/kernel/tracing/instances/%s/tracing_on", room->instance);
	on = fopen(path, "w");
	assert_non_null(on);
	fputs("1\n", on);
	fclose(on);
	hit(3);
	engine_room_wait(room, state_file(room), "\"snapshot\":{\"ok\":2,\"failed\":1}");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void state_now(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	kill(room->pid, SIGUSR1);
	engine_room_wait(room, "log", ": 0 hits, 0 lost; the state is in '");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void second_one_is_refused(void **state)
{
	struct engine_room *room = *state;
	pid_t first;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	first = room->pid;
	assert_int_equal(engine_room_test_fire(room, "all"), -EBUSY);
	room->pid = first;
	hit(7);
	engine_room_wait(room, "log", "cmdid=7");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void killed_one_is_taken_over(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "log", "cmdid=1 ");
	assert_int_equal(engine_room_stop(room, SIGKILL), -1);
	assert_true(engine_room_instance_exists(room, "-hits"));
	hit(2);
	engine_room_run(room);
	engine_room_wait(room, "log", "cmdid=2 ");
	assert_int_equal(engine_room_count(room, "log", "cmdid=1 "), 1);
	engine_room_wait(room, state_file(room), "\"hits\":2,\"lost\":0");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void wrong_configuration_does_not_start(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = explode\n");
	assert_int_equal(engine_room_test_fire(room, "all"), -EINVAL);
	assert_true(engine_room_has(room, "log", "conf:7: "));
	assert_false(engine_room_instance_exists(room, ""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_room_start, engine_room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hits_are_logged_and_shown),
		TEST(metrics_are_written),
		TEST(watchdog_is_fed),
		TEST(cooldown_keeps_still),
		TEST(snapshot_is_saved),
		TEST(a_frozen_history_is_kept),
		TEST(state_now),
		TEST(second_one_is_refused),
		TEST(killed_one_is_taken_over),
		TEST(wrong_configuration_does_not_start),
	};
	const char *refusal = uprobe_refusal();

	if (refusal) {
		printf("ok - the daemon on a live event # SKIP %s\n", refusal);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
