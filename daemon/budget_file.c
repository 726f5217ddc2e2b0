// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "budget.h"
#include "file.h"
#include "replace.h"

enum { LOCK_LIMIT_MS = 2000, LOCK_PAUSE_MS = 20 };

#ifndef OVERLAYFS_SUPER_MAGIC
#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#endif

/* Live systems and containers have a layer of memory over the disk; which of the two it is cannot
 * be seen. */
bool budget_folder_lasts(const char *folder)
{
	struct statfs fs;

	if (statfs(folder, &fs))
		return false;
	return fs.f_type != TMPFS_MAGIC && fs.f_type != RAMFS_MAGIC &&
	       fs.f_type != OVERLAYFS_SUPER_MAGIC;
}

int budget_now(const char *boot_id, struct budget_boot *ret_now)
{
	struct timespec uptime;
	char text[64];
	int err = file_get(text, sizeof(text), "%s", boot_id);

	if (err)
		return err;
	if (strlen(text) != BUDGET_BOOT_ID ||
	    strspn(text, "0123456789abcdef-") != BUDGET_BOOT_ID)
		return -EBADMSG;
	memset(ret_now, 0, sizeof(*ret_now));
	memcpy(ret_now->boot, text, sizeof(ret_now->boot));
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	ret_now->uptime_s = (uint64_t)uptime.tv_sec;
	ret_now->unix_s = time(NULL) > 0 ? (uint64_t)time(NULL) : 0;
	return 0;
}

static int read_text(int folder, char text[BUDGET_TEXT])
{
	int fd = openat(folder, BUDGET_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t count;
	int err = 0;

	if (fd < 0)
		return -errno;
	count = read(fd, text, BUDGET_TEXT - 1);
	if (count < 0 || fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 022)
		err = -EPERM;
	else if (count != st.st_size || memchr(text, '\0', count))
		err = -EBADMSG;
	close(fd);
	if (!err)
		text[count] = '\0';
	return err;
}

/* No file: nothing was ever spent. */
static int read_budget(int folder, struct budget *ret_budget, const char **ret_why)
{
	char text[BUDGET_TEXT];
	int err = read_text(folder, text);

	ret_budget->count = 0;
	if (err == -ENOENT)
		return 0;
	if (!err)
		err = budget_parse(text, ret_budget);
	if (err)
		*ret_why = err == -EBADMSG ? "the panic budget's file is not whole"
					   : "the panic budget's file cannot be trusted";
	return err;
}

/* Only root can change what is in it. */
static int own_folder(int fd, const char **ret_why)
{
	struct stat st;

	*ret_why = "others can write to the folder of the panic budget";
	if (fstat(fd, &st))
		return -errno;
	return st.st_uid != geteuid() || st.st_mode & 022 ? -EPERM : 0;
}

/* To read it is enough: the file is only ever replaced as a whole. */
static int open_folder(const char *path, const char **ret_why)
{
	int err, fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret_why = "the folder of the panic budget cannot be opened";
	if (fd < 0)
		return -errno;
	err = own_folder(fd, ret_why);
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* Who holds it writes and syncs one small file. flock() itself could wait for ever, on a disk that hangs. */
static int lock(int fd)
{
	const struct timespec pause = { 0, LOCK_PAUSE_MS * 1000000L };
	int i;

	for (i = 0; flock(fd, LOCK_EX | LOCK_NB); i++) {
		if (errno != EWOULDBLOCK || i == LOCK_LIMIT_MS / LOCK_PAUSE_MS)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* It is nobody else's for as long as it is open. */
static int open_locked(const char *path, const char **ret_why)
{
	int err, fd = open_folder(path, ret_why);

	if (fd < 0)
		return fd;
	*ret_why = "the panic budget is in use by another process";
	err = lock(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int write_text(FILE *to, const void *context)
{
	return fputs(context, to) < 0 ? -EIO : 0;
}

/* What a writer left that was killed; the folder is locked, so none is at work. */
static void sweep(const char *path)
{
	static const char prefix[] = "." BUDGET_FILE ".";
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (!strncmp(entry->d_name, prefix, sizeof(prefix) - 1))
			unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
}

static int write_budget(const char *folder, const struct budget *budget)
{
	char buffer[BUDGET_TEXT], path[PATH_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	budget_format(&text, budget);
	if (text.cut || snprintf(path, sizeof(path), "%s/%s", folder, BUDGET_FILE) >= PATH_MAX)
		return -ENAMETOOLONG;
	sweep(folder);
	return replace_file(path, 0600, true, write_text, buffer);
}

static int look(int fd, const struct budget_boot *now, uint32_t max_per_day,
		struct budget *ret_budget, const char **ret_why)
{
	int err = read_budget(fd, ret_budget, ret_why);

	if (err)
		return err;
	*ret_why = budget_refusal(ret_budget, now, max_per_day);
	return *ret_why ? -EDQUOT : 0;
}

int budget_check(const char *folder, const struct budget_boot *now, uint32_t max_per_day,
		 const char **ret_why)
{
	struct budget budget;
	int err, fd = open_folder(folder, ret_why);

	if (fd < 0)
		return fd;
	err = look(fd, now, max_per_day, &budget, ret_why);
	close(fd);
	return err;
}

int budget_read(const char *folder, struct budget *ret_budget, const char **ret_why)
{
	int err, fd = open_folder(folder, ret_why);

	if (fd < 0)
		return fd;
	err = read_budget(fd, ret_budget, ret_why);
	close(fd);
	return err;
}

static int add_and_write(const char *folder, struct budget *budget, const struct budget_boot *add)
{
	int err = budget_add(budget, add);

	return err ? err : write_budget(folder, budget);
}

/* panic is now, as it is to stand there. */
static int count(const char *folder, const struct budget_boot *panic, uint32_t max_per_day, const char **ret_why)
{
	const struct budget_boot *armed;
	struct budget budget;
	int err, fd = open_locked(folder, ret_why);

	if (fd < 0)
		return fd;
	err = look(fd, panic, max_per_day, &budget, ret_why);
	armed = err || !panic->armed ? NULL : budget_armed(&budget, panic);
	if (armed && strcmp(strchr(armed->by, ' '), strchr(panic->by, ' '))) {
		*ret_why = "another daemon has the armed panic of this boot";
		err = -EBUSY;
	}
	if (!err) {
		*ret_why = "the panic budget cannot be written";
		err = add_and_write(folder, &budget, panic);
	}
	close(fd);
	return err;
}

int budget_take(const char *folder, const struct budget_boot *now, uint32_t max_per_day,
		const char **ret_why)
{
	struct budget_boot panic = *now;

	panic.panicked = true;
	return count(folder, &panic, max_per_day, ret_why);
}

int budget_arm(const char *folder, const struct budget_boot *now, uint32_t max_per_day, const char *by,
	       const char **ret_why)
{
	struct budget_boot panic = *now;

	panic.panicked = panic.armed = true;
	snprintf(panic.by, sizeof(panic.by), "%s", by);
	return count(folder, &panic, max_per_day, ret_why);
}

/* Time that was seen is of use behind a panic alone. */
static void drop_time_alone(struct budget *budget)
{
	unsigned int i;

	for (i = 0; i < budget->count; i++)
		if (budget->of[i].panicked)
			return;
	budget->count = 0;
}

int budget_give_back(const char *folder, const struct budget_boot *now, const char *by)
{
	const struct budget_boot *armed;
	struct budget budget;
	const char *why;
	int err, fd = open_locked(folder, &why);

	if (fd < 0)
		return fd;
	err = read_budget(fd, &budget, &why);
	armed = err ? NULL : budget_armed(&budget, now);
	if (armed && !strcmp(strchr(armed->by, ' '), strchr(by, ' '))) {
		err = budget_add(&budget, now);
		drop_time_alone(&budget);
		if (!err)
			err = write_budget(folder, &budget);
	}
	close(fd);
	return err;
}

/* Nothing to add to: no panic yet, or this boot had its own, or has it armed. */
static bool is_of_no_matter(const struct budget *budget, const struct budget_boot *now)
{
	unsigned int i;

	for (i = 0; i < budget->count; i++)
		if (budget->of[i].panicked && !strcmp(budget->of[i].boot, now->boot))
			return true;
	return !budget->count;
}

int budget_saw(const char *folder, const struct budget_boot *now)
{
	const char *why;
	struct budget budget;
	int err, fd = open_locked(folder, &why);

	if (fd < 0)
		return fd;
	err = read_budget(fd, &budget, &why);
	if (!err && !is_of_no_matter(&budget, now))
		err = add_and_write(folder, &budget, now);
	close(fd);
	return err;
}
