// SPDX-License-Identifier: GPL-2.0-or-later
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lastboot-scene.h"

enum { PAGE = 4096 };

static const char format[] =
	"name: dup\nID: %d\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:int ctrl_id;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:unsigned short qid;\toffset:12;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned short cid;\toffset:14;\tsize:2;\tsigned:0;\n\n"
	"print fmt: \"qid=%%u cid=%%u\", REC->qid, REC->cid\n";

struct lastboot lastboot_about;
static char run[256], moved[256];

void lastboot_scene_ids(int id)
{
	char text[1024];

	snprintf(text, sizeof(text), format, id);
	scene_put("instance/events/fake/dup/format", text);
	snprintf(text, sizeof(text), "%d\n", id);
	scene_put("instance/events/fake/dup/id", text);
}

void lastboot_scene_hits(const char *cpu, uint64_t start_ns, uint16_t first, unsigned int count)
{
	struct {
		uint32_t head;
		uint16_t type, flags;
		int32_t pid, ctrl;
		uint16_t qid, cid;
	} record = { 0, LASTBOOT_THEN, 0, 77, 3, 7, 0 };
	unsigned char page[PAGE] = { 0 };
	uint64_t commit = count * sizeof(record);
	char path[64];
	unsigned int i;
	FILE *to;

	memcpy(page, &start_ns, 8);
	memcpy(page + 8, &commit, 8);
	for (i = 0; i < count; i++) {
		record.head = (i ? 1000u : 0u) << 5 | 4;
		record.cid = first + i;
		memcpy(page + 16 + i * sizeof(record), &record, sizeof(record));
	}
	snprintf(path, sizeof(path), "instance/per_cpu/%s/trace_pipe_raw", cpu);
	scene_put(path, "");
	to = fopen(scene_path(path), "a");
	assert_int_equal(fwrite(page, 1, PAGE, to), PAGE);
	fclose(to);
}

int lastboot_scene_setup(void **state)
{
	trace_setup(state);
	snprintf(run, sizeof(run), "%s", scene_path("run"));
	snprintf(moved, sizeof(moved), "%s", scene_path("moved"));
	t.paths.run_dir = run;
	t.paths.pstore_moved = moved;
	lastboot_about = (struct lastboot){ &t.paths, "inst", "fake:dup" };
	lastboot_scene_ids(LASTBOOT_THEN);
	scene_put("instance/set_event", "fake:dup\n");
	lastboot_scene_hits("cpu0", 1000000000, 100, 3);
	lastboot_scene_hits("cpu2", 1000100000, 200, 2);
	return 0;
}

void lastboot_scene_reboot(void)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -rf %s", run);
	assert_int_equal(system(command), 0);
	scene_put("boot_id", "99999999-2222-3333-4444-555555555555\n");
	scene_put("instance/set_event", "");
	lastboot_scene_ids(LASTBOOT_NOW);
}

void lastboot_scene_crash(void)
{
	assert_int_equal(lastboot_keep(&lastboot_about, t.room.instance), 0);
	lastboot_scene_reboot();
}

const char *lastboot_scene_save(void)
{
	assert_int_equal(lastboot_save(&t.room, &lastboot_about, t.room.instance), 0);
	scene_wait(20000);
	return scene_log();
}

unsigned int lastboot_scene_entries(const char *suffix)
{
	char pattern[512];
	glob_t found;
	unsigned int count;

	snprintf(pattern, sizeof(pattern), "%s/dupcqe-*%s", t.config.snapshot_dir, suffix);
	count = glob(pattern, 0, NULL, &found) ? 0 : (unsigned int)found.gl_pathc;
	if (count)
		globfree(&found);
	return count;
}

const char *lastboot_scene_saved(const char *what)
{
	char command[512];

	snprintf(command, sizeof(command), what, t.config.snapshot_dir);
	return trace_run(command);
}
