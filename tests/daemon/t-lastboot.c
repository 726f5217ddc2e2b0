// SPDX-License-Identifier: GPL-2.0-or-later
/* What the last boot left in a persistent buffer, in folders of the shape of tracefs. What is saved is opened by
 * trace-cmd. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lastboot-scene.h"

static void no_hits(void)
{
	scene_put("instance/per_cpu/cpu0/trace_pipe_raw", "");
	scene_put("instance/per_cpu/cpu2/trace_pipe_raw", "");
}

static const char *report(void)
{
	return lastboot_scene_saved("trace-cmd report -N -i %s/dupcqe-*.dat 2>&1");
}

static void assert_all_hits(void)
{
	const char *text = report(), *last = strstr(text, "cid=201");

	assert_has(text, "cid=100");
	assert_has(text, "cid=102");
	assert_non_null(last);
	assert_null(strchr(last, '\n')[1] ? strchr(last, '\n') + 1 : NULL);
}

static void what_was_recorded_is_saved_once(void **state)
{
	const char *log;

	(void)state;
	lastboot_scene_crash();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	log = lastboot_scene_save();
	assert_has(log, "the last boot's trace is saved as '");
	assert_has(log, ", 2 pages: 5 hits, the last one of nvme3 queue 7 command 201\n");
	assert_all_hits();
	assert_has(lastboot_scene_saved("cat %s/dupcqe-*-nvme3.json"), "\"taken\":\"last-boot\",\"pages\":2,");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"boot_id\":\"11111111-2222-3333-4444-555555555555\"");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"formats\":\"kept\"");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"cid\":201");
	assert_string_equal(lastboot_scene_save(), "");
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 0);
	assert_string_equal(lastboot_scene_save(), "");
	assert_int_equal(lastboot_scene_entries(".dat"), 1);
}

static void a_daemon_that_was_killed_before_it_was_saved(void **state)
{
	(void)state;
	lastboot_scene_crash();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	lastboot_scene_hits("cpu0", 5000000000, 900, 1);
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 0);
	assert_has(lastboot_scene_save(), ": 5 hits,");
	assert_all_hits();
}

static void without_formats_those_of_this_boot(void **state)
{
	const char *log;

	(void)state;
	lastboot_scene_reboot();
	lastboot_scene_ids(LASTBOOT_THEN);
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	scene_put("instance/set_event", "fake:dup\n");
	log = lastboot_scene_save();
	assert_has(log, "5 hits, the last one of nvme3 queue 7 command 201; its formats were not kept, and this boot's "
			"may be others\n");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"formats\":\"this-boot\"");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"boot_id\":null");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"kernel\":null");
	assert_all_hits();
}

static void without_any_formats_the_pages(void **state)
{
	(void)state;
	lastboot_scene_reboot();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_has(lastboot_scene_save(), "2 pages: its hits are not known; its formats were not kept");
	assert_int_equal(lastboot_scene_entries(".dat"), 1);
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"event\":null");
	assert_has(report(), "cpus=3");
}

static void formats_that_are_not_whole(void **state)
{
	char path[300];
	struct stat st;
	off_t size;

	(void)state;
	assert_int_equal(lastboot_keep(&lastboot_about, t.room.instance), 0);
	snprintf(path, sizeof(path), "%s/inst.formats", t.paths.state_dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	for (size = st.st_size - 1; size >= 0; size -= size > 421 ? 397 : size > 24 ? 5 : 1) {
		assert_int_equal(lastboot_keep(&lastboot_about, t.room.instance), 0);
		assert_int_equal(truncate(path, size), 0);
		scene_put("instance/set_event", "");
		assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
		assert_logged("inst.formats': the file is not whole\n");
		assert_int_equal(access(path, F_OK), -1);
		assert_int_equal(access(scene_path("run/inst.lastboot/events"), F_OK), -1);
		lastboot_scene_reboot();
		scene_put("instance/set_event", "fake:dup\n");
	}
}

static void a_trace_without_hits_is_not_saved(void **state)
{
	(void)state;
	lastboot_scene_hits("cpu0", 1, 0, 0);
	lastboot_scene_hits("cpu2", 1, 0, 0);
	lastboot_scene_crash();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_has(lastboot_scene_save(), "the last boot's trace has no hit, and is not saved: 0 records\n");
	assert_int_equal(lastboot_scene_entries(""), 0);
	assert_string_equal(lastboot_scene_save(), "");
}

static void an_empty_buffer(void **state)
{
	(void)state;
	no_hits();
	lastboot_scene_reboot();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_string_equal(lastboot_scene_save(), "");
	scene_put("instance/set_event", "fake:dup\n");
	lastboot_scene_crash();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_logged("the persistent buffer has nothing of the last boot, which the daemon did not see the end of");
	assert_string_equal(lastboot_scene_save(), "");
	assert_int_equal(lastboot_scene_entries(""), 0);
}

static void an_end_in_good_order_is_none_to_tell_of(void **state)
{
	(void)state;
	assert_int_equal(lastboot_keep(&lastboot_about, t.room.instance), 0);
	lastboot_forget(&lastboot_about);
	no_hits();
	lastboot_scene_reboot();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_string_equal(scene_log(), "");
}

static void events_from_the_boot_option(void **state)
{
	(void)state;
	lastboot_scene_crash();
	scene_put("instance/set_event", "fake:dup\n");
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 0);
	assert_logged("so the last boot's trace is lost: name none in the boot option trace_instance=");
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 0);
	assert_string_equal(lastboot_scene_save(), "");
}

static void no_room_in_memory(void **state)
{
	(void)state;
	lastboot_scene_crash();
	scene_put("instance/per_cpu/cpu0/buffer_size_kb", "1000000000000\n");
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), -ENOSPC);
	assert_logged("No space left on device: the last boot's trace stays in the persistent buffer, and the history "
		      "is in an ordinary one");
	assert_string_equal(lastboot_scene_save(), "");
	scene_put("instance/per_cpu/cpu0/buffer_size_kb", "8\n");
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_has(lastboot_scene_save(), ": 5 hits,");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"formats\":\"kept\"");
}

/* Some of it is out of the buffer, the rest can be had the next time: no word of what is in it yet. */
static void a_part_of_it(void **state)
{
	char stage[LASTBOOT_PATH + 64];
	struct stat st;

	(void)state;
	lastboot_scene_crash();
	scene_put("instance/tracing_on", "0\n");
	assert_int_equal(unlink(scene_path("instance/per_cpu/cpu2/trace_pipe_raw")), 0);
	assert_int_equal(mkdir(scene_path("instance/per_cpu/cpu2/trace_pipe_raw"), 0700), 0);
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), -EISDIR);
	assert_logged("the last boot's trace stays in the persistent buffer");
	assert_string_equal(lastboot_scene_save(), "");
	lastboot_stage_path(&lastboot_about, stage);
	strcat(stage, "/per_cpu/cpu0/trace_pipe_raw");
	/* what the kernel's file would be when it was read */
	if (!stat(stage, &st) && st.st_size)
		scene_put("instance/per_cpu/cpu0/trace_pipe_raw", "");
	assert_int_equal(rmdir(scene_path("instance/per_cpu/cpu2/trace_pipe_raw")), 0);
	lastboot_scene_hits("cpu2", 1000100000, 200, 2);
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_string_equal(scene_file("instance/tracing_on"), "1\n");
	assert_has(lastboot_scene_save(), ": 5 hits,");
}

static void messages_that_are_too_long_do_not_cost_the_trace(void **state)
{
	char *text = malloc(1 << 20);

	(void)state;
	memset(text, 'x', 1 << 20);
	memcpy(text, "nvme-dupcqed: \n", 15);
	text[(1 << 20) - 1] = '\0';
	scene_put("sys/fs/pstore/dmesg-efi-1", text);
	free(text);
	lastboot_scene_crash();
	t.config.snapshot_max_bytes = 1 << 19;
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_has(lastboot_scene_save(), ": 5 hits,");
	assert_int_equal(lastboot_scene_entries(".dmesg.txt"), 0);
}

static void no_room_on_the_disk(void **state)
{
	(void)state;
	lastboot_scene_crash();
	t.config.snapshot_max_bytes = 20000;
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_has(lastboot_scene_save(), "File too large; the next start tries again with what is in '");
	assert_int_equal(lastboot_scene_entries(""), 0);
	t.config.snapshot_max_bytes = 64 << 20;
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 0);
	assert_has(lastboot_scene_save(), ": 5 hits,");
	assert_all_hits();
}

static void while_a_snapshot_is_written(void **state)
{
	struct spool_limits limits = { .max_number = 9, .max_bytes = 1 << 20 };
	struct spool_draft draft;
	int folder = spool_open(t.config.snapshot_dir);

	(void)state;
	lastboot_scene_crash();
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_int_equal(spool_begin(&draft, folder, &limits, 1, 0, 1), 0);
	assert_int_equal(lastboot_save(&t.room, &lastboot_about, t.room.instance), 0);
	usleep(300000);
	assert_int_equal(action_running(), 1);
	spool_abandon(&draft);
	scene_wait(20000);
	assert_logged(": 5 hits,");
	close(folder);
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, lastboot_scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(what_was_recorded_is_saved_once),
		WITH_SCENE(a_daemon_that_was_killed_before_it_was_saved),
		WITH_SCENE(without_formats_those_of_this_boot),
		WITH_SCENE(without_any_formats_the_pages),
		WITH_SCENE(formats_that_are_not_whole),
		WITH_SCENE(a_trace_without_hits_is_not_saved),
		WITH_SCENE(an_empty_buffer),
		WITH_SCENE(an_end_in_good_order_is_none_to_tell_of),
		WITH_SCENE(events_from_the_boot_option),
		WITH_SCENE(no_room_in_memory),
		WITH_SCENE(a_part_of_it),
		WITH_SCENE(messages_that_are_too_long_do_not_cost_the_trace),
		WITH_SCENE(no_room_on_the_disk),
		WITH_SCENE(while_a_snapshot_is_written),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
