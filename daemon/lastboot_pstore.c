// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pstore, which is read and never changed: who empties it is systemd-pstore. What was saved is remembered by its
 * content, as the same file may be found in one place today and in another one tomorrow.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lastboot.h"
#include "replace.h"
#include "source_files.h"

enum { FOLDERS_DEEP = 3, FILES_OF_ONE = 256 };

static uint64_t hash_of(const char *text, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	while (length--)
		hash = (hash ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
	return hash;
}

static bool line_has(const char *line, size_t length, const char *wanted)
{
	return memmem(line, length, wanted, strlen(wanted));
}

/* By the trigger or the module, whose panic names the event; or by the daemon, which says so before. */
static bool is_ours(const char *text, size_t length)
{
	const char *newline;
	size_t line;

	while (length) {
		newline = memchr(text, '\n', length);
		line = newline ? (size_t)(newline - text) + 1 : length;
		if (line_has(text, line, "nvme-dupcqed: ") ||
		    (line_has(text, line, "Kernel panic") && line_has(text, line, "nvme_dup_cqe")))
			return true;
		text += line;
		length -= line;
	}
	return false;
}

static void seen_path(const struct action_paths *paths, char *path, size_t size)
{
	snprintf(path, size, "%s/pstore-saved", paths->state_dir);
}

static bool was_seen(const struct action_paths *paths, uint64_t hash)
{
	char path[LASTBOOT_PATH], digits[24], *text;
	bool seen = false;
	size_t length;

	seen_path(paths, path, sizeof(path));
	snprintf(digits, sizeof(digits), "%016" PRIx64 "\n", hash);
	if (source_file_read(AT_FDCWD, path, &text, &length))
		return false;
	seen = strstr(text, digits);
	free(text);
	return seen;
}

/* In another place just now. */
static bool is_found(const struct lastboot_pstore *found, uint64_t hash)
{
	unsigned int i;

	for (i = 0; i < found->seen_count; i++)
		if (found->seen[i] == hash)
			return true;
	return false;
}

static int is_dmesg(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "dmesg-", 6);
}

static int is_folder(const struct dirent *entry)
{
	return *entry->d_name != '.' && entry->d_type == DT_DIR;
}

static void free_entries(struct dirent **entry, int count)
{
	while (count-- > 0)
		free(entry[count]);
	free(entry);
}

/* Whether it is a reason to save those of its folder. */
static void judge(const struct action_paths *paths, const char *text, size_t length, struct lastboot_pstore *found,
		  bool *ret_new)
{
	uint64_t hash = hash_of(text, length);

	if (!is_ours(text, length) || was_seen(paths, hash) || is_found(found, hash) ||
	    found->seen_count == LASTBOOT_SEEN)
		return;
	found->seen[found->seen_count++] = hash;
	*ret_new = true;
}

static void add(FILE *to, const char *name, const char *text, size_t length)
{
	fprintf(to, "==> %s <==\n", name);
	fwrite(text, 1, length, to);
	if (length && text[length - 1] != '\n')
		putc('\n', to);
}

/* The files of one folder, behind each other. */
static void read_files(const struct action_paths *paths, int folder, struct dirent **entry, int count, FILE *to,
		       struct lastboot_pstore *found, bool *ret_new)
{
	size_t length, total = 0;
	char *text;
	int i;

	for (i = 0; i < count && i < FILES_OF_ONE; i++) {
		if (source_file_read(folder, entry[i]->d_name, &text, &length))
			continue;
		judge(paths, text, length, found, ret_new);
		total += length;
		if (total <= LASTBOOT_DMESG)
			add(to, entry[i]->d_name, text, length);
		free(text);
	}
	found->cut |= total > LASTBOOT_DMESG || i < count;
}

/* All of it or nothing: false. */
static bool append(FILE *to, const char *text, size_t length)
{
	if ((size_t)ftell(to) + length > LASTBOOT_DMESG)
		return false;
	fwrite(text, 1, length, to);
	return true;
}

static int look_in(const struct action_paths *paths, const char *path, FILE *to, struct lastboot_pstore *found)
{
	struct dirent **entry = NULL;
	char *text = NULL;
	size_t length;
	bool is_new = false;
	FILE *files;
	int folder, count = scandir(path, &entry, is_dmesg, alphasort);

	if (count <= 0) {
		free(entry);
		return 0;
	}
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	files = open_memstream(&text, &length);
	if (files && folder >= 0)
		read_files(paths, folder, entry, count, files, found, &is_new);
	free_entries(entry, count);
	if (folder >= 0)
		close(folder);
	if (files)
		fclose(files);
	if (is_new)
		found->cut |= !append(to, text, length);
	free(text);
	/* a folder may go at any time: systemd-pstore empties them */
	return files ? 0 : -ENOMEM;
}

static int look_below(const struct action_paths *paths, const char *path, int deep, FILE *to,
		      struct lastboot_pstore *found)
{
	int i, err = look_in(paths, path, to, found), count;
	struct dirent **entry = NULL;
	char below[PATH_MAX];

	count = deep > 1 ? scandir(path, &entry, is_folder, alphasort) : 0;
	for (i = 0; i < count && !err; i++) {
		snprintf(below, sizeof(below), "%s/%s", path, entry[i]->d_name);
		err = look_below(paths, below, deep - 1, to, found);
	}
	free_entries(entry, count);
	return err;
}

int lastboot_pstore_find(const struct action_paths *paths, struct lastboot_pstore *ret_found)
{
	char path[LASTBOOT_PATH];
	FILE *to;
	int err;

	*ret_found = (struct lastboot_pstore){ 0 };
	to = open_memstream(&ret_found->text, &ret_found->length);
	if (!to)
		return -errno;
	snprintf(path, sizeof(path), "%s/fs/pstore", paths->sysfs);
	err = look_below(paths, path, 1, to, ret_found);
	if (!err && paths->pstore_moved)
		err = look_below(paths, paths->pstore_moved, FOLDERS_DEEP, to, ret_found);
	if (fclose(to) && !err)
		err = -ENOMEM;
	if (err || !ret_found->length) {
		free(ret_found->text);
		ret_found->text = NULL;
	}
	return err;
}

struct memory {
	const struct action_paths *paths;
	const struct lastboot_pstore *found;
};

/* Those of before stay in it, as long as there is room. */
static int write_seen(FILE *to, const void *context)
{
	const struct memory *memory = context;
	char path[LASTBOOT_PATH], *text;
	size_t length;
	unsigned int i;

	for (i = 0; i < memory->found->seen_count; i++)
		fprintf(to, "%016" PRIx64 "\n", memory->found->seen[i]);
	seen_path(memory->paths, path, sizeof(path));
	if (source_file_read(AT_FDCWD, path, &text, &length))
		return 0;
	fwrite(text, 1, length < LASTBOOT_SEEN * 17 * 4 ? length : LASTBOOT_SEEN * 17 * 4, to);
	free(text);
	return 0;
}

int lastboot_pstore_remember(const struct action_paths *paths, const struct lastboot_pstore *found)
{
	const struct memory memory = { paths, found };
	char path[LASTBOOT_PATH];

	seen_path(paths, path, sizeof(path));
	return replace_file(path, 0600, true, write_seen, &memory);
}
