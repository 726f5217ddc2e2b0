// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the configuration anew, lost records as a condition, made-up hits, dry run. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "engine-room.h"
#include "uprobe.h"

static void hit(unsigned int cid)
{
	uprobe_hit(3, 2, cid, 0, 0, "0000:01:00.0");
}

static void reload(struct engine_room *room, const char *rules, const char *answer)
{
	engine_room_config(room, rules);
	kill(room->pid, SIGHUP);
	engine_room_wait(room, "log", answer);
}

static void wrong_rules_change_nothing(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	reload(room, "[rule all]\naction = freeze\nnonsense = 1\n[rule b]\nqid = x\n", "the old rules stay in force");
	assert_true(engine_room_has(room, "log", "conf:8: "));
	assert_true(engine_room_has(room, "log", "conf:10: "));
	hit(1);
	engine_room_wait(room, "log", "cmdid=1 ");
	assert_false(engine_room_has(room, "log", "frozen"));
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void new_rules_are_in_force(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule all]\naction = log\n");
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "log", "cmdid=1 ");
	reload(room, "[rule all]\naction = log\n[rule two]\naction = exec /bin/echo second-rule\n", " anew");
	engine_room_notified(room, "RELOADING=1");
	engine_room_notified(room, "READY=1");
	hit(2);
	engine_room_wait(room, "log", "second-rule\n");
	engine_room_wait(room, "log", "cmdid=2 ");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
	assert_int_equal(engine_room_count(room, "log", "cmdid=1 "), 1);
}

/*
 * Each hit of a storm is counted once, however often the configuration is read and its trace settings change meanwhile.
 */
static void reload_loses_nothing(void **state)
{
	static const char *const settings[] = {
		"clock = mono\nbuffer-size = 256K\n[rule all]\nthreshold = 4096 in 1ms\naction = log\n",
		"clock = boot\nbuffer-size = 512K\n[rule all]\nthreshold = 4096 in 1ms\naction = log\n",
	};
	struct engine_room *room = *state;
	enum { ROUNDS = 30, HITS = 500 }; /* all of them together fit into the buffer */
	time_t end;
	int i;

	engine_room_config(room, settings[0]);
	engine_room_run(room);
	for (i = 1; i <= ROUNDS; i++) {
		engine_room_config(room, settings[i % 2]);
		kill(room->pid, SIGHUP);
		uprobe_storm(-1, 1, 0, HITS);
	}
	end = time(NULL) + 20;
	while (engine_room_number(room, "hits") + engine_room_number(room, "lost") != ROUNDS * HITS &&
	       time(NULL) <= end)
		usleep(20000);
	assert_int_equal(engine_room_number(room, "hits") + engine_room_number(room, "lost"), ROUNDS * HITS);
	assert_int_equal(engine_room_number(room, "lost"), 0);
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

static void lost_records_are_a_condition(void **state)
{
	struct engine_room *room = *state;
	enum { HITS = 100000 };

	engine_room_config(room, "[rule gone]\non = lost\nthreshold = 100 in 1min\ncooldown = 1h\naction = log\n"
				 "action = exec /bin/echo some-are-lost\n");
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "log", "watching");
	assert_false(engine_room_has(room, "log", "some-are-lost"));
	kill(room->pid, SIGSTOP);
	uprobe_storm(-1, 1, 0, HITS);
	kill(room->pid, SIGCONT);
	engine_room_wait(room, "log", "records were lost before they could be read");
	engine_room_wait(room, "log", "some-are-lost\n");
	engine_room_wait(room, "log", "rule 'gone': ");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
	assert_int_equal(engine_room_count(room, "log", "some-are-lost\n"), 1);
}

static void made_up_hit_goes_all_the_way(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule a]\nthreshold = 5 in 1s\naction = log\naction = exec /bin/sh -c \"echo "
				 "test=$DUPCQE_TEST\"\n");
	assert_int_equal(engine_room_test_fire(room, "a"), 0);
	assert_true(engine_room_has(room, "log", "test hit, not a real one"));
	assert_true(engine_room_has(room, "log", "test=1\n"));
	assert_int_equal(engine_room_test_fire(room, "b"), -ENOENT);
	assert_true(engine_room_has(room, "log", "there is no rule 'b'"));
}

static void made_up_hit_tells_of_failure(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule a]\naction = exec /bin/false\naction = log\n");
	assert_int_equal(engine_room_test_fire(room, "a"), -ECANCELED);
	assert_true(engine_room_has(room, "log", "test hit, not a real one"));
}

static void made_up_hit_does_not_panic_by_mistake(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[panic]\nallow-panic = yes\n[rule a]\naction = panic\n");
	assert_int_equal(engine_room_test_fire(room, "a"), -EPERM);
	assert_true(engine_room_has(room, "log", "add --dry-run"));
}

/* Hits that come during a test are the daemon's, not the test's. */
static void made_up_hit_is_the_only_one(void **state)
{
	struct engine_room *room = *state;
	pid_t hitter;

	engine_room_config(room, "[rule a]\naction = exec /bin/sleep 2\n[rule b]\naction = exec /bin/echo for-real\n");
	hitter = fork();
	if (!hitter)
		while (true) {
			hit(1);
			usleep(20000);
		}
	assert_int_equal(engine_room_test_fire(room, "a"), 0);
	kill(hitter, SIGKILL);
	waitpid(hitter, NULL, 0);
	assert_true(engine_room_has(room, "log", "'/bin/sleep' ended well"));
	assert_false(engine_room_has(room, "log", "for-real"));
}

/* They were recorded while no daemon ran: what counts is when they were. */
static void old_hits_are_counted_when_they_were(void **state)
{
	struct engine_room *room = *state;
	int i;

	engine_room_config(room, "[rule log]\naction = log\n");
	engine_room_run(room);
	engine_room_stop(room, SIGKILL);
	for (i = 1; i <= 3; i++) {
		hit(i);
		usleep(1500000);
	}
	engine_room_config(room, "[rule short]\nthreshold = 2 in 1s\naction = exec /bin/echo within-a-second\n"
			   "[rule long]\nthreshold = 3 in 20s\naction = exec /bin/echo within-twenty\n");
	engine_room_run(room);
	engine_room_wait(room, "log", "within-twenty\n");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
	assert_false(engine_room_has(room, "log", "within-a-second"));
}

static void dry_run_only_tells(void **state)
{
	struct engine_room *room = *state;

	room->options.dry_run = true;
	engine_room_config(room, "[rule a]\naction = exec /bin/echo really-run\naction = freeze\naction = snapshot\n");
	engine_room_run(room);
	hit(1);
	engine_room_wait(room, "log", "would run '/bin/echo'");
	engine_room_wait(room, "log", "would write 0 to");
	engine_room_wait(room, "log", "would save");
	engine_room_wait(room, "log", "would");
	assert_false(engine_room_has(room, "log", "really-run"));
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
}

/* Older kernels, as 6.1, have nothing to say of a trigger's filter. */
static bool kernel_says_something(const struct engine_room *room)
{
	char path[256];
	FILE *log;
	int c;

	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s/error_log", room->instance);
	log = fopen(path, "r");
	assert_non_null(log);
	c = getc(log);
	fclose(log);
	return c != EOF;
}

/* The test's event has no field for it. Told with the kernel's own words, and once. */
static void a_refused_filter_is_shown_with_its_caret(void **state)
{
	struct engine_room *room = *state;

	engine_room_config(room, "[rule one]\ntransport = pcie\naction = freeze\n");
	engine_room_run(room);
	engine_room_wait(room, "log", "rule 'one': reactive: the kernel refuses its filter");
	if (!kernel_says_something(room)) {
		assert_int_equal(engine_room_stop(room, SIGTERM), 0);
		assert_false(engine_room_has(room, "log", "the kernel says"));
		return;
	}
	engine_room_wait(room, "log", "rule 'one': the kernel says: Field not found\n");
	engine_room_wait(room, "log", "rule 'one': transport == \"pcie\"\n");
	engine_room_wait(room, "log", "rule 'one':           ^\n");
	assert_int_equal(engine_room_stop(room, SIGTERM), 0);
	assert_int_equal(engine_room_count(room, "log", "the kernel says"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, engine_room_start, engine_room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wrong_rules_change_nothing),
		TEST(new_rules_are_in_force),
		TEST(reload_loses_nothing),
		TEST(lost_records_are_a_condition),
		TEST(made_up_hit_goes_all_the_way),
		TEST(made_up_hit_tells_of_failure),
		TEST(made_up_hit_does_not_panic_by_mistake),
		TEST(made_up_hit_is_the_only_one),
		TEST(old_hits_are_counted_when_they_were),
		TEST(dry_run_only_tells),
		TEST(a_refused_filter_is_shown_with_its_caret),
	};
	const char *refusal = uprobe_refusal();

	if (refusal) {
		printf("ok - rules on a live event # SKIP %s\n", refusal);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
