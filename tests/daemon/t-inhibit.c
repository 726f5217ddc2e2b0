// SPDX-License-Identifier: GPL-2.0-or-later
/* The inhibitor file is noticed whatever happens on the way to it, and nothing else is. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "inhibit.h"
#include "scene.h"

static struct inhibit inhibit;
static unsigned int changes;
static char path[CONFIG_PATH];

static void on_change(struct inhibit *of)
{
	changes++;
	assert_int_equal(of->fd, -1);
	assert_int_equal(inhibit_watch(of, path), 0);
}

static int setup(void **state)
{
	scene_setup(state);
	changes = 0;
	snprintf(path, sizeof(path), "%s", scene_path("a/b/file"));
	inhibit_init(&inhibit, t.room.epoll_fd, on_change);
	return inhibit_watch(&inhibit, path);
}

static int teardown(void **state)
{
	inhibit_close(&inhibit);
	return scene_teardown(state);
}

/* What has been done is noticed, and the file is there or not. */
static void noticed(bool there)
{
	unsigned int i;

	for (i = 0; i < 100 && !changes; i++)
		scene_dispatch(100);
	assert_true(changes);
	while (changes) {
		changes = 0;
		scene_dispatch(0);
	}
	assert_int_equal(inhibit_is_there(path), there);
}

static void not_noticed(void)
{
	scene_dispatch(0);
	scene_dispatch(0);
	assert_int_equal(changes, 0);
}

static void it_comes_and_goes(void **state)
{
	(void)state;
	assert_false(inhibit_is_there(path));
	mkdir(scene_path("a"), 0700);
	noticed(false);
	mkdir(scene_path("a/b"), 0700);
	noticed(false);
	scene_put("a/b/file", "");
	noticed(true);
	unlink(path);
	noticed(false);
	assert_int_equal(symlink("/nonexistent", path), 0);
	noticed(true);
	rename(path, scene_path("a/b/other"));
	noticed(false);
	rename(scene_path("a/b/other"), path);
	noticed(true);
}

static void its_folders_come_and_go(void **state)
{
	(void)state;
	scene_put("a/b/file", "");
	noticed(true);
	rename(scene_path("a"), scene_path("c"));
	noticed(false);
	scene_put("a/b/x", "");
	noticed(false);
	scene_put("a/b/file", "");
	noticed(true);
	unlink(path);
	noticed(false);
	unlink(scene_path("a/b/x"));
	rmdir(scene_path("a/b"));
	noticed(false);
	rename(scene_path("c/b"), scene_path("a/b"));
	noticed(true);
}

static void others_do_not_wake_anybody(void **state)
{
	(void)state;
	scene_put("a/b/file", "");
	noticed(true);
	scene_put("a/b/file2", "");
	scene_put("a/fil", "");
	scene_put("other", "");
	not_noticed();
	unlink(path);
	noticed(false);
}

static void another_path_is_another_watch(void **state)
{
	(void)state;
	scene_put("a/b/file", "");
	noticed(true);
	snprintf(path, sizeof(path), "%s", scene_path("z"));
	assert_int_equal(inhibit_watch(&inhibit, path), 0);
	unlink(scene_path("a/b/file"));
	not_noticed();
	scene_put("z", "");
	noticed(true);
}

static void what_cannot_be_told_is_there(void **state)
{
	(void)state;
	scene_put("a/b", "");
	assert_true(inhibit_is_there(path));
	assert_false(inhibit_is_there(""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_comes_and_goes),
		TEST(its_folders_come_and_go),
		TEST(others_do_not_wake_anybody),
		TEST(another_path_is_another_watch),
		TEST(what_cannot_be_told_is_there),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("inhibit", tests, NULL, NULL);
}
