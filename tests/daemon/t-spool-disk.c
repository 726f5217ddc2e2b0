// SPDX-License-Identifier: GPL-2.0-or-later
/* The snapshot folder on a disk that is full, or that does not let go of a file. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>
#include "spool-scene.h"

static int set_immutable(const char *path, bool on)
{
	int flags = 0, err, fd = open(path, O_RDONLY);

	err = ioctl(fd, FS_IOC_GETFLAGS, &flags);
	flags = on ? flags | FS_IMMUTABLE_FL : flags & ~FS_IMMUTABLE_FL;
	if (!err)
		err = ioctl(fd, FS_IOC_SETFLAGS, &flags);
	close(fd);
	return err;
}

static bool can_make_immutable(void)
{
	char path[] = "/tmp/t-immutable-XXXXXX";
	int fd = mkstemp(path);
	bool can = fd >= 0 && !set_immutable(path, true);

	if (can)
		set_immutable(path, false);
	if (fd >= 0)
		close(fd);
	unlink(path);
	return can;
}

/* Somebody wants to keep one for ever: that is no reason not to save the next. */
static void one_that_cannot_be_removed_is_passed_over(void **state)
{
	static const char first[] = "spool/dupcqe-0000000001-20010909T014640Z-nvme3.dat";
	struct spool_list list;
	int i;

	(void)state;
	spool_limit.max_number = 3;
	assert_int_equal(spool_make(100), 0);
	assert_int_equal(set_immutable(scene_path(first), true), 0);
	for (i = 0; i < 5; i++)
		spool_make(100);
	assert_int_equal(spool_list(spool_folder, &list), 0);
	i = spool_free(spool_folder, 100);
	assert_int_equal(set_immutable(scene_path(first), false), 0);
	assert_int_equal(i, 0);
	assert_string_equal(scene_file(first) + 40, "xxxxxxxxxx");
	assert_int_equal(list.count, 4);
	assert_int_equal(list.item[3].sequence, 6);
	free(list.item);
	assert_items(3, 1);
}

/* Sizes that are right when asked beforehand, and a lie about them, which the write itself finds
 * out. */
static void fill_the_disk(void)
{
	struct spool_draft draft;
	static char data[300 << 10];
	int i;

	for (i = 0; i < 8; i++)
		assert_int_equal(spool_make(200 << 10), 0);
	assert_items(5, 4);
	spool_limit.min_free = 400 << 10;
	assert_int_equal(spool_make(200 << 10), 0);
	assert_items(3, 7);
	spool_limit.min_free = 0;
	assert_int_equal(spool_begin(&draft, spool_folder, &spool_limit, 0, 0, 1), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(spool_write(&draft, SPOOL_DAT, data, sizeof(data)), 0);
	assert_items(2, 8);
	assert_int_equal(spool_write(&draft, SPOOL_DAT, data, sizeof(data)), -ENOSPC);
	spool_abandon(&draft);
	assert_items(2, 8);
}

static int own_mounts(void)
{
	return unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static bool can_mount(void)
{
	int status = 1;
	pid_t pid = fork();

	if (!pid)
		_exit(own_mounts());
	waitpid(pid, &status, 0);
	return !status;
}

static void a_full_disk_loses_the_oldest(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		if (own_mounts() ||
		    mount("none", scene_path("spool"), "tmpfs", 0, "size=1m,mode=0700"))
			_exit(1);
		close(spool_folder);
		spool_folder = spool_open(scene_path("spool"));
		fill_the_disk();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

#define WITH_SPOOL(test) cmocka_unit_test_setup_teardown(test, spool_setup, spool_teardown)

/* What the machine truly cannot have is a line of its own that tests/run counts as skipped. */
static void skip_line(const char *name, const char *why)
{
	printf("ok - %s # SKIP %s\n", name, why);
	fflush(stdout);
}

int main(void)
{
	const struct CMUnitTest full[] = { WITH_SPOOL(a_full_disk_loses_the_oldest) };
	const struct CMUnitTest kept[] = { WITH_SPOOL(one_that_cannot_be_removed_is_passed_over) };
	int failed = 0;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (can_mount())
		failed += cmocka_run_group_tests_name("spool-full", full, NULL, NULL);
	else
		skip_line("a_full_disk_loses_the_oldest", "no mounts of its own");
	if (can_make_immutable())
		failed += cmocka_run_group_tests_name("spool-kept", kept, NULL, NULL);
	else
		skip_line("one_that_cannot_be_removed_is_passed_over", "/tmp has no immutable files");
	return failed;
}
