// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "dupcqe/text.h"

static struct dupcqe_text text;
static char buffer[64];

static int setup(void **state)
{
	(void)state;
	memset(buffer, '#', sizeof(buffer));
	dupcqe_text_init(&text, buffer, 32);
	return 0;
}

static void appends(void **state)
{
	(void)state;
	dupcqe_text_puts(&text, "qid=");
	dupcqe_text_dec(&text, 17);
	dupcqe_text_putc(&text, ' ');
	dupcqe_text_sdec(&text, -3);
	dupcqe_text_printf(&text, " %s", "x");
	assert_string_equal(buffer, "qid=17 -3 x");
	assert_int_equal(text.len, 11);
	assert_false(text.cut);
}

static void numbers_at_their_limits(void **state)
{
	(void)state;
	dupcqe_text_dec(&text, UINT64_MAX);
	assert_string_equal(buffer, "18446744073709551615");
	setup(NULL);
	dupcqe_text_sdec(&text, INT64_MIN);
	assert_string_equal(buffer, "-9223372036854775808");
	setup(NULL);
	dupcqe_text_hex(&text, UINT64_MAX, 40);
	assert_string_equal(buffer, "ffffffffffffffff");
	setup(NULL);
	dupcqe_text_dec(&text, 0);
	dupcqe_text_hex(&text, 0, 0);
	dupcqe_text_hex(&text, 0xa5, 4);
	assert_string_equal(buffer, "0000a5");
}

static void too_much_is_cut_and_said(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		dupcqe_text_puts(&text, "0123456");
	assert_int_equal(text.len, 31);
	assert_true(text.cut);
	assert_string_equal(buffer, "0123456012345601234560123456012");
	assert_int_equal(buffer[32], '#');
}

static void printf_too_long_is_cut_and_said(void **state)
{
	(void)state;
	dupcqe_text_printf(&text, "%040d", 1);
	assert_int_equal(text.len, 31);
	assert_true(text.cut);
	dupcqe_text_printf(&text, "more");
	assert_int_equal(strlen(buffer), 31);
	assert_int_equal(buffer[32], '#');
}

static void a_buffer_of_one_byte(void **state)
{
	(void)state;
	dupcqe_text_init(&text, buffer, 1);
	dupcqe_text_puts(&text, "a");
	dupcqe_text_printf(&text, "b");
	assert_true(text.cut);
	assert_string_equal(buffer, "");
	assert_int_equal(buffer[1], '#');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(appends, setup),
		cmocka_unit_test_setup(numbers_at_their_limits, setup),
		cmocka_unit_test_setup(too_much_is_cut_and_said, setup),
		cmocka_unit_test_setup(printf_too_long_is_cut_and_said, setup),
		cmocka_unit_test_setup(a_buffer_of_one_byte, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
