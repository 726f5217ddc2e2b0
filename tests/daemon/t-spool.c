// SPDX-License-Identifier: GPL-2.0-or-later
/* The snapshot folder: whole items, the newest ones, and nothing of anybody else's. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "spool-scene.h"

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(scene_path(name), &st), 0);
	return st.st_mode & 07777;
}

static void folders(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(mode_of("spool"), 0700);
	mkdir(scene_path("other"), 0755);
	fd = spool_open(scene_path("other"));
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(mode_of("other"), 0755);
	assert_int_equal(chmod(scene_path("other"), 0775), 0);
	assert_int_equal(spool_open(scene_path("other")), -EPERM);
	assert_int_equal(mode_of("other"), 0775);
	assert_int_equal(symlink("spool", scene_path("link")), 0);
	assert_true(spool_open(scene_path("link")) < 0);
	assert_int_equal(spool_open(scene_path("none/deeper")), -ENOENT);
	assert_int_equal(spool_open(scene_path("boot_id")), -ENOTDIR);
}

static void a_pair_is_one_item(void **state)
{
	umask(0);
	(void)state;
	assert_int_equal(spool_make(10), 0);
	assert_int_equal(spool_files(), 2);
	assert_items(1, 1);
	assert_int_equal(mode_of("spool/dupcqe-0000000001-20010909T014640Z-nvme3.dat"), 0600);
	assert_int_equal(mode_of("spool/dupcqe-0000000001-20010909T014640Z-nvme3.json"), 0600);
	assert_string_equal(scene_file("spool/dupcqe-0000000001-20010909T014640Z-nvme3.dat"),
			    "xxxxx");
}

static void an_abandoned_one_leaves_nothing(void **state)
{
	struct spool_draft draft;

	(void)state;
	assert_int_equal(spool_begin(&draft, spool_folder, &spool_limit, 1, 0, 1), 0);
	assert_int_equal(spool_write(&draft, SPOOL_DAT, "x", 1), 0);
	assert_int_equal(spool_files(), 2);
	assert_items(0, 0);
	spool_abandon(&draft);
	assert_int_equal(spool_files(), 0);
}

static void the_oldest_goes_first(void **state)
{
	int i;

	(void)state;
	spool_limit.max_number = 3;
	for (i = 0; i < 10; i++)
		assert_int_equal(spool_make(10), 0);
	assert_items(3, 8);
	assert_int_equal(spool_files(), 6);
	spool_limit.max_bytes = 15;
	assert_int_equal(spool_make(10), 0);
	assert_items(1, 11);
}

static void others_files_stay(void **state)
{
	static const char *const foreign[] = {
		"spool/notes.json",
		"spool/dupcqe.dat",
		"spool/dupcqe-0000000001-20010909T014640Z-nvme3",
		"spool/dupcqe-0000000001-20010909T014640Z-nvme3.txt",
		"spool/x.dat.new",
	};
	size_t i;

	(void)state;
	spool_limit.max_number = 1;
	for (i = 0; i < 5; i++)
		scene_put(foreign[i], "mine");
	scene_put("spool/dupcqe-0000000001-20010909T014640Z-nvme3.d/x", "mine");
	assert_int_equal(symlink("notes.json",
				 scene_path("spool/dupcqe-0000000001-20010909T014640Z-nvme3.dat")),
			 0);
	assert_int_equal(
		symlink("notes.json",
			scene_path("spool/dupcqe-0000000002-20010909T014640Z-nvme3.dat.new")),
		0);
	assert_int_equal(spool_make(10), -EEXIST);
	unlink(scene_path("spool/dupcqe-0000000001-20010909T014640Z-nvme3.dat"));
	for (i = 0; i < 3; i++)
		assert_int_equal(spool_make(10), 0);
	for (i = 0; i < 5; i++)
		assert_string_equal(scene_file(foreign[i]), "mine");
	assert_items(1, 3);
}

static void leftovers_are_removed(void **state)
{
	(void)state;
	scene_put("spool/dupcqe-0000000007-20010909T014640Z-nvme3.dat.new", "half");
	scene_put("spool/dupcqe-0000000007-20010909T014640Z-nvme3.json.new", "half");
	scene_put("spool/dupcqe-0000000006-20010909T014640Z-nvme3.dat", "whole");
	assert_int_equal(spool_make(10), 0);
	assert_items(2, 6);
	assert_int_equal(spool_files(), 3);
}

static void one_writer_at_a_time(void **state)
{
	int other = spool_open(scene_path("spool"));
	struct spool_draft draft, second;

	(void)state;
	assert_int_equal(spool_begin(&draft, spool_folder, &spool_limit, 1, 0, 1), 0);
	assert_int_equal(spool_begin(&second, other, &spool_limit, 1, 0, 1), -EWOULDBLOCK);
	assert_int_equal(spool_files(), 2);
	assert_int_equal(spool_commit(&draft), 0);
	assert_int_equal(spool_begin(&second, other, &spool_limit, 1, 0, 1), 0);
	spool_abandon(&second);
	close(other);
	assert_items(1, 1);
}

static void room_is_made_or_nothing_is_removed(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_int_equal(spool_make(100), 0);
	assert_int_equal(spool_free(spool_folder, 401), -ENOSPC);
	assert_items(5, 1);
	assert_int_equal(spool_free(spool_folder, 101), 0);
	assert_items(3, 3);
	spool_limit.min_free = UINT64_C(1) << 60;
	assert_int_equal(spool_make(100), -ENOSPC);
	assert_items(3, 3);
}

static void too_large_is_refused(void **state)
{
	static const char data[40];
	struct spool_draft draft;

	(void)state;
	assert_int_equal(spool_make(10), 0);
	spool_limit.max_bytes = 100;
	assert_int_equal(spool_begin(&draft, spool_folder, &spool_limit, 101, 0, 1), -EFBIG);
	assert_int_equal(spool_begin(&draft, spool_folder, &spool_limit, 1, 0, 1), 0);
	assert_int_equal(spool_write(&draft, SPOOL_DAT, data, 40), 0);
	assert_int_equal(spool_write(&draft, SPOOL_JSON, data, 40), 0);
	assert_int_equal(spool_write(&draft, SPOOL_DAT, data, 21), -EFBIG);
	spool_abandon(&draft);
	assert_items(1, 1);
}

static void write_for_ever(void)
{
	struct spool_draft draft;
	char page[4096];
	unsigned int i;

	for (;;) {
		if (spool_begin(&draft, spool_folder, &spool_limit, 5 * sizeof(page), 1000000000, 3))
			_exit(1);
		memset(page, (int)strtoul(draft.name + 7, NULL, 10) & 0x7f, sizeof(page));
		for (i = 0; i < 4; i++)
			spool_write(&draft, SPOOL_DAT, page, sizeof(page));
		spool_write(&draft, SPOOL_JSON, page, sizeof(page));
		if (spool_commit(&draft) || spool_prune(spool_folder, &spool_limit, 1000000000))
			_exit(2);
	}
}

static void assert_whole(const char *name, const char *suffix, size_t size)
{
	char path[128];
	const char *data;
	size_t i;

	snprintf(path, sizeof(path), "spool/%s%s", name, suffix);
	data = scene_file(path);
	if (!strcmp(data, "(none)"))
		return;
	for (i = 0; i < size; i++)
		if ((unsigned char)data[i] != (strtoul(name + 7, NULL, 10) & 0x7f))
			fail_msg("'%s' is torn at byte %zu", path, i);
	assert_int_equal(data[size], '\0');
}

static void killed_at_any_moment(void **state)
{
	struct spool_list list;
	uint64_t newest = 0;
	size_t i, run;

	(void)state;
	spool_limit.max_number = 5;
	for (run = 0; run < 60; run++) {
		pid_t pid = fork();

		if (!pid)
			write_for_ever();
		usleep((useconds_t)(random() % 30000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		assert_int_equal(spool_list(spool_folder, &list), 0);
		for (i = 0; i < list.count; i++) {
			assert_whole(list.item[i].name, ".dat", 4 * 4096);
			assert_whole(list.item[i].name, ".json", 4096);
		}
		assert_in_range(list.count, newest ? 1 : 0, 6);
		if (list.count) {
			assert_true(list.item[list.count - 1].sequence >= newest);
			newest = list.item[list.count - 1].sequence;
		}
		free(list.item);
		assert_in_range(spool_files(), 0, 2 * 6 + 2);
	}
	assert_in_range(newest, 20, 1000000);
}

#define WITH_SPOOL(test) cmocka_unit_test_setup_teardown(test, spool_setup, spool_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SPOOL(folders),
		WITH_SPOOL(a_pair_is_one_item),
		WITH_SPOOL(an_abandoned_one_leaves_nothing),
		WITH_SPOOL(the_oldest_goes_first),
		WITH_SPOOL(others_files_stay),
		WITH_SPOOL(leftovers_are_removed),
		WITH_SPOOL(one_writer_at_a_time),
		WITH_SPOOL(room_is_made_or_nothing_is_removed),
		WITH_SPOOL(too_large_is_refused),
		WITH_SPOOL(killed_at_any_moment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
