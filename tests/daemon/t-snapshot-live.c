// SPDX-License-Identifier: GPL-2.0-or-later
/* The snapshot action on the machine's own ring buffer, with events that are really hit. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "scene.h"
#include "uprobe.h"

static char event[32], instance[128], output[1 << 20];

static void put(const char *file, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/events/dupcqe_test/%s/%s", instance, event, file);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		fail_msg("cannot open '%s'", path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int setup(void **state)
{
	scene_setup(state);
	snprintf(event, sizeof(event), "snapshot_%d", getpid());
	snprintf(instance, sizeof(instance), UPROBE_TRACEFS "/instances/dupcqe-snapshot-%d",
		 getpid());
	snprintf(t.config.snapshot_dir, sizeof(t.config.snapshot_dir), "%s", scene_path("spool"));
	t.config.snapshot_max_number = 10;
	t.config.snapshot_max_bytes = 64 << 20;
	t.paths.tracefs = UPROBE_TRACEFS;
	t.room.instance = instance;
	uprobe_sweep();
	return uprobe_make(event) || mkdir(instance, 0700);
}

/* Also after a failure: without the instance nothing is enabled any more. */
static int teardown(void **state)
{
	rmdir(instance);
	uprobe_remove(event);
	return scene_teardown(state);
}

static void start(void)
{
	put("enable", "1");
}

static void save(void)
{
	assert_int_equal(scene_run(ACTION_SNAPSHOT), ACTION_BEGUN);
	scene_wait(10000);
	assert_int_equal(t.result, 0);
}

static const char *report(void)
{
	char command[512];
	FILE *pipe;

	snprintf(command, sizeof(command), "trace-cmd report -N -i %s/dupcqe-*-nvme3.dat 2>&1",
		 t.config.snapshot_dir);
	pipe = popen(command, "r");
	output[fread(output, 1, sizeof(output) - 1, pipe)] = '\0';
	pclose(pipe);
	return output;
}

static void assert_has(const char *wanted)
{
	if (!strstr(output, wanted))
		fail_msg("not in the report: %s", wanted);
}

static void what_was_hit_is_saved(void **state)
{
	(void)state;
	start();
	uprobe_hit(3, 7, 4097, 0, 11, "first");
	uprobe_hit(3, 7, 4098, 0, 12, "second");
	save();
	uprobe_hit(3, 7, 4099, 0, 13, "third");
	report();
	assert_has("cpus=");
	assert_has("t-snapshot-live-");
	assert_has("cid=4097");
	assert_has("cid=4098");
	assert_null(strstr(output, "cid=4099"));
}

/* The trace goes on, and what was saved once is not saved twice. */
static void the_next_one_is_another(void **state)
{
	(void)state;
	start();
	uprobe_hit(3, 7, 4097, 0, 11, "first");
	save();
	uprobe_hit(3, 7, 4098, 0, 12, "second");
	t.config.snapshot_max_number = 1;
	save();
	report();
	assert_has("cid=4098");
	assert_null(strstr(output, "cid=4097"));
}

static void an_armed_one_ends_with_the_hit(void **state)
{
	(void)state;
	start();
	put("trigger", "snapshot:1 if cid == 4098");
	uprobe_hit(3, 7, 4097, 0, 11, "before");
	uprobe_hit(3, 7, 4098, 0, 12, "the hit");
	uprobe_hit(3, 7, 4098, 0, 13, "again");
	t.call.armed = true;
	save();
	report();
	assert_has("before");
	assert_has("the hit");
	assert_null(strstr(output, "again"));
}

#define WITH_TRACE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TRACE(what_was_hit_is_saved),
		WITH_TRACE(the_next_one_is_another),
		WITH_TRACE(an_armed_one_ends_with_the_hit),
	};
	const struct CMUnitTest any_kernel[] = { tests[0], tests[1] };

	if (uprobe_refusal()) {
		printf("ok - snapshots of the machine's own ring buffer # SKIP %s\n", uprobe_refusal());
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (!access(UPROBE_TRACEFS "/snapshot", F_OK))
		return cmocka_run_group_tests(tests, NULL, NULL);
	printf("ok - an_armed_one_ends_with_the_hit # SKIP this kernel has no snapshots\n");
	fflush(stdout);
	return cmocka_run_group_tests(any_kernel, NULL, NULL);
}
