// SPDX-License-Identifier: GPL-2.0-or-later
/* Loading and unloading the plugin, its options, and what is left where it does not print. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../plugin/traceevent/plugin.h"
#include "event-format.h"
#include "plugin-trace.h"

int tep_plugin_loader(struct tep_handle *tep);
void tep_plugin_unloader(struct tep_handle *tep);

static const char text[] = "nvme0: qid=0, head=0, tail=0";

static void loads_unloads_and_loads_again(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	record_start(&record, trace_event(tep, "6.1", "nvme_sq", NULL, NULL));
	assert_string_equal(record_text(&record), text);
	tep_plugin_unloader(tep);
	assert_null(record.event->handler);
	/* nothing of the plugin is called from now on */
	assert_non_null(strstr(record_print(&record), "FAILED TO PARSE"));
	assert_int_equal(tep_plugin_loader(tep), 0);
	assert_string_equal(record_text(&record), text);
	tep_plugin_unloader(tep);
	tep_free(tep);
}

static void unload_before_any_event(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct tep_event *event;

	(void)state;
	tep_plugin_unloader(tep);
	assert_int_equal(tep_plugin_loader(tep), 0);
	tep_plugin_unloader(tep);
	event = trace_event(tep, "6.1", "nvme_sq", NULL, NULL);
	assert_null(event->handler);
	assert_true(event->flags & TEP_EVENT_FL_FAILED);
	tep_free(tep);
}

static void the_same_handle_twice(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	assert_int_equal(tep_plugin_loader(tep), 0);
	record_start(&record, trace_event(tep, "6.1", "nvme_sq", NULL, NULL));
	tep_plugin_unloader(tep);
	assert_string_equal(record_text(&record), text);
	tep_plugin_unloader(tep);
	assert_null(record.event->handler);
	tep_free(tep);
}

/* Swap what two handles are: the first is then a new one at the address of an old one. */
static void swap_handles(struct tep_handle *a, struct tep_handle *b)
{
	size_t size = malloc_usable_size(a);
	void *old = malloc(size);

	assert_non_null(old);
	assert_int_equal(malloc_usable_size(b), size);
	memcpy(old, a, size);
	memcpy(a, b, size);
	memcpy(b, old, size);
	free(old);
}

static void a_new_handle_where_another_was(void **state)
{
	struct tep_handle *tep = trace_open(false, 8), *gone = trace_open(false, 8);
	struct trace_record record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	swap_handles(tep, gone);
	tep_free(gone);
	assert_int_equal(tep_plugin_loader(tep), 0);
	record_start(&record, trace_event(tep, "6.1", "nvme_sq", NULL, NULL));
	assert_string_equal(record_text(&record), text);
	tep_plugin_unloader(tep);
	assert_null(record.event->handler);
	tep_free(tep);
}

/* Whoever registered later wins, and we leave that alone. */
static int other(struct trace_seq *s, struct tep_record *record, struct tep_event *event,
		 void *context)
{
	(void)s;
	(void)record;
	(void)event;
	(void)context;
	return 1;
}

static void a_later_handler_stays(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	record_start(&record, trace_event(tep, "6.1", "nvme_sq", NULL, NULL));
	tep_register_event_handler(tep, -1, "nvme", "nvme_sq", other, NULL);
	/* it declines: the default rendering calls our functions */
	record_bytes(&record, "disk", "a\x1b", 2);
	assert_string_equal(record_print(&record), "nvme0: disk=a\\x1b, qid=0, head=0, tail=0");
	tep_plugin_unloader(tep);
	assert_ptr_equal(record.event->handler, other);
	tep_free(tep);
}

static void the_default_rendering_of_a_target(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	record_start(&record, trace_event(tep, "6.1", "nvmet_req_complete", NULL, NULL));
	tep_register_event_handler(tep, -1, "nvmet", "nvmet_req_complete", other, NULL);
	record_number(&record, "result", 1);
	record_number(&record, "status", 2);
	assert_string_equal(record_print(&record), "nvmet_: qid=0, cmdid=0, res=0x1, status=0x2");
	record_number(&record, "ctrl_id", 65535);
	assert_string_equal(record_print(&record),
			    "nvmet65535: qid=0, cmdid=0, res=0x1, status=0x2");
	tep_plugin_unloader(tep);
	tep_free(tep);
}

/* The formats were read first, and libtraceevent could not make sense of them. */
static void loaded_late(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record sq, setup, init;

	(void)state;
	record_start(&sq, trace_event(tep, "6.1", "nvme_sq", NULL, NULL));
	record_start(&setup, trace_event(tep, "6.1", "nvme_setup_cmd", NULL, NULL));
	record_start(&init, trace_event(tep, "6.1", "nvmet_req_init", NULL, NULL));
	assert_true(sq.event->flags & TEP_EVENT_FL_FAILED);
	assert_int_equal(tep_plugin_loader(tep), 0);
	assert_string_equal(record_text(&sq), text);
	record_number(&setup, "qid", 1);
	record_number(&setup, "opcode", 0x0c);
	assert_string_equal(
		record_text(&setup),
		"nvme0: qid=1, cmdid=0, nsid=0, flags=0x0, meta=0x0, cmd=(nvme_cmd_verify "
		"cdw10=00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00)");
	record_number(&init, "opcode", 0x7f);
	record_number(&init, "fctype", 0x04);
	assert_string_equal(record_text(&init),
			    "nvmet_: qid=0, cmdid=0, nsid=0, flags=0x0, meta=0x0, "
			    "cmd=(nvme_fabrics_type_property_get, attrib=0, ofst=0x0)");
	tep_plugin_unloader(tep);
	tep_free(tep);
}

static void start_dup_cqe(struct trace_record *record, struct tep_handle *tep)
{
	tep_parse_event(tep, event_real_format, strlen(event_real_format), "nvme");
	record_start(record, tep_find_event_by_name(tep, "nvme", "nvme_dup_cqe"));
	record_number(record, "qid", 3);
	record_number(record, "cid", 0x1004);
}

static int lines(const char *printed)
{
	int count = 1;

	while ((printed = strchr(printed, '\n'))) {
		count++;
		printed++;
	}
	return count;
}

static void options_of_dup_cqe(void **state)
{
	struct tep_handle *tep = trace_open(false, 8), *second = trace_open(true, 4);
	struct trace_record record, other_record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	start_dup_cqe(&record, tep);
	assert_int_equal(lines(record_text(&record)), 1);
	assert_int_equal(strncmp(record_text(&record), "nvme0: qid=3, cmdid=4100", 24), 0);

	tep_plugin_add_option("nvme:verbose", NULL);
	assert_true(lines(record_text(&record)) > 3);
	assert_true(record_text(&record)[strlen(record_text(&record)) - 1] != '\n');
	/* a second trace does not turn it off again */
	assert_int_equal(tep_plugin_loader(second), 0);
	start_dup_cqe(&other_record, second);
	assert_true(lines(record_text(&other_record)) > 3);
	assert_true(lines(record_text(&record)) > 3);
	tep_plugin_add_option("nvme:verbose", "0");
	assert_int_equal(lines(record_text(&record)), 1);

	tep_plugin_add_option("nvme:raw", "1");
	assert_null(record_text(&record));
	tep_plugin_add_option("nvme:raw", "0");
	tep_plugin_unloader(second);
	tep_plugin_unloader(tep);
	tep_free(second);
	tep_free(tep);
}

static const char *reservation_of(const char *kernel)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;
	static char words[64];

	assert_int_equal(tep_plugin_loader(tep), 0);
	tep_plugin_add_option("nvme:kernel", kernel);
	record_start(&record, trace_event(tep, "6.12", "nvme_setup_cmd", NULL, NULL));
	record_number(&record, "qid", 1);
	record_number(&record, "opcode", 0x0d);
	snprintf(words, sizeof(words), "%.13s", strstr(record_text(&record), "_register ") + 10);
	tep_plugin_unloader(tep);
	tep_free(tep);
	return words;
}

/* Debian's 6.12 can be told by its format; what is named goes before that. */
static void the_kernel_can_be_named(void **state)
{
	(void)state;
	assert_string_equal(reservation_of(""), "rrega=0, ieke");
	assert_string_equal(reservation_of("6.8.0-45-generic"), "cdw10=00 00 0");
	assert_string_equal(reservation_of("5.15"), "cdw10=00 00 0");
	assert_string_equal(reservation_of("6.9"), "rrega=0, ieke");
	assert_string_equal(reservation_of("6.12.9"), "rrega=0, ieke");
	assert_string_equal(reservation_of("6.13"), "rrega=0:regis");
	assert_string_equal(reservation_of("10.0"), "rrega=0:regis");
	assert_string_equal(reservation_of("new"), "rrega=0, ieke");
	assert_string_equal(reservation_of("6"), "rrega=0, ieke");
	assert_string_equal(reservation_of(""), "rrega=0, ieke");
}

/* An option stays asked for: libtraceevent keeps what the user said, not the plugin. */
static void options_when_loaded_again(void **state)
{
	int i;

	(void)state;
	tep_plugin_add_option("nvme:verbose", NULL);
	for (i = 0; i < 3; i++) {
		struct tep_handle *tep = trace_open(false, 8);

		assert_int_equal(tep_plugin_loader(tep), 0);
		assert_true(plugin_option(OPTION_VERBOSE));
		tep_plugin_unloader(tep);
		assert_false(plugin_option(OPTION_VERBOSE));
		tep_free(tep);
	}
}

static void dup_cqe_of_any_length(void **state)
{
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;
	int size, shown = 0;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	start_dup_cqe(&record, tep);
	for (size = 0; size <= record.size; size++)
		shown += record_text_of(&record, size) != NULL;
	/* what can be had is shown, as soon as there is a command id */
	assert_in_range(shown, 1, record.size - 1);
	tep_plugin_unloader(tep);
	tep_free(tep);
}

static void a_dup_cqe_that_is_not_ours(void **state)
{
	static const char format[] =
		"name: nvme_dup_cqe\nID: 7\nformat:\n"
		"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		"\tfield:u32 what;\toffset:4;\tsize:4;\tsigned:0;\n\n"
		"print fmt: \"what %u\", REC->what\n";
	struct tep_handle *tep = trace_open(false, 8);
	struct trace_record record;

	(void)state;
	assert_int_equal(tep_plugin_loader(tep), 0);
	tep_parse_event(tep, format, strlen(format), "nvme");
	record_start(&record, tep_find_event_by_name(tep, "nvme", "nvme_dup_cqe"));
	record_number(&record, "what", 5);
	assert_null(record_text(&record));
	assert_string_equal(record_print(&record), "what 5");
	tep_plugin_unloader(tep);
	tep_free(tep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_unloads_and_loads_again),
		cmocka_unit_test(unload_before_any_event),
		cmocka_unit_test(the_same_handle_twice),
		cmocka_unit_test(a_new_handle_where_another_was),
		cmocka_unit_test(a_later_handler_stays),
		cmocka_unit_test(the_default_rendering_of_a_target),
		cmocka_unit_test(loaded_late),
		cmocka_unit_test(options_of_dup_cqe),
		cmocka_unit_test(the_kernel_can_be_named),
		cmocka_unit_test(options_when_loaded_again),
		cmocka_unit_test(dup_cqe_of_any_length),
		cmocka_unit_test(a_dup_cqe_that_is_not_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("plugin-load", tests, NULL, NULL);
}
