// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three forms of every sample against tests/golden/, which were looked at by eye. After a
 * change that is meant: DUPCQE_GOLDEN=write build/tests/unit/t-format, and look at the difference.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dupcqe/format.h"
#include "events.h"

typedef void formatter(struct dupcqe_text *text, const struct dupcqe_event *event);

static char buffer[DUPCQE_FORMAT_MAX];
static struct dupcqe_text text;

static int setup(void **state)
{
	(void)state;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	return 0;
}

/* What the plugin prints with its option verbose. */
static void line_and_block(struct dupcqe_text *to, const struct dupcqe_event *event)
{
	dupcqe_format_line(to, event);
	dupcqe_text_putc(to, '\n');
	dupcqe_format_block(to, event, "    ");
}

static void json_line(struct dupcqe_text *to, const struct dupcqe_event *event)
{
	dupcqe_format_json(to, event);
	dupcqe_text_putc(to, '\n');
}

static formatter *const formats[] = {line_and_block, json_line};

static void write_golden(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
}

static void compare_lines(const char *path, const char *golden)
{
	size_t at = 0, start = 0;

	while (golden[at] && golden[at] == text.at[at])
		if (golden[at++] == '\n')
			start = at;
	if (golden[at] != text.at[at])
		fail_msg("'%s' has\n%.400s\nand not\n%.400s", path, golden + start,
			 text.at + start);
}

static void compare_golden(const char *path)
{
	static char golden[DUPCQE_FORMAT_MAX + 1];
	FILE *file = fopen(path, "r");
	size_t size;

	if (!file)
		fail_msg("cannot open '%s'", path);
	size = fread(golden, 1, sizeof(golden) - 1, file);
	golden[size] = '\0';
	fclose(file);
	compare_lines(path, golden);
}

static void golden(const char *suffix, formatter *format)
{
	const char *mode = getenv("DUPCQE_GOLDEN");
	const struct sample *sample;
	struct dupcqe_event event;
	char path[128];

	for (sample = samples; sample->name; sample++) {
		setup(NULL);
		sample->make(&event);
		format(&text, &event);
		assert_false(text.cut);
		snprintf(path, sizeof(path), "tests/golden/%s.%s", sample->name, suffix);
		if (mode && !strcmp(mode, "write"))
			write_golden(path);
		compare_golden(path);
	}
}

static void text_as_before(void **state)
{
	(void)state;
	golden("txt", line_and_block);
}

static void json_as_before(void **state)
{
	(void)state;
	golden("json", json_line);
}

static void line_begins_like_its_siblings(void **state)
{
	struct dupcqe_event event;

	(void)state;
	sample_make("stale", &event);
	dupcqe_format_line(&text, &event);
	assert_memory_equal(buffer, "nvme0: qid=1, cmdid=36865, ", 27);
	assert_null(strchr(buffer, '\n'));
	assert_in_range(text.len, 100, 260);
}

/* Take every single field away, and every one but one: what is absent is nowhere printed as a
 * number. */
static void any_field_can_be_absent(void **state)
{
	struct dupcqe_event event;
	size_t i;
	int field;

	(void)state;
	for (field = 0; field < DUPCQE_FIELDS; field++) {
		for (i = 0; i < 2; i++) {
			setup(NULL);
			sample_make("stale", &event);
			event.has &= ~DUPCQE_BIT(field);
			formats[i](&text, &event);
			sample_make("stale", &event);
			event.has = DUPCQE_BIT(field);
			formats[i](&text, &event);
			assert_false(text.cut);
		}
	}
}

static void output_is_printable_ascii(void **state)
{
	struct dupcqe_event event;
	size_t i, at;
	int byte;

	(void)state;
	for (byte = 1; byte < 256; byte++) {
		for (i = 0; i < 2; i++) {
			setup(NULL);
			sample_make("stale", &event);
			memset(event.addr, byte, sizeof(event.addr) - 1);
			memset(event.trsvcid, byte, sizeof(event.trsvcid) - 1);
			memset(event.transport, byte, sizeof(event.transport) - 1);
			formats[i](&text, &event);
			for (at = 0; at < text.len; at++)
				if (buffer[at] != '\n')
					assert_in_range(buffer[at], 0x20, 0x7e);
		}
	}
}

/* The largest output of all: every number and every string at its longest. */
static void worst_case_fits(void **state)
{
	struct dupcqe_event event;

	(void)state;
	memset(&event, 0xff, sizeof(event));
	event.big_endian = true;
	event.cqw_count = DUPCQE_WINDOW_CQES;
	event.addr[sizeof(event.addr) - 1] = '\0';
	event.trsvcid[sizeof(event.trsvcid) - 1] = '\0';
	event.transport[sizeof(event.transport) - 1] = '\0';
	line_and_block(&text, &event);
	assert_false(text.cut);
	setup(NULL);
	json_line(&text, &event);
	assert_false(text.cut);
}

static void short_buffer_is_cut_and_said(void **state)
{
	struct dupcqe_event event;
	size_t size, i, full[2];
	char *exact;

	(void)state;
	sample_make("fresh", &event);
	for (i = 0; i < 2; i++) {
		setup(NULL);
		formats[i](&text, &event);
		full[i] = text.len;
		for (size = 1; size <= full[i] + 1; size++) {
			exact = malloc(size);
			dupcqe_text_init(&text, exact, size);
			formats[i](&text, &event);
			assert_int_equal(text.cut, size <= full[i]);
			assert_int_equal(text.len, size - 1);
			free(exact);
		}
	}
}

/* A big-endian machine's command ids stand swapped in its rings. */
static void big_endian_ids_are_turned(void **state)
{
	struct dupcqe_event event;
	char little[DUPCQE_FORMAT_MAX];
	int i;

	(void)state;
	sample_make("fresh", &event);
	line_and_block(&text, &event);
	strcpy(little, strchr(buffer, '\n'));
	event.big_endian = true;
	for (i = 0; i < event.cqw_count; i++)
		event.cqw[i][3] = (event.cqw[i][3] & 0xffff0000) | (event.cqw[i][3] >> 8 & 0xff) |
				  (event.cqw[i][3] & 0xff) << 8;
	event.sqe[0] = 0x01a00001;
	setup(NULL);
	line_and_block(&text, &event);
	*strstr(little, "dw0-3") = '\0';
	assert_non_null(strstr(buffer, "cmdid 40961, nsid 1, flags"));
	assert_non_null(strstr(buffer, "0  40961     1   10"));
	assert_non_null(strstr(buffer, "<- same CQE"));
	assert_memory_equal(strchr(buffer, '\n'), little, strlen(little));
}

static void json_strings(void **state)
{
	static const struct {
		const char *bytes;
		const char *json;
	} strings[] = {
		{"plain ~", "plain ~"},
		{"\"\\\x7f", "\\u0022\\u005c\\u007f"},
		{"\xc2\x80", "\\u0080"},
		{"\xdf\xbf", "\\u07ff"},
		{"\xe0\xa0\x80", "\\u0800"},
		{"\xef\xbf\xbf", "\\uffff"},
		{"\xf0\x90\x80\x80", "\\ud800\\udc00"},
		{"\xf4\x8f\xbf\xbf", "\\udbff\\udfff"},
		/* overlong, surrogate, too large, cut, alone */
		{"\xc1\xbf", "\\u00c1\\u00bf"},
		{"\xe0\x9f\xbf", "\\u00e0\\u009f\\u00bf"},
		{"\xf0\x8f\xbf\xbf", "\\u00f0\\u008f\\u00bf\\u00bf"},
		{"\xed\xbf\xbf", "\\u00ed\\u00bf\\u00bf"},
		{"\xf4\x90\x80\x80", "\\u00f4\\u0090\\u0080\\u0080"},
		{"\xf9\x90\x80\x80", "\\u00f9\\u0090\\u0080\\u0080"},
		{"\xe2\x82", "\\u00e2\\u0082"},
		{"\x80", "\\u0080"},
	};
	struct dupcqe_event event;
	char wanted[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		setup(NULL);
		sample_make("stale", &event);
		strcpy(event.trsvcid, strings[i].bytes);
		dupcqe_format_json(&text, &event);
		snprintf(wanted, sizeof(wanted), "\"trsvcid\":\"%s\",", strings[i].json);
		if (!strstr(buffer, wanted))
			fail_msg("not in the output: %s", wanted);
	}
}

static const char *line_of(const struct dupcqe_event *event)
{
	setup(NULL);
	dupcqe_format_line(&text, event);
	return buffer;
}

/* 0x182 is another thing for Connect: of the command that the entry answers, or of the queue. */
static void status_is_of_the_command_it_answers(void **state)
{
	struct dupcqe_event event;

	(void)state;
	sample_make("tcp", &event);
	assert_non_null(strstr(line_of(&event), "Connect Invalid Parameters"));
	event.cid = 4096;
	assert_non_null(strstr(line_of(&event), "Attempted Write to Read Only Range"));

	sample_make("stale", &event);
	event.status = 0x0182 << 1;
	event.sqe[0] = 0x7f;
	assert_non_null(strstr(line_of(&event), "Connect Invalid Parameters"));
}

/* Without the queue's own number what the entry claims has to do: opcode 2 is Read or Get Log Page.
 */
static void command_is_of_the_queue(void **state)
{
	struct dupcqe_event event;

	(void)state;
	sample_make("not-in-flight", &event);
	assert_non_null(strstr(line_of(&event), "last used by Read as "));
	event.has &= ~DUPCQE_BIT(DUPCQE_QID);
	event.qid = 0;
	assert_non_null(strstr(line_of(&event), "last used by Read as "));
	event.sq_id = 0;
	assert_non_null(strstr(line_of(&event), "last used by Get Log Page as "));
	event.has |= DUPCQE_BIT(DUPCQE_QID);
	event.qid = 1;
	assert_non_null(strstr(line_of(&event), "last used by Read as "));
}

static const char *block_of(const struct dupcqe_event *event)
{
	setup(NULL);
	dupcqe_format_block(&text, event, "");
	return buffer;
}

static void data_pointers(void **state)
{
	struct dupcqe_event event;

	(void)state;
	sample_make("stale", &event);
	event.sqe[4] = 0x1000;
	assert_non_null(
		strstr(block_of(&event), "prp1 0xa0b4000, prp2 0xa0b5000, metadata 0x1000\n"));
	event.sqe[0] |= 1 << 14;
	event.sqe[8] = 0xff001000;
	event.sqe[9] = 0x40123456;
	assert_non_null(strstr(block_of(&event), "sgl keyed data block at 0xa0b4000, 4096 bytes"));
	event.sqe[9] = 0;
	assert_non_null(strstr(block_of(&event), "sgl data block at 0xa0b4000, 4278194176 bytes"));
	event.sqe[9] = 0x60000000;
	assert_non_null(strstr(block_of(&event), "sgl type 0x60 at 0xa0b4000"));
}

static void a_tag_beyond_the_queue_is_said_to_be(void **state)
{
	struct dupcqe_event event;

	(void)state;
	sample_make("unknown-tag", &event);
	event.tag = 7;
	assert_null(strstr(block_of(&event), "beyond the 8 entries"));
	event.tag = 8;
	assert_non_null(strstr(block_of(&event), "beyond the 8 entries"));
	event.has &= ~DUPCQE_BIT(DUPCQE_Q_DEPTH);
	assert_null(strstr(block_of(&event), "beyond the 8 entries"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(text_as_before, setup),
		cmocka_unit_test_setup(json_as_before, setup),
		cmocka_unit_test_setup(line_begins_like_its_siblings, setup),
		cmocka_unit_test_setup(any_field_can_be_absent, setup),
		cmocka_unit_test_setup(output_is_printable_ascii, setup),
		cmocka_unit_test_setup(worst_case_fits, setup),
		cmocka_unit_test_setup(short_buffer_is_cut_and_said, setup),
		cmocka_unit_test_setup(big_endian_ids_are_turned, setup),
		cmocka_unit_test_setup(json_strings, setup),
		cmocka_unit_test_setup(status_is_of_the_command_it_answers, setup),
		cmocka_unit_test_setup(command_is_of_the_queue, setup),
		cmocka_unit_test_setup(data_pointers, setup),
		cmocka_unit_test_setup(a_tag_beyond_the_queue_is_said_to_be, setup),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
