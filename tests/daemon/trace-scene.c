// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include "trace-scene.h"

enum { PAGE = 4096, EVENT_ID = 1500 };

static const char header_page[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n";
static const char header_event[] =
	"# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n"
	"\tarray       :   32 bits\n\n\tpadding     : type == 29\n\ttime_extend : type == 30\n"
	"\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";
static const char format[] =
	"name: %s\nID: %d\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:unsigned int n;\toffset:8;\tsize:4;\tsigned:0;\n\nprint fmt: \"n=%%u\", REC->n\n";

static char output[1 << 20];

const char *trace_run(const char *command)
{
	FILE *pipe = popen(command, "r");
	size_t len = fread(output, 1, sizeof(output) - 1, pipe);

	output[len] = '\0';
	pclose(pipe);
	return output;
}

static void put_format(const char *system, const char *name, int id)
{
	char path[128], text[1024];

	snprintf(path, sizeof(path), "instance/events/%s/%s/format", system, name);
	snprintf(text, sizeof(text), format, name, id);
	scene_put(path, text);
}

/* Appends a page with count records, n counting up from first, 1 us apart from start on. */
static void put_page(const char *file, uint64_t start_ns, uint32_t first, uint32_t count)
{
	unsigned char page[PAGE] = { 0 };
	uint64_t commit = count * 16;
	uint32_t i, *at = (uint32_t *)(page + 16);
	FILE *to;

	memcpy(page, &start_ns, 8);
	memcpy(page + 8, &commit, 8);
	for (i = 0; i < count; i++) {
		*at++ = (i ? 1000u : 0u) << 5 | 3;
		*at++ = EVENT_ID;
		*at++ = 77;
		*at++ = first + i;
	}
	to = fopen(scene_path(file), "a");
	assert_int_equal(fwrite(page, 1, PAGE, to), PAGE);
	fclose(to);
}

void trace_put_buffers(const char *raw)
{
	char path[64];

	snprintf(path, sizeof(path), "instance/per_cpu/cpu0/%s", raw);
	scene_put(path, "");
	put_page(path, 1000000000, 1, 3);
	put_page(path, 1000010000, 4, 200);
	snprintf(path, sizeof(path), "instance/per_cpu/cpu2/%s", raw);
	scene_put(path, "");
	put_page(path, 1000300000, 999, 1);
	scene_put("instance/per_cpu/cpu0/buffer_size_kb", "8\n");
	scene_put("instance/per_cpu/cpu2/buffer_size_kb", "7 (expanded: 8)\n");
}

int trace_setup(void **state)
{
	static char folder[256];

	scene_setup(state);
	snprintf(folder, sizeof(folder), "%s", t.room.instance);
	t.paths.tracefs = folder;
	scene_put("instance/events/header_page", header_page);
	scene_put("instance/events/header_event", header_event);
	put_format("ftrace", "function", 1);
	put_format("fake", "hit", EVENT_ID);
	put_format("fake", "other", EVENT_ID + 1);
	put_format("nvme", "more", EVENT_ID + 2);
	scene_put("instance/set_event", "nvme:more\nfake:other\nfake:hit\nfake:gone\n");
	scene_put("instance/trace_clock", "local global [mono] boot\n");
	scene_put("instance/saved_cmdlines", "77 some-task\n");
	scene_put("instance/printk_formats", "");
	snprintf(t.config.snapshot_dir, sizeof(t.config.snapshot_dir), "%s", scene_path("spool"));
	t.config.snapshot_max_number = 10;
	t.config.snapshot_max_bytes = 64 << 20;
	return 0;
}

#define NAME "dupcqe-*-nvme3"

static const char *report(void)
{
	char command[512];

	snprintf(command, sizeof(command), "trace-cmd report -N -i %s/" NAME ".dat 2>&1",
		 scene_path("spool"));
	return trace_run(command);
}

const char *trace_saved_json(void)
{
	char command[512];

	snprintf(command, sizeof(command), "cat %s/" NAME ".json", scene_path("spool"));
	return trace_run(command);
}

void assert_has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted)) {
		print_error("no '%s' in: ", wanted);
		fail_msg("%s", text);
	}
}

void assert_saved(void)
{
	const char *text = report(), *at = text;
	unsigned int lines = 0;

	assert_has(text, "cpus=3\n");
	assert_has(text, "some-task-77    [000]     1.000000: hit:                  n=1\n");
	assert_has(text, "[002]     1.000300: hit:                  n=999\n");
	for (; (at = strstr(at, ": hit: ")); at++)
		lines++;
	assert_int_equal(lines, 204);
}
