// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel has against a filter: found in texts of its error_log. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "filter_error.h"

static struct filter_error error;

static const char log_of_two[] =
	"[   11.052315] event filter parse error: error: Field not found\n"
	"  Command: qid == 3 && nought > 1\n"
	"                       ^\n"
	"[   12.131447] event filter parse error: error: Missing quote\n"
	"  Command: addr ~ \"x\n"
	"                  ^\n";

static void found(const char *log, const char *filter, const char *what, const char *shown, const char *caret)
{
	memset(&error, 0xa5, sizeof(error));
	assert_int_equal(filter_error_find(log, filter, &error), 0);
	assert_string_equal(error.what, what);
	assert_string_equal(error.filter, shown);
	assert_string_equal(error.caret, caret);
}

static void the_one_of_this_filter(void **state)
{
	(void)state;
	found(log_of_two, "qid == 3 && nought > 1", "Field not found", "qid == 3 && nought > 1", "            ^");
	found(log_of_two, "addr ~ \"x", "Missing quote", "addr ~ \"x", "       ^");
}

static void nothing_of_others(void **state)
{
	static const char *const others[] = { "", "qid == 3", "qid == 3 && nought > 11", "nought > 1", "^" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_int_equal(filter_error_find(log_of_two, others[i], &error), -ENOENT);
	assert_int_equal(filter_error_find("", "x", &error), -ENOENT);
}

static void the_newest(void **state)
{
	(void)state;
	found("[1.0] e: error: Old\n  Command: x\n           ^\n[2.0] e: error: New\n  Command: x\n           ^\n", "x",
	      "New", "x", "^");
}

/* The kernel would not write these; a caret that is nowhere is not shown somewhere. */
static void no_caret_or_a_wrong_one(void **state)
{
	static const char *const logs[] = {
		"[1.0] e: error: E\n  Command: x", "[1.0] e: error: E\n  Command: x\n",
		"[1.0] e: error: E\n  Command: x\n   ^\n", "[1.0] e: error: E\n  Command: x\n             ^\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(logs) / sizeof(*logs); i++)
		assert_int_equal(filter_error_find(logs[i], "x", &error), -ENOENT);
	found("\n  Command: x\n           ^\n", "x", "", "x", "^");
}

static void a_long_one_is_shown_around_the_error(void **state)
{
	char filter[301], log[1000];

	(void)state;
	memset(filter, 'a', 300);
	filter[300] = '\0';
	memcpy(filter + 200, "BAD", 3);
	snprintf(log, sizeof(log), "[1.0] e: error: E\n  Command: %s\n%*s\n", filter, 11 + 200 + 1, "^");
	assert_int_equal(filter_error_find(log, filter, &error), 0);
	assert_int_equal(strlen(error.filter), FILTER_ERROR_SHOWN);
	assert_memory_equal(error.filter + strlen(error.caret) - 1, "BAD", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_one_of_this_filter),
		cmocka_unit_test(nothing_of_others),
		cmocka_unit_test(the_newest),
		cmocka_unit_test(no_caret_or_a_wrong_one),
		cmocka_unit_test(a_long_one_is_shown_around_the_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
