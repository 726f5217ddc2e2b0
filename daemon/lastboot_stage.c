// SPDX-License-Identifier: GPL-2.0-or-later
/* Out of the ring buffer into memory, and what tells a buffer of the last boot from one of this boot. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include "file.h"
#include "journal.h"
#include "kept.h"
#include "lastboot.h"
#include "replace.h"
#include "tracedat.h"

void lastboot_stage_path(const struct lastboot *of, char ret_path[LASTBOOT_PATH])
{
	snprintf(ret_path, LASTBOOT_PATH, "%s/%s.lastboot", of->paths->run_dir, of->name);
}

static void kept_path(const struct lastboot *of, char ret_path[LASTBOOT_PATH])
{
	snprintf(ret_path, LASTBOOT_PATH, "%s/%s.formats", of->paths->state_dir, of->name);
}

static void mark_path(const struct lastboot *of, char ret_path[LASTBOOT_PATH])
{
	snprintf(ret_path, LASTBOOT_PATH, "%s/%s.boot", of->paths->run_dir, of->name);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void lastboot_stage_remove(const struct lastboot *of)
{
	char path[LASTBOOT_PATH];

	lastboot_stage_path(of, path);
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* run_dir is emptied at boot, where it is what it should be; the boot's id makes sure. */
static bool is_marked(const struct lastboot *of)
{
	char path[LASTBOOT_PATH], mark[64], now[64];

	mark_path(of, path);
	return !file_get(mark, sizeof(mark), "%s", path) && !file_get(now, sizeof(now), "%s", of->paths->boot_id) &&
	       !strcmp(mark, now);
}

bool lastboot_is_untaken(const struct lastboot *of)
{
	return !is_marked(of);
}

static int write_mark(FILE *to, const void *context)
{
	const struct lastboot *of = context;
	char now[64];
	int err = file_get(now, sizeof(now), "%s", of->paths->boot_id);

	if (!err)
		fputs(now, to);
	return err;
}

static void mark(const struct lastboot *of)
{
	char path[LASTBOOT_PATH];
	int err;

	mark_path(of, path);
	mkdir(of->paths->run_dir, 0755);
	err = replace_file(path, 0600, false, write_mark, of);
	if (err)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot write '%s': %s", path, strerror(-err));
}

/* Events that somebody enabled before: what they recorded is of this boot, and stands where the last one's was. */
static bool is_used(const char *instance)
{
	char text[2];
	int err = file_get(text, sizeof(text), "%s/set_event", instance);

	return err == -EFBIG || (!err && *text);
}

/* All of a page or nothing. */
static int append(int fd, const char *page, size_t size)
{
	ssize_t done;

	do
		done = write(fd, page, size);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : (size_t)done == size ? 0 : -ENOSPC;
}

/* What was read is out of the buffer, so there has to be room for it before. */
static int make_room(int fd, size_t size)
{
	off_t end = lseek(fd, 0, SEEK_END);

	if (end >= 0 && !fallocate(fd, FALLOC_FL_KEEP_SIZE, end, (off_t)size))
		return 0;
	return errno == EOPNOTSUPP ? 0 : -errno;
}

/* The end is EAGAIN. */
static int move_pages(int from, int to, char *page, size_t size, uint64_t *pages)
{
	ssize_t count;
	int err = 0;

	while (!err) {
		err = make_room(to, size);
		if (err)
			break;
		count = read(from, page, size);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count && errno != EAGAIN ? -errno : 0;
		memset(page + count, 0, size - (size_t)count);
		err = append(to, page, size);
		*pages += !err;
	}
	return err;
}

static int move_cpu(const char *instance, const char *cpu, const char *stage, char *page, size_t size, uint64_t *pages)
{
	char path[PATH_MAX];
	int from, to, err = 0;

	snprintf(path, sizeof(path), "%s/per_cpu/%s/trace_pipe_raw", instance, cpu);
	from = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (from < 0)
		return errno == ENOENT ? 0 : -errno;
	snprintf(path, sizeof(path), "%s/per_cpu/%s", stage, cpu);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/per_cpu/%s/trace_pipe_raw", stage, cpu);
	/* behind what a daemon that was killed has taken */
	to = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	err = to < 0 ? -errno : move_pages(from, to, page, size, pages);
	if (to >= 0)
		close(to);
	close(from);
	return err;
}

static int move_all(const char *instance, const char *stage, uint64_t *ret_pages)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char path[PATH_MAX], *page = malloc(size);
	const struct dirent *entry;
	int err = page ? 0 : -ENOMEM;
	DIR *folder;

	*ret_pages = 0;
	snprintf(path, sizeof(path), "%s/per_cpu", stage);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/per_cpu", instance);
	folder = opendir(path);
	while (!err && folder && (entry = readdir(folder)))
		if (!strncmp(entry->d_name, "cpu", 3))
			err = move_cpu(instance, entry->d_name, stage, page, size, ret_pages);
	if (folder)
		closedir(folder);
	free(page);
	return folder || err ? err : -ENOENT;
}

static int make_stage(const struct lastboot *of, const char *instance, const char *stage)
{
	const struct tracedat_from from = { of->paths->tracefs, instance, "trace_pipe_raw", NULL };
	struct statvfs fs;

	if (mkdir(of->paths->run_dir, 0755) && errno != EEXIST)
		return -errno;
	if (mkdir(stage, 0700) && errno != EEXIST)
		return -errno;
	if (statvfs(stage, &fs))
		return -errno;
	return (uint64_t)fs.f_bavail * fs.f_frsize < tracedat_expect(&from) ? -ENOSPC : 0;
}

/* Returns whether there are any, also none that can be used: the last boot did not end in good order. */
static bool take_formats(const struct lastboot *of, const char *stage)
{
	char path[LASTBOOT_PATH];
	int err;

	kept_path(of, path);
	err = kept_unpack(path, stage);
	if (err && err != -ENOENT)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot use the formats of the last boot's trace, '%s': %s",
			       path, err == -EBADMSG ? "the file is not whole" : strerror(-err));
	return err != -ENOENT;
}

static int refuse(const char *what, const char *stage, int err)
{
	journal_printf(LOG_ERR, JOURNAL_PLAIN,
		       "cannot %s '%s': %s: the last boot's trace stays in the persistent buffer, and the "
		       "history is in an ordinary one until the daemon is started anew",
		       what, stage, strerror(-err));
	return err;
}

static bool stage_has(const char *stage)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct stat st;
	bool has = false;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/per_cpu", stage);
	folder = opendir(path);
	while (folder && !has && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "%s/per_cpu/%s/trace_pipe_raw", stage, entry->d_name);
		has = !stat(path, &st) && st.st_size > 0;
	}
	if (folder)
		closedir(folder);
	return has;
}

static int take(const struct lastboot *of, const char *instance)
{
	char stage[LASTBOOT_PATH];
	uint64_t pages;
	bool kept;
	int err;

	lastboot_stage_path(of, stage);
	err = make_stage(of, instance, stage);
	if (err) {
		rmdir(stage);
		return refuse("make room in", stage, err);
	}
	kept = take_formats(of, stage);
	err = move_all(instance, stage, &pages);
	if (err)
		return refuse("write to", stage, err);
	if (stage_has(stage))
		return 1;
	lastboot_stage_remove(of);
	if (kept)
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
			       "the persistent buffer has nothing of the last boot, which the daemon did not "
			       "see the end of: its memory was not kept, or the kernel's log says why it was refused "
			       "('Ring buffer')");
	return 1;
}

int lastboot_take(const struct lastboot *of, const char *instance)
{
	int err;

	if (is_marked(of))
		return 0;
	if (is_used(instance)) {
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "events are enabled in the persistent buffer already, so the last boot's trace is "
			       "lost: name none in the boot option trace_instance=");
		mark(of);
		return 0;
	}
	err = take(of, instance);
	if (err < 0)
		return err;
	/* what was off for the sake of the last boot is on again before nobody would think of it any more */
	err = file_put("1", "%s/tracing_on", instance);
	if (err)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot write to '%s/tracing_on': %s", instance,
			       strerror(-err));
	mark(of);
	lastboot_forget(of);
	return 1;
}

int lastboot_keep(const struct lastboot *of, const char *instance)
{
	const struct kept_from from = { of->paths->tracefs, instance, of->event, of->paths->boot_id };
	char path[LASTBOOT_PATH];

	if (!is_used(instance))
		return -ENODATA;
	kept_path(of, path);
	return kept_write(path, &from);
}

void lastboot_forget(const struct lastboot *of)
{
	char path[LASTBOOT_PATH];

	kept_path(of, path);
	unlink(path);
}
