// SPDX-License-Identifier: GPL-2.0-or-later
/* Panics that are counted when they are armed: given back, taken, or found by another boot. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "budget.h"
#include "scene.h"

#define HOUR UINT64_C(3600)
#define BOOT_1 "00000001-0000-0000-0000-000000000000"
#define HEAD   "nvme-dupcqed panic budget 1\n"

static struct budget_boot at(unsigned int boot, uint64_t uptime_s)
{
	struct budget_boot panic = { .uptime_s = uptime_s, .unix_s = 1, .panicked = true };

	snprintf(panic.boot, sizeof(panic.boot), "%08x-0000-0000-0000-000000000000", boot);
	return panic;
}

static struct budget_boot seen(unsigned int boot, uint64_t uptime_s)
{
	struct budget_boot of = at(boot, uptime_s);

	of.panicked = false;
	return of;
}

static struct budget_boot armed(unsigned int boot, uint64_t uptime_s, const char *by)
{
	struct budget_boot of = at(boot, uptime_s);

	of.armed = true;
	snprintf(of.by, sizeof(of.by), "%s", by);
	return of;
}

static int arm(unsigned int boot, uint64_t uptime_s, uint32_t max_per_day, const char *by, const char **why)
{
	struct budget_boot now = seen(boot, uptime_s);

	return budget_arm(t.paths.state_dir, &now, max_per_day, by, why);
}

static int take(unsigned int boot, uint64_t uptime_s, uint32_t max_per_day, const char **why)
{
	struct budget_boot now = seen(boot, uptime_s);

	return budget_take(t.paths.state_dir, &now, max_per_day, why);
}

static int give_back(unsigned int boot, uint64_t uptime_s, const char *by)
{
	struct budget_boot now = seen(boot, uptime_s);

	return budget_give_back(t.paths.state_dir, &now, by);
}

static void file_is(const char *lines)
{
	assert_string_equal(scene_file("state/" BUDGET_FILE), lines);
}

static void an_armed_one_is_given_back(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(arm(1, 5, 1, "trigger x", &why), 0);
	file_is(HEAD "armed " BOOT_1 " 5 1 trigger x\nend 1\n");
	/* nobody else's */
	assert_int_equal(give_back(1, 6, "trigger y"), 0);
	assert_int_equal(give_back(2, 6, "trigger x"), 0);
	file_is(HEAD "armed " BOOT_1 " 5 1 trigger x\nend 1\n");
	assert_int_equal(give_back(1, 6, "module x"), 0);
	file_is(HEAD "end 0\n");
	assert_int_equal(give_back(1, 7, "trigger x"), 0);
	file_is(HEAD "end 0\n");
	assert_int_equal(arm(1, 8, 1, "trigger x", &why), 0);
}

/* What was spent before it stays, and the time that was seen since. */
static void giving_back_forgets_nothing(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(take(1, 5, 2, &why), 0);
	assert_int_equal(arm(2, 50, 2, "trigger x", &why), 0);
	assert_int_equal(give_back(2, 60, "trigger x"), 0);
	file_is(HEAD "panic " BOOT_1 " 5 1\nseen 00000002-0000-0000-0000-000000000000 60 1\nend 2\n");
	assert_int_equal(arm(2, 70, 1, "trigger x", &why), -EDQUOT);
	assert_string_equal(why, "the panics of this day of running are used up");
}

/* Killed and started again in the same boot: one line, whatever the way. */
static void the_same_boot_has_one(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(arm(1, 5, 1, "trigger x", &why), 0);
	assert_int_equal(arm(1, 9, 1, "module x", &why), 0);
	file_is(HEAD "armed " BOOT_1 " 9 1 module x\nend 1\n");
	assert_int_equal(arm(1, 9, 1, "module y", &why), -EBUSY);
	assert_string_equal(why, "another daemon has the armed panic of this boot");
	file_is(HEAD "armed " BOOT_1 " 9 1 module x\nend 1\n");
	assert_int_equal(arm(1, 9, 0, "module x", &why), -EDQUOT);
}

/* The reactive panic of the boot is the armed one, not another one. */
static void taking_is_of_the_armed_one(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(arm(1, 5, 1, "trigger x", &why), 0);
	assert_int_equal(take(1, 6, 1, &why), 0);
	file_is(HEAD "panic " BOOT_1 " 6 1\nend 1\n");
	assert_int_equal(give_back(1, 7, "trigger x"), 0);
	file_is(HEAD "panic " BOOT_1 " 6 1\nend 1\n");
	assert_int_equal(arm(1, 8, 9, "trigger x", &why), -EDQUOT);
	assert_string_equal(why, "this boot has had its panic");
}

/* Nobody can tell whether it was one. */
static void of_another_boot_it_was_a_panic(void **state)
{
	struct budget_boot now = seen(1, 100);
	const char *why;

	(void)state;
	assert_int_equal(arm(1, 5, 1, "trigger x", &why), 0);
	/* a daemon that stops and could not give it back leaves it */
	assert_int_equal(budget_saw(t.paths.state_dir, &now), 0);
	file_is(HEAD "armed " BOOT_1 " 5 1 trigger x\nend 1\n");
	assert_int_equal(arm(2, 24 * HOUR - 1, 1, "trigger x", &why), -EDQUOT);
	assert_int_equal(take(2, 24 * HOUR - 1, 1, &why), -EDQUOT);
	assert_int_equal(give_back(2, 5, "trigger x"), 0);
	file_is(HEAD "armed " BOOT_1 " 5 1 trigger x\nend 1\n");
	assert_int_equal(arm(2, 24 * HOUR, 1, "trigger x", &why), 0);
}

static void how_long_until_there_is_one(void **state)
{
	struct budget budget = {
		.count = 4, .of = { at(1, HOUR), at(2, 2 * HOUR), seen(3, HOUR), armed(4, 3 * HOUR, "trigger x") },
	};
	struct budget_boot now = seen(5, 4 * HOUR);

	(void)state;
	/* ages: 4, 8 and 10 hours */
	assert_true(budget_wait_s(&budget, &now, 1) == 20 * HOUR);
	assert_true(budget_wait_s(&budget, &now, 2) == 16 * HOUR);
	assert_true(budget_wait_s(&budget, &now, 3) == 14 * HOUR);
	assert_true(budget_wait_s(&budget, &now, 4) == 0);
	assert_true(budget_wait_s(&budget, &now, 0) == UINT64_MAX);
	now.uptime_s += 20 * HOUR - 1;
	assert_true(budget_wait_s(&budget, &now, 1) == 1);
	assert_non_null(budget_refusal(&budget, &now, 1));
	now.uptime_s++;
	assert_true(budget_wait_s(&budget, &now, 1) == 0);
	assert_null(budget_refusal(&budget, &now, 1));
	now = seen(4, 5 * HOUR);
	assert_non_null(budget_armed(&budget, &now));
	assert_true(budget_wait_s(&budget, &now, 1) == 18 * HOUR);
	budget.of[3].armed = false;
	assert_true(budget_wait_s(&budget, &now, 9) == UINT64_MAX);
	assert_null(budget_armed(&budget, &now));
}

/* A line that does not say whose it is. */
static void torn_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"armed " BOOT_1 " 1 1\n",
		"armed " BOOT_1 " 1 1 trigger\n",
		"armed " BOOT_1 " 1 1 trigger \n",
		"armed " BOOT_1 " 1 1 trigger x y\n",
		"armed " BOOT_1 " 1 1 trigger x/y\n",
		"panic " BOOT_1 " 1 1 trigger x\n",
	};
	char text[400];
	const char *why;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(text, sizeof(text), HEAD "%send 1\n", lines[i]);
		scene_put("state/" BUDGET_FILE, text);
		chmod(scene_path("state/" BUDGET_FILE), 0600);
		assert_int_equal(arm(2, 1, 9, "trigger x", &why), -EBADMSG);
		assert_int_equal(give_back(1, 1, "trigger x"), -EBADMSG);
		file_is(text);
	}
}

/* As text, and back; however it is torn, it is noticed. */
static void text_comes_back(void **state)
{
	struct budget budget = { .count = 3, .of = { at(1, 2), seen(3, 4), armed(5, 6, "module a-daemon_1") } }, again;
	char buffer[BUDGET_TEXT], torn[BUDGET_TEXT];
	struct dupcqe_text text;
	size_t i;

	(void)state;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	budget_format(&text, &budget);
	assert_int_equal(budget_parse(buffer, &again), 0);
	assert_int_equal(again.count, 3);
	assert_memory_equal(again.of, budget.of, 3 * sizeof(*budget.of));
	for (i = 0; i < text.len; i++) {
		strcpy(torn, buffer);
		torn[i] = '\0';
		assert_int_equal(budget_parse(torn, &again), -EBADMSG);
		strcpy(torn, buffer);
		torn[i] = '?';
		assert_int_equal(budget_parse(torn, &again), -EBADMSG);
	}
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_back),
		cmocka_unit_test(how_long_until_there_is_one),
		WITH_SCENE(an_armed_one_is_given_back),
		WITH_SCENE(giving_back_forgets_nothing),
		WITH_SCENE(the_same_boot_has_one),
		WITH_SCENE(taking_is_of_the_armed_one),
		WITH_SCENE(of_another_boot_it_was_a_panic),
		WITH_SCENE(torn_lines_are_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("budget-armed", tests, NULL, NULL);
}
