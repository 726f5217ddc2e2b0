// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts of the snapshot folder that need none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "spool.h"

static void names(void **state)
{
	static const char *const foreign[] = {
		"",
		"dupcqe",
		"dupcqe-1-20010909T014640Z-nvme3",
		"dupcqe-0000000001-20010909T014640Z-nvme03",
		"dupcqe-0000000001-20010909T014640Z-nvme",
		"dupcqe-0000000001-20010909T014640Z-nvme3x",
		"dupcqe-0000000001-20010909T014640Z-",
		"dupcqe-0000000001-20011309T014640Z-nvme3",
		"dupcqe-000000000x-20010909T014640Z-nvme3",
		"dupcqe-0000000001-20010909T014640Z-nvme-1",
		"dupcqe-+000000001-20010909T014640Z-nvme1",
		"xdupcqe-0000000001-20010909T014640Z-nvme3",
		"dupcqe-0000000001--nvme3",
		"dupcqe-0000000001-20010909T014640Z-../../etc",
	};
	char name[SPOOL_NAME];
	uint64_t sequence;
	int64_t unix_s;
	size_t i;

	(void)state;
	spool_name(name, 1, 1000000000, 3);
	assert_string_equal(name, "dupcqe-0000000001-20010909T014640Z-nvme3");
	assert_true(spool_parse_name(name, &sequence, &unix_s));
	assert_int_equal(sequence, 1);
	assert_int_equal(unix_s, 1000000000);
	spool_name(name, 9999999999, 0, -1);
	assert_string_equal(name, "dupcqe-9999999999-19700101T000000Z-unknown");
	assert_true(spool_parse_name(name, &sequence, &unix_s));
	spool_name(name, 5, INT64_MAX, INT32_MAX);
	for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (spool_parse_name(foreign[i], &sequence, &unix_s))
			fail_msg("'%s' is taken for ours", foreign[i]);
}

static size_t surplus_of(uint32_t max_number, uint64_t max_bytes, uint64_t max_age_s, int64_t now_s)
{
	struct spool_item item[4] = {
		{.sequence = 1, .unix_s = 100, .bytes = 10},
		{.sequence = 2, .unix_s = 200, .bytes = 20},
		{.sequence = 3, .unix_s = 900, .bytes = 30},
		{.sequence = 4, .unix_s = 400, .bytes = 40},
	};
	const struct spool_list list = { 4, item };
	const struct spool_limits of = { max_number, max_bytes, max_age_s, 0 };

	return spool_surplus(&list, &of, now_s);
}

static void what_has_to_go(void **state)
{
	(void)state;
	assert_int_equal(surplus_of(4, 100, 0, 1 << 30), 0);
	assert_int_equal(surplus_of(3, 100, 0, 0), 1);
	assert_int_equal(surplus_of(1, 100, 0, 0), 3);
	assert_int_equal(surplus_of(0, 0, 0, 0), 3);
	assert_int_equal(surplus_of(4, 99, 0, 0), 1);
	assert_int_equal(surplus_of(4, 90, 0, 0), 1);
	assert_int_equal(surplus_of(4, 89, 0, 0), 2);
	assert_int_equal(surplus_of(4, 39, 0, 0), 3);
	assert_int_equal(surplus_of(4, 100, 100, 200), 0);
	assert_int_equal(surplus_of(4, 100, 100, 201), 1);
	assert_int_equal(surplus_of(4, 100, 100, 301), 2);
	/* the clock was set back: nothing is old, and what stands behind a young one waits */
	assert_int_equal(surplus_of(4, 100, 100, 0), 0);
	assert_int_equal(surplus_of(4, 100, 100, 501), 2);
	/* set far forward: the newest stays */
	assert_int_equal(surplus_of(4, 100, 100, INT64_MAX), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(what_has_to_go),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
