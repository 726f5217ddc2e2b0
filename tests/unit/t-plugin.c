// SPDX-License-Identifier: GPL-2.0-or-later
/* The plugin's text of the events that the kernel has anyway. */
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

static const char *const kernels[] = {"6.1", "6.12", "7.3"};

static struct tep_handle *open_loaded(bool big_endian, int long_size)
{
	struct tep_handle *tep = trace_open(big_endian, long_size);

	assert_int_equal(tep_plugin_loader(tep), 0);
	return tep;
}

static void close_loaded(struct tep_handle *tep)
{
	tep_plugin_unloader(tep);
	tep_free(tep);
}

static void fill_setup(struct trace_record *record, struct tep_event *event, uint8_t opcode)
{
	static const uint8_t words[24] = {8, 1, [8] = 7, [12] = 4};

	record_start(record, event);
	record_bytes(record, "disk", "nvme0n1", 7);
	record_number(record, "ctrl_id", 0);
	record_number(record, "qid", 3);
	record_number(record, "opcode", opcode);
	record_number(record, "flags", 0x40);
	record_number(record, "cid", 0xf123);
	record_number(record, "nsid", 0xffffffff);
	record_number(record, "metadata", 1);
	record_bytes(record, "cdw10", words, sizeof(words));
}

static void setup_cmd(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvme_setup_cmd", NULL, NULL);
	struct trace_record record;

	fill_setup(&record, event, 0x01);
	assert_string_equal(
		record_text(&record),
		"nvme0: disk=nvme0n1, qid=3, cmdid=61731, nsid=4294967295, flags=0x40, "
		"meta=0x1, cmd=(nvme_cmd_write slba=264, len=7, ctrl=0x0, dsmgmt=4, reftag=0)");
	record_number(&record, "qid", 0);
	record_number(&record, "opcode", 0x06);
	record_bytes(&record, "disk", "", 1);
	assert_string_equal(record_text(&record),
			    "nvme0: qid=0, cmdid=61731, nsid=4294967295, flags=0x40, meta=0x1, "
			    "cmd=(nvme_admin_identify cns=8, ctrlid=0)");
	record_number(&record, "opcode", 0x7f);
	record_number(&record, "fctype", 0x04);
	assert_string_equal(record_text(&record),
			    "nvme0: qid=0, cmdid=61731, nsid=4294967295, flags=0x40, meta=0x1, "
			    "cmd=(nvme_fabrics_type_property_get attrib=8, ofst=0x0)");
	record_number(&record, "fctype", 0x77);
	assert_string_equal(record_text(&record),
			    "nvme0: qid=0, cmdid=61731, nsid=4294967295, flags=0x40, meta=0x1, "
			    "cmd=(0x77 specific=08 01 00 00 00 00 00 00 07 00 00 00 04 00 00 00 "
			    "00 00 00 00 00 00 00 00)");
}

static void complete_rq(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvme_complete_rq", NULL, NULL);
	struct trace_record record;

	record_start(&record, event);
	record_number(&record, "ctrl_id", 12);
	record_number(&record, "qid", -1);
	record_number(&record, "cid", -2);
	record_number(&record, "result", 0);
	record_number(&record, "retries", 255);
	record_number(&record, "flags", 0);
	record_number(&record, "status", 0x4002);
	assert_string_equal(
		record_text(&record),
		"nvme12: qid=-1, cmdid=4294967294, res=0x0, retries=255, flags=0x0, status=0x4002");
	record_number(&record, "result", 0x123456789abcdef0);
	record_number(&record, "status", 0);
	assert_string_equal(
		record_text(&record),
		"nvme12: qid=-1, cmdid=4294967294, res=0x123456789abcdef0, retries=255, "
		"flags=0x0, status=0x0");
}

static void sq(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvme_sq", NULL, NULL);
	struct trace_record record;

	record_start(&record, event);
	record_bytes(&record, "disk", "nvme1c2n3", 9);
	record_number(&record, "qid", 128);
	record_number(&record, "sq_head", 65535);
	record_number(&record, "sq_tail", 1);
	assert_string_equal(record_text(&record),
			    "nvme0: disk=nvme1c2n3, qid=128, head=65535, tail=1");
	assert_string_equal(record_print(&record), record_text(&record));
}

static void async_event(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvme_async_event", NULL, NULL);
	struct trace_record record;

	record_start(&record, event);
	record_number(&record, "result", 0x0c0102);
	assert_string_equal(record_text(&record), "nvme0: NVME_AEN=0x0c0102 [NVME_AER_NOTICE]");
	record_number(&record, "result", 0);
	assert_string_equal(record_text(&record), "nvme0: NVME_AEN=0x000000 [NVME_AER_ERROR]");
	record_number(&record, "result", 0xfffffff5);
	assert_string_equal(record_text(&record), "nvme0: NVME_AEN=0xfffffff5 [0x5]");
}

static void req_init(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvmet_req_init", NULL, NULL);
	struct trace_record record;

	fill_setup(&record, event, 0x09);
	record_number(&record, "metadata", 0);
	assert_string_equal(
		record_text(&record),
		"nvmet_: disk=nvme0n1, qid=3, cmdid=61731, nsid=4294967295, flags=0x40, "
		"meta=0x0, cmd=(nvme_cmd_dsm, nr=264, attributes=0)");
	record_number(&record, "ctrl_id", 0xffff);
	record_number(&record, "opcode", 0);
	record_number(&record, "flags", 0);
	assert_string_equal(
		record_text(&record),
		"nvmet65535: disk=nvme0n1, qid=3, cmdid=61731, nsid=4294967295, flags=0x0, "
		"meta=0x0, cmd=(nvme_cmd_flush, cdw10=08 01 00 00 00 00 00 00 07 00 00 00 04 00 "
		"00 00 00 00 00 00 00 00 00 00)");
}

static void req_complete(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvmet_req_complete", NULL, NULL);
	struct trace_record record;

	record_start(&record, event);
	record_bytes(&record, "disk", "/dev/ram0", 9);
	record_number(&record, "ctrl_id", 1);
	record_number(&record, "cid", 7);
	record_number(&record, "status", 0x2002);
	assert_string_equal(record_text(&record),
			    "nvmet1: disk=/dev/ram0, qid=0, cmdid=7, res=0x0, status=0x2002");
}

static void target_async_event(struct tep_handle *tep, const char *kernel)
{
	struct tep_event *event = trace_event(tep, kernel, "nvmet_async_event", NULL, NULL);
	struct trace_record record;

	record_start(&record, event);
	record_number(&record, "ctrl_id", 2);
	/* two enumerators are 0, the first of the list is shown */
	assert_string_equal(record_text(&record),
			    "nvmet2: NVME_AEN=0x000000 [NVME_AER_NOTICE_NS_CHANGED]");
	record_number(&record, "result", 0xf0);
	assert_string_equal(record_text(&record),
			    "nvmet2: NVME_AEN=0x0000f0 [NVME_AER_NOTICE_DISC_CHANGED]");
}

static void all_events(bool big_endian, int long_size)
{
	size_t i;

	for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		struct tep_handle *tep = open_loaded(big_endian, long_size);

		setup_cmd(tep, kernels[i]);
		complete_rq(tep, kernels[i]);
		sq(tep, kernels[i]);
		async_event(tep, kernels[i]);
		req_init(tep, kernels[i]);
		req_complete(tep, kernels[i]);
		target_async_event(tep, kernels[i]);
		close_loaded(tep);
	}
}

static void little_endian(void **state)
{
	(void)state;
	all_events(false, 8);
}

static void big_endian(void **state)
{
	(void)state;
	all_events(true, 8);
}

static void of_32_bits(void **state)
{
	struct tep_handle *tep = open_loaded(true, 4);
	struct tep_event *event;
	struct trace_record record;

	(void)state;
	all_events(false, 4);
	event = trace_event(tep, "6.1", "nvmet_req_init", "offset:8;\tsize:8", "offset:8;\tsize:4");
	fill_setup(&record, event, 0x09);
	assert_non_null(strstr(record_text(&record), "cmd=(nvme_cmd_dsm, nr=264, attributes=0)"));
	close_loaded(tep);
}

/* Each kernel's own names and wording, with all three traces open. */
static void kernels_side_by_side(void **state)
{
	static const char *const verify[] = {
		"(0xc cdw10=", "(nvme_cmd_verify cdw10=", "(nvme_cmd_verify cdw10="};
	static const char *const manage[] = {"(0x12 ", "(0x12 ", "(nvme_cmd_io_mgmt_recv "};
	static const char *const reserve[] = {"_register cdw10=", "rrega=0, ",
					      "rrega=0:register, "};
	struct tep_handle *tep[3];
	struct trace_record record[3];
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		tep[i] = open_loaded(i == 1, 8);
		fill_setup(&record[i],
			   trace_event(tep[i], kernels[i], "nvme_setup_cmd", NULL, NULL), 0x0c);
	}
	for (i = 0; i < 3; i++) {
		assert_non_null(strstr(record_text(&record[i]), verify[i]));
		record_number(&record[i], "opcode", 0x12);
		assert_non_null(strstr(record_text(&record[i]), manage[i]));
		record_number(&record[i], "opcode", 0x0d);
		assert_non_null(strstr(record_text(&record[i]), reserve[i]));
	}
	for (i = 0; i < 3; i++)
		close_loaded(tep[i]);
}

/* An event that the context was not made for; a trace can have two of a name. */
static void another_event(void **state)
{
	struct tep_handle *tep[2] = {open_loaded(false, 8), open_loaded(false, 8)};
	struct trace_record record[2];
	int i;

	(void)state;
	for (i = 0; i < 2; i++)
		fill_setup(&record[i],
			   trace_event(tep[i], kernels[i], "nvme_setup_cmd", NULL, NULL), 0x0c);
	record[1].event->context = record[0].event->context;
	for (i = 0; i < 4; i++)
		assert_non_null(
			strstr(record_text(&record[i % 2]), i % 2 ? "(nvme_cmd_verify " : "(0xc "));
	close_loaded(tep[0]);
	close_loaded(tep[1]);
}

/* The format is the kernel's own, not one that is known here. */
static void formats_of_other_kernels(void **state)
{
	struct tep_handle *tep = open_loaded(false, 8);
	struct trace_record record;

	(void)state;
	fill_setup(
		&record,
		trace_event(
			tep, "6.1", "nvme_setup_cmd",
			"nvme%d: %sqid=%d, cmdid=%u, nsid=%u, flags=0x%x, meta=0x%x, cmd=(%s %s)",
			"%d%%: %s%+lld %05u|%-12u|%#06x %llx <%s> {%s}"),
		0x09);
	record_number(&record, "qid", -3);
	assert_string_equal(record_text(&record),
			    "0%: disk=nvme0n1, -3 61731|4294967295  |0x0040 1 <nvme_cmd_dsm> "
			    "{nr=264, attributes=0}");
	close_loaded(tep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(little_endian), cmocka_unit_test(big_endian),
		cmocka_unit_test(of_32_bits),	 cmocka_unit_test(kernels_side_by_side),
		cmocka_unit_test(another_event), cmocka_unit_test(formats_of_other_kernels),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("plugin", tests, NULL, NULL);
}
