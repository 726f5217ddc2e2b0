// SPDX-License-Identifier: GPL-2.0-or-later
/* May the machine be brought down: each guard, as a pure function of facts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "panic_guard.h"

static const struct panic_facts good = {
	.allowed = true, .has_way = true, .need_crash_kernel = true, .crash_kernel = true,
	.uptime_ns = 10, .min_uptime_ns = 10, .budget_lasts = true,
};

static void refused_with(struct panic_facts facts, const char *why)
{
	const char *said = panic_refusal(&facts);

	assert_non_null(said);
	assert_string_equal(said, why);
}

static void each_guard_refuses(void **state)
{
	struct panic_facts facts = good;

	(void)state;
	assert_null(panic_refusal(&facts));
	facts.allowed = false;
	refused_with(facts, "allow-panic is not set");
	facts = good;
	facts.unsaved = true;
	refused_with(facts, "what the last boot left is not saved yet");
	facts = good;
	facts.inhibited = true;
	refused_with(facts, "the inhibitor file is there");
	facts = good;
	facts.has_way = false;
	refused_with(facts, "the way to trigger it cannot be written");
	facts = good;
	facts.crash_kernel = false;
	refused_with(facts, "no crash kernel is loaded");
	facts.need_crash_kernel = false;
	assert_null(panic_refusal(&facts));
	facts = good;
	facts.uptime_ns = 9;
	refused_with(facts, "the machine has not been up for the minimum time");
	facts = good;
	facts.budget_lasts = false;
	refused_with(facts, "the state folder is not on a disk, so the panic would be forgotten");
	facts = good;
	facts.budget = "none left";
	refused_with(facts, "none left");
}

/* Only what comes first counts: what time does not settle is no matter of time. */
static void what_time_settles(void **state)
{
	struct panic_facts facts = good;

	(void)state;
	assert_true(panic_wait_ns(&facts) == 0);
	facts.uptime_ns = 3;
	assert_true(panic_wait_ns(&facts) == 7);
	facts.budget = "none left";
	facts.budget_wait_ns = 5;
	assert_true(panic_wait_ns(&facts) == 7);
	facts.crash_kernel = false;
	assert_true(panic_wait_ns(&facts) == 0);
	facts.crash_kernel = true;
	facts.uptime_ns = 10;
	assert_true(panic_wait_ns(&facts) == 5);
	facts.budget_wait_ns = 0;
	assert_true(panic_wait_ns(&facts) == 0);
}

/* What the disk said a while ago, as of now. */
static void what_was_said_earlier(void **state)
{
	struct panic_facts earlier = good, now = good;

	(void)state;
	earlier.budget = "used up";
	earlier.budget_wait_ns = 100;
	earlier.armed_by[0] = 'x';
	now.uptime_ns = earlier.uptime_ns + 40;
	panic_use_budget(&now, &earlier);
	assert_int_equal(panic_wait_ns(&now), 60);
	assert_string_equal(now.armed_by, "x");
	/* it is over: to be asked anew at once, and not for ever */
	now.uptime_ns = earlier.uptime_ns + 100;
	panic_use_budget(&now, &earlier);
	assert_int_equal(panic_wait_ns(&now), 1);
	earlier.budget_wait_ns = 0;
	panic_use_budget(&now, &earlier);
	assert_int_equal(panic_wait_ns(&now), 0);
	assert_string_equal(panic_refusal(&now), "used up");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_guard_refuses),
		cmocka_unit_test(what_time_settles),
		cmocka_unit_test(what_was_said_earlier),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("panic-guard", tests, NULL, NULL);
}
