// SPDX-License-Identifier: GPL-2.0-or-later
/* The plugin with records and formats that are not what they should be. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "../../plugin/traceevent/plugin.h"
#include "plugin-trace.h"

int tep_plugin_loader(struct tep_handle *tep);
void tep_plugin_unloader(struct tep_handle *tep);

static const char *const events[] = {
	"nvme_setup_cmd", "nvme_complete_rq",	"nvme_sq",	     "nvme_async_event",
	"nvmet_req_init", "nvmet_req_complete", "nvmet_async_event",
};

static struct tep_handle *tep;

static int load(void **state)
{
	(void)state;
	tep = trace_open(false, 8);
	return tep_plugin_loader(tep);
}

static int unload(void **state)
{
	(void)state;
	tep_plugin_unloader(tep);
	tep_free(tep);
	return 0;
}

/* The last field of all these formats is one that is printed. */
static void truncated_at_every_length(void **state)
{
	struct trace_record record;
	size_t i;
	int size;

	(void)state;
	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		record_start(&record, trace_event(tep, "7.3", events[i], NULL, NULL));
		for (size = 0; size < record.size; size++)
			assert_null(record_text_of(&record, size));
		assert_non_null(record_text_of(&record, record.size));
		/* a bad record spoils none behind it, in the tool either */
		assert_string_equal(record_print(&record), record_text(&record));
	}
}

/* What is left is listed, and no command is called by a wrong name. */
static void truncated_in_the_tool(void **state)
{
	struct trace_record record;

	(void)state;
	record_start(&record, trace_event(tep, "6.1", "nvme_setup_cmd", NULL, NULL));
	record_bytes(&record, "disk", "nvme0n1", 7);
	record.size--;
	assert_non_null(strstr(record_print(&record), "disk=nvme0n1"));
	assert_non_null(strstr(record_print(&record), "FAILED TO PARSE"));
	assert_null(strstr(record_print(&record), "nvme_admin"));
	record.size++;
	assert_string_equal(record_print(&record),
			    "nvme0: disk=nvme0n1, qid=0, cmdid=0, nsid=0, flags=0x0, meta=0x0, "
			    "cmd=(nvme_admin_delete_sq sqid=0)");
}

static void declines(const char *name, const char *from, const char *to)
{
	struct tep_handle *own = trace_open(false, 8);
	struct trace_record record;

	assert_int_equal(tep_plugin_loader(own), 0);
	record_start(&record, trace_event(own, "6.1", name, from, to));
	assert_null(record_text(&record));
	tep_plugin_unloader(own);
	tep_free(own);
}

static void missing_and_retyped_fields(void **state)
{
	(void)state;
	declines("nvme_setup_cmd", "field:u16 cid;", "field:u16 other;");
	declines("nvme_setup_cmd", "field:int qid;", "field:int other;");
	declines("nvme_setup_cmd", "field:u8 cdw10[24];", "field:u8 other[24];");
	declines("nvme_setup_cmd", "field:char disk[32];", "field:char other[32];");
	declines("nvme_setup_cmd", "field:u8 cdw10[24];\toffset:61;\tsize:24",
		 "field:u8 cdw10[16];\toffset:61;\tsize:16");
	declines("nvme_setup_cmd", "field:u32 nsid;", "field:u32 nsid[1];");
	declines("nvme_setup_cmd", "field:u32 nsid;\toffset:56;\tsize:4",
		 "field:u32 nsid;\toffset:56;\tsize:3");
	declines("nvme_setup_cmd", "offset:61;", "offset:65530;");
	declines("nvme_sq", "field:char disk[32];", "field:int disk[8];");
	declines("nvme_sq", "field:char disk[32];\toffset:12;\tsize:32",
		 "field:__data_loc char[] disk;\toffset:12;\tsize:4");
	declines("nvme_async_event", "field:int ctrl_id;", "field:int other;");
}

static void formats_that_are_not_understood(void **state)
{
	(void)state;
	declines("nvme_sq", "head=%u", "head=%p");
	declines("nvme_sq", "head=%u", "head=%*u");
	declines("nvme_sq", "head=%u", "head=%999999999999u");
	declines("nvme_sq", "head=%u", "head=%s");
	declines("nvme_sq", "%sqid", "%dqid");
	declines("nvme_sq", "%sqid", "%12sqid");
	declines("nvme_sq", "head=%u", "head=%u %u");
	declines("nvme_sq", ", head=%u", "");
	declines("nvme_sq", "tail=%u", "tail=%u%");
	declines("nvme_async_event", "REC->result & 0x7", "REC->result & NVME_SOMETHING");
	declines("nvme_setup_cmd", "== nvme_fabrics_command", "== nvme_new_command");
	declines("nvme_setup_cmd", "REC->qid, REC->cid", "REC->disk, REC->cid");
}

static void a_new_field_is_no_trouble(void **state)
{
	struct trace_record record;

	(void)state;
	record_start(&record, trace_event(tep, "6.1", "nvme_sq", "\tfield:u16 sq_head;",
					  "\tfield:u64 news;\toffset:56;\tsize:8;\tsigned:0;\n"
					  "\tfield:u16 sq_head;"));
	assert_string_equal(record_text(&record), "nvme0: qid=0, head=0, tail=0");
}

/* A name that this plugin knows no number for costs only that name. */
static void an_unknown_opcode_name(void **state)
{
	struct trace_record record;

	(void)state;
	record_start(&record, trace_event(tep, "7.3", "nvme_setup_cmd",
					  "{ nvme_cmd_verify, \"nvme_cmd_verify\" }",
					  "{ nvme_cmd_new, \"nvme_cmd_new\" }"));
	record_number(&record, "qid", 1);
	record_number(&record, "opcode", 0x0c);
	assert_non_null(strstr(record_text(&record), "cmd=(0xc cdw10="));
	record_number(&record, "opcode", 0x01);
	assert_non_null(strstr(record_text(&record), "cmd=(nvme_cmd_write slba=0"));
}

static void numbers_for_names(void **state)
{
	struct trace_record record;

	(void)state;
	record_start(&record,
		     trace_event(tep, "7.3", "nvme_async_event", "{ NVME_AER_SMART,", "{ 5,"));
	record_number(&record, "result", 5);
	assert_string_equal(record_text(&record), "nvme0: NVME_AEN=0x000005 [NVME_AER_SMART]");
}

static void disks_of_strange_names(void **state)
{
	static const char full[33] = "0123456789abcdef0123456789abcdef";
	struct trace_record record;

	(void)state;
	record_start(&record, trace_event(tep, "6.1", "nvme_sq", NULL, NULL));
	record_number(&record, "qid", -1);
	record_bytes(&record, "disk", full, 32);
	assert_string_equal(record_text(&record),
			    "nvme0: disk=0123456789abcdef0123456789abcdef, qid=-1, head=0, tail=0");
	record_bytes(&record, "disk", "a\x1b[31m\n\x7f", 9);
	assert_string_equal(record_text(&record),
			    "nvme0: disk=a\\x1b[31m\\x0a\\x7f, qid=-1, head=0, tail=0");
	/* UTF-8 as it is, but not the control characters in it */
	record_bytes(&record, "disk",
		     "/\xc3\x9f\xe2\x80\x93\xc2\x9b"
		     "1\x9b",
		     11);
	assert_string_equal(
		record_text(&record),
		"nvme0: disk=/\xc3\x9f\xe2\x80\x93\xc2\\x9b1\\x9b, qid=-1, head=0, tail=0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(truncated_at_every_length, load, unload),
		cmocka_unit_test_setup_teardown(truncated_in_the_tool, load, unload),
		cmocka_unit_test(missing_and_retyped_fields),
		cmocka_unit_test(formats_that_are_not_understood),
		cmocka_unit_test_setup_teardown(a_new_field_is_no_trouble, load, unload),
		cmocka_unit_test_setup_teardown(an_unknown_opcode_name, load, unload),
		cmocka_unit_test_setup_teardown(numbers_for_names, load, unload),
		cmocka_unit_test_setup_teardown(disks_of_strange_names, load, unload),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("plugin-bad", tests, NULL, NULL);
}
