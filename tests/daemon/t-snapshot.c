// SPDX-License-Identifier: GPL-2.0-or-later
/* The snapshot action: what it saves, how it fails. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "trace-scene.h"

static void an_armed_one_is_saved(void **state)
{
	(void)state;
	trace_put_buffers("snapshot_raw");
	scene_put("instance/snapshot", "");
	t.call.armed = true;
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_string_equal(scene_file("instance/snapshot"), "");
	scene_wait(5000);
	assert_int_equal(t.result, 0);
	assert_int_equal(t.ended[ACTION_SNAPSHOT], 1);
	assert_int_equal(t.rearmed, 1);
	assert_logged("nvme3.dat', 3 pages");
	assert_saved();
	assert_has(trace_saved_json(), "\"taken\":\"armed\",\"pages\":3,");
}

static void a_reactive_one_is_taken(void **state)
{
	(void)state;
	trace_put_buffers("snapshot_raw");
	scene_put("instance/snapshot", "");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_string_equal(scene_file("instance/snapshot"), "1");
	scene_wait(5000);
	assert_saved();
	assert_has(trace_saved_json(), "\"taken\":\"reactive\"");
}

static void without_snapshots_the_trace_is_stopped(void **state)
{
	(void)state;
	trace_put_buffers("trace_pipe_raw");
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	assert_string_equal(scene_file("instance/tracing_on"), "0\n");
	scene_wait(5000);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_logged("the trace was stopped meanwhile");
	assert_saved();
	assert_has(trace_saved_json(), "\"taken\":\"stopped\"");
}

static void put_empty_buffers(void)
{
	trace_put_buffers("trace_pipe_raw");
	scene_put("instance/per_cpu/cpu0/trace_pipe_raw", "");
	scene_put("instance/per_cpu/cpu2/trace_pipe_raw", "");
}

/* Once the history is frozen and saved, the next hits must not push what was saved out of the folder. */
static void no_records_are_not_saved(void **state)
{
	(void)state;
	put_empty_buffers();
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	assert_int_equal(t.result, -ENODATA);
	assert_logged("cannot save a history without records in '");
}

/* ... but whoever tries the path wants to see it to its end. */
static void a_test_is_saved_without_records(void **state)
{
	(void)state;
	put_empty_buffers();
	t.hit.test = true;
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	assert_int_equal(t.result, 0);
	assert_has(trace_saved_json(), "\"source\":null,\"test\":true,");
}

static void the_json_tells(void **state)
{
	const char *json;

	(void)state;
	trace_put_buffers("trace_pipe_raw");
	t.hit.source = HIT_BY_PROBE;
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	json = trace_saved_json();
	assert_has(json, "{\"version\":1,\"trace\":\"dupcqe-0000000001-");
	assert_has(json, "\"rule\":\"some\",\"count\":5,");
	assert_has(json, "\"boot_id\":\"11111111-2222-3333-4444-555555555555\"");
	assert_has(json, "\"device\":{\"name\":\"nvme3\",\"transport\":\"pcie\",\"address\":\"0000:"
			 "03:00.0\","
			 "\"model\":\"Model ?[31m \\\"x\\\"\",\"serial\":\"S123\"}");
	assert_has(json, "\"trace_ns\":\"123456789\",\"cpu\":1,\"pid\":42,\"source\":\"probe\",\"test\":false,");
	assert_has(json, "\"event\":{\"result\":null,");
	assert_has(json, "}]}}\n");
}

static void jq_reads_the_json(void **state)
{
	char command[512];

	(void)state;
	trace_put_buffers("trace_pipe_raw");
	memset(t.hit.event.addr, '\xff', sizeof(t.hit.event.addr) - 1);
	t.hit.event.has = (UINT64_C(1) << DUPCQE_FIELDS) - 1;
	t.hit.event.cqw_count = DUPCQE_WINDOW_CQES;
	memset(t.hit.event.cqw, 0xff, sizeof(t.hit.event.cqw));
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	assert_int_equal(t.result, 0);
	snprintf(command, sizeof(command),
		 "jq . %s/dupcqe-*.json > /dev/null && echo good",
		 scene_path("spool"));
	assert_string_equal(trace_run(command), "good\n");
}

/* Whatever fails, the trace goes on, the next one is armed, and nothing stays behind. */
static void assert_failed(int err, const char *words)
{
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(5000);
	assert_int_equal(t.result, err);
	assert_logged(words);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_int_equal(t.rearmed, 1);
	t.rearmed = 0;
}

static void failures_are_told(void **state)
{
	char command[300];

	(void)state;
	trace_put_buffers("trace_pipe_raw");
	scene_put("notafolder", "");
	strcpy(t.config.snapshot_dir, scene_path("notafolder"));
	assert_failed(-ENOTDIR, "cannot open the folder in");
	strcpy(t.config.snapshot_dir, scene_path("spool"));
	t.config.snapshot_min_free = UINT64_C(1) << 60;
	assert_failed(-ENOSPC, "cannot make room in");
	t.config.snapshot_min_free = 0;
	t.config.snapshot_max_bytes = 6000;
	assert_failed(-EFBIG, "cannot write the trace in");
	t.config.snapshot_max_bytes = 64 << 20;
	unlink(scene_path("instance/events/header_page"));
	assert_failed(-ENOENT, "cannot write the trace in");
	snprintf(command, sizeof(command), "ls -A %s", scene_path("spool"));
	assert_string_equal(trace_run(command), "");
}

static void a_kernel_that_refuses_is_told(void **state)
{
	(void)state;
	mkdir(scene_path("instance/snapshot"), 0700);
	assert_int_equal(scene_run(ACTION_SNAPSHOT), -EISDIR);
	assert_logged("cannot take it");
	assert_int_equal(action_running(), 0);
	rmdir(scene_path("instance/snapshot"));
	unlink(scene_path("instance/tracing_on"));
	assert_int_equal(scene_run(ACTION_SNAPSHOT), -ENOENT);
}

static void dry_run_takes_nothing(void **state)
{
	(void)state;
	trace_put_buffers("snapshot_raw");
	scene_put("instance/snapshot", "");
	t.room.dry_run = true;
	assert_int_equal(scene_run(ACTION_SNAPSHOT), 0);
	assert_logged("dry run: would save the trace in");
	assert_string_equal(scene_file("instance/snapshot"), "");
	assert_int_equal(access(scene_path("spool"), F_OK), -1);
}

#define WITH_TRACE(test) cmocka_unit_test_setup_teardown(test, trace_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TRACE(an_armed_one_is_saved),
		WITH_TRACE(a_reactive_one_is_taken),
		WITH_TRACE(without_snapshots_the_trace_is_stopped),
		WITH_TRACE(no_records_are_not_saved),
		WITH_TRACE(a_test_is_saved_without_records),
		WITH_TRACE(the_json_tells),
		WITH_TRACE(jq_reads_the_json),
		WITH_TRACE(failures_are_told),
		WITH_TRACE(a_kernel_that_refuses_is_told),
		WITH_TRACE(dry_run_takes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
