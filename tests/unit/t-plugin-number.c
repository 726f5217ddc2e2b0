// SPDX-License-Identifier: GPL-2.0-or-later
/* Format strings, and numbers as the kernel writes them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "../../plugin/traceevent/program.h"

static struct program program;

static int parse(const char *format)
{
	program = (struct program){.long_bits = 64};
	return program_parse_format(&program, format);
}

/* One conversion and what it makes of value. */
static const char *number(const char *format, uint64_t value)
{
	static char buffer[256];
	struct dupcqe_text text;

	assert_int_equal(parse(format), 0);
	assert_int_equal(program.pieces, 2);
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	put_number(&text, &program.piece[0].conversion, value);
	return buffer;
}

static void where_the_kernel_is_not_c(void **state)
{
	(void)state;
	assert_string_equal(number("%#x", 0), "0x0");
	assert_string_equal(number("%#X", 0), "0X0");
	assert_string_equal(number("%#08x", 0), "0x000000");
	assert_string_equal(number("%#8x", 0), "     0x0");
	assert_string_equal(number("%-#8x", 0), "0x0     ");
	assert_string_equal(number("%#o", 0), "0");
	assert_string_equal(number("%.0d", 0), "0");
	assert_string_equal(number("%06.3d", 7), "000007");
}

#define SAME(format, value)                                                                        \
	do {                                                                                       \
		char wanted[256];                                                                  \
		snprintf(wanted, sizeof(wanted), format, value);                                   \
		assert_string_equal(number(format, value), wanted);                                \
	} while (0)

/* C's printf is the judge of the rest. */
static void where_it_is(void **state)
{
	static const int values[] = {0, 1, -1, 7, 10, 255, -4096, 0x7fffffff, -0x7fffffff - 1};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		int value = values[i];

		SAME("%d", value);
		SAME("%i", value);
		SAME("%u", value);
		SAME("%x", value);
		SAME("%X", value);
		SAME("%o", value);
		SAME("%5d", value);
		SAME("%-12d", value);
		SAME("%012d", value);
		SAME("%+d", value);
		SAME("% d", value);
		SAME("%+6d", value);
		SAME("%02x", value);
		SAME("%9.4x", value);
		SAME("%-9.4u", value);
		SAME("%hd", (short)value);
		SAME("%hu", (unsigned short)value);
		SAME("%hhx", (unsigned char)value);
	}
	SAME("%#x", 1);
	SAME("%#010x", 0xabcdef);
	SAME("%#o", 8);
	SAME("%llu", 0xffffffffffffffffULL);
	SAME("%lld", -0x7fffffffffffffffLL - 1);
	SAME("%#llx", 0x123456789abcdefULL);
	SAME("%lx", 0x123456789abcdefUL);
}

static void arguments_are_cut_to_their_type(void **state)
{
	(void)state;
	assert_string_equal(number("%u", UINT64_MAX), "4294967295");
	assert_string_equal(number("%d", 0x1ffffffff), "-1");
	assert_string_equal(number("%x", 0xffffffff00000001), "1");
	assert_string_equal(number("%hhu", 0x1ff), "255");
	assert_string_equal(number("%zu", UINT64_MAX), "18446744073709551615");
	program = (struct program){.long_bits = 32};
	assert_int_equal(program_parse_format(&program, "%lu%llu"), 0);
	assert_int_equal(program.piece[0].conversion.bits, 32);
	assert_int_equal(program.piece[1].conversion.bits, 64);
}

static void pieces(void **state)
{
	(void)state;
	assert_int_equal(parse("a%sb%%c%d"), 0);
	assert_int_equal(program.pieces, 4);
	assert_memory_equal(program.piece[0].text, "a", program.piece[0].length);
	assert_int_equal(program.piece[0].conversion.kind, 's');
	assert_memory_equal(program.piece[1].text, "b%", program.piece[1].length);
	assert_int_equal(program.piece[1].conversion.kind, 0);
	assert_memory_equal(program.piece[2].text, "c", program.piece[2].length);
	assert_int_equal(program.piece[3].length, 0);
	assert_int_equal(parse(""), 0);
}

static void formats_that_are_refused(void **state)
{
	static const char *const bad[] = {
		"%",	"%l",  "%y",  "%c",   "%p",   "%pS",	       "%*d",
		"%.*s", "%5s", "%-s", "%.2s", "%65d", "%99999999999d", "%.99d",
		"%n",	"% ",  "%#",
	};
	char long_one[3 * PROGRAM_PIECES + 1] = "";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(parse(bad[i]), 0);
	for (i = 0; i < PROGRAM_PIECES; i++)
		strcat(long_one, "%d,");
	assert_int_not_equal(parse(long_one), 0);
}

static void names_and_numbers(void **state)
{
	uint64_t value = 99;

	(void)state;
	assert_true(enumerator_value("nvme_fabrics_command", &value));
	assert_int_equal(value, 0x7f);
	assert_true(enumerator_value("nvme_cmd_zone_append", &value));
	assert_int_equal(value, 0x7d);
	assert_true(enumerator_value("NVME_AER_VS", &value));
	assert_int_equal(value, 7);
	assert_true(enumerator_value("0x12", &value));
	assert_int_equal(value, 0x12);
	assert_false(enumerator_value("nvme_cmd_", &value));
	assert_false(enumerator_value("12b", &value));
	assert_false(enumerator_value("", &value));
	assert_int_equal(value, 0x12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_the_kernel_is_not_c),
		cmocka_unit_test(where_it_is),
		cmocka_unit_test(arguments_are_cut_to_their_type),
		cmocka_unit_test(pieces),
		cmocka_unit_test(formats_that_are_refused),
		cmocka_unit_test(names_and_numbers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("plugin-number", tests, NULL, NULL);
}
