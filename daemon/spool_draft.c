// SPDX-License-Identifier: GPL-2.0-or-later
/* An item in the making: NAME.dat.new and NAME.json.new until both are whole and on disk. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "spool.h"

/* The JSON last: where it stands, the others do. */
const char *const spool_suffix[SPOOL_FILES] = {
	[SPOOL_DAT] = ".dat", [SPOOL_DMESG] = ".dmesg.txt", [SPOOL_JSON] = ".json",
};

static void file_name(char *ret_file, size_t size, const struct spool_draft *draft, int file,
		      const char *more)
{
	snprintf(ret_file, size, "%s%s%s", draft->name, spool_suffix[file], more);
}

static bool is_new_suffix(const char *dot)
{
	size_t len;
	int i;

	for (i = 0; i < SPOOL_FILES; i++) {
		len = strlen(spool_suffix[i]);
		if (!strncmp(dot, spool_suffix[i], len) && !strcmp(dot + len, ".new"))
			return true;
	}
	return false;
}

static bool is_new(const char *file)
{
	char name[SPOOL_NAME];
	const char *dot = strchr(file, '.');
	uint64_t sequence;
	int64_t unix_s;

	if (!dot || dot - file >= SPOOL_NAME || !is_new_suffix(dot))
		return false;
	memcpy(name, file, dot - file);
	name[dot - file] = '\0';
	return spool_parse_name(name, &sequence, &unix_s);
}

/* The folder is locked: whoever wrote these is gone. */
static void sweep(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (is_new(entry->d_name))
			unlinkat(folder, entry->d_name, 0);
	if (dir)
		closedir(dir);
}

static int next_sequence(int folder, uint64_t *ret_sequence)
{
	struct spool_list list;
	int err = spool_list(folder, &list);

	if (err)
		return err;
	*ret_sequence = list.count ? list.item[list.count - 1].sequence + 1 : 1;
	free(list.item);
	return 0;
}

int spool_add(struct spool_draft *draft, enum spool_file file)
{
	char name[SPOOL_NAME + 16];

	file_name(name, sizeof(name), draft, file, ".new");
	draft->fd[file] = openat(draft->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return draft->fd[file] < 0 ? -errno : 0;
}

int spool_drop(struct spool_draft *draft, enum spool_file file)
{
	char name[SPOOL_NAME + 16];

	close(draft->fd[file]);
	draft->fd[file] = -1;
	file_name(name, sizeof(name), draft, file, ".new");
	return unlinkat(draft->folder, name, 0) ? -errno : 0;
}

static int open_files(struct spool_draft *draft)
{
	int err = spool_add(draft, SPOOL_DAT);

	return err ? err : spool_add(draft, SPOOL_JSON);
}

/* How many bytes too few would be free behind an item of expected bytes. */
static int shortfall(int folder, const struct spool_limits *limits, uint64_t expected,
		     uint64_t *ret_bytes)
{
	uint64_t free_bytes, need = limits->min_free + expected;
	struct statvfs fs;

	if (fstatvfs(folder, &fs))
		return -errno;
	free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	*ret_bytes = need > free_bytes ? need - free_bytes : 0;
	return 0;
}

static int make_room(int folder, const struct spool_limits *limits, uint64_t expected)
{
	uint64_t bytes = 0;
	int err = shortfall(folder, limits, expected, &bytes);

	if (err || !bytes)
		return err;
	err = spool_free(folder, bytes);
	/* some file systems free what was removed only now */
	return err ? err : syncfs(folder) ? -errno : 0;
}

static int begin(struct spool_draft *draft, uint64_t expected, int64_t unix_s, int ctrl)
{
	uint64_t sequence;
	int err;

	sweep(draft->folder);
	/* whoever was killed may not have come to it; whether there is room is seen next */
	spool_prune(draft->folder, draft->limits, unix_s);
	err = make_room(draft->folder, draft->limits, expected);
	if (err)
		return err;
	err = next_sequence(draft->folder, &sequence);
	if (err)
		return err;
	spool_name(draft->name, sequence, unix_s, ctrl);
	return open_files(draft);
}

int spool_begin(struct spool_draft *draft, int folder, const struct spool_limits *limits,
		uint64_t expected, int64_t unix_s, int ctrl)
{
	int err;

	*draft = (struct spool_draft){ .folder = folder, .limits = limits, .fd = { -1, -1, -1 } };
	if (expected > limits->max_bytes)
		return -EFBIG;
	if (flock(folder, LOCK_EX | LOCK_NB))
		return -errno;
	err = begin(draft, expected, unix_s, ctrl);
	if (err)
		spool_abandon(draft);
	return err;
}

int spool_begin_within(struct spool_draft *draft, int folder, const struct spool_limits *limits,
		       uint64_t expected, int64_t unix_s, int ctrl, int limit_ms)
{
	enum { STEP_MS = 50 };
	int err;

	do {
		err = spool_begin(draft, folder, limits, expected, unix_s, ctrl);
		limit_ms -= STEP_MS;
	} while (err == -EWOULDBLOCK && limit_ms > 0 && !usleep(STEP_MS * 1000));
	return err;
}

static bool is_full(int err)
{
	return err == -ENOSPC || err == -EDQUOT;
}

/* *at and *count are moved on by what was written. */
static int write_some(int fd, const char **at, size_t *count)
{
	ssize_t done;

	while (*count) {
		done = write(fd, *at, *count);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		*at += done;
		*count -= (size_t)done;
	}
	return 0;
}

int spool_write(struct spool_draft *draft, enum spool_file file, const void *bytes, size_t count)
{
	const char *at = bytes;
	size_t left = count;
	int err;

	if (draft->bytes + count > draft->limits->max_bytes)
		return -EFBIG;
	err = write_some(draft->fd[file], &at, &left);
	if (is_full(err) && !spool_free(draft->folder, left) && !syncfs(draft->folder))
		err = write_some(draft->fd[file], &at, &left);
	if (!err)
		draft->bytes += count;
	return err;
}

int spool_rewrite(struct spool_draft *draft, enum spool_file file, uint64_t at, const void *bytes,
		  size_t count)
{
	ssize_t done = pwrite(draft->fd[file], bytes, count, (off_t)at);

	return done < 0 ? -errno : (size_t)done == count ? 0 : -EIO;
}

static int sync_files(struct spool_draft *draft)
{
	int i;

	for (i = 0; i < SPOOL_FILES; i++)
		if (draft->fd[i] >= 0 && fsync(draft->fd[i]))
			return -errno;
	return 0;
}

/* Nothing is there under that name but what is not ours; not every file system can promise it. */
static int rename_in(int folder, const char *from, const char *to)
{
	if (!renameat2(folder, from, folder, to, RENAME_NOREPLACE))
		return 0;
	return errno == EINVAL || errno == ENOSYS ? renameat(folder, from, folder, to) : -1;
}

static int name_files(const struct spool_draft *draft)
{
	char from[SPOOL_NAME + 16], to[SPOOL_NAME + 16];
	int i;

	for (i = 0; i < SPOOL_FILES; i++) {
		if (draft->fd[i] < 0)
			continue;
		file_name(from, sizeof(from), draft, i, ".new");
		file_name(to, sizeof(to), draft, i, "");
		if (rename_in(draft->folder, from, to))
			return -errno;
	}
	return fsync(draft->folder) ? -errno : 0;
}

static void close_files(struct spool_draft *draft)
{
	int i;

	for (i = 0; i < SPOOL_FILES; i++) {
		if (draft->fd[i] >= 0)
			close(draft->fd[i]);
		draft->fd[i] = -1;
	}
	flock(draft->folder, LOCK_UN);
}

int spool_commit(struct spool_draft *draft)
{
	int err = sync_files(draft);

	if (!err)
		err = name_files(draft);
	if (err)
		spool_abandon(draft);
	else
		close_files(draft);
	return err;
}

void spool_abandon(struct spool_draft *draft)
{
	char file[SPOOL_NAME + 16];
	int i;

	for (i = 0; i < SPOOL_FILES; i++) {
		if (draft->fd[i] < 0)
			continue;
		file_name(file, sizeof(file), draft, i, ".new");
		unlinkat(draft->folder, file, 0);
	}
	close_files(draft);
}
