// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in the folder, and what has to go: names and numbers, nothing is removed here. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "spool.h"

void spool_name(char ret_name[SPOOL_NAME], uint64_t sequence, int64_t unix_s, int ctrl)
{
	time_t seconds = unix_s;
	char when[32] = "00000101T000000Z", device[16] = "unknown";
	struct tm tm;

	if (gmtime_r(&seconds, &tm) && tm.tm_year >= 0 && tm.tm_year < 8100)
		strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	if (ctrl >= 0)
		snprintf(device, sizeof(device), "nvme%d", ctrl);
	snprintf(ret_name, SPOOL_NAME, "dupcqe-%010" PRIu64 "-%s-%s", sequence, when, device);
}

static int64_t read_time(const char *text)
{
	struct tm tm = { 0 };

	if (sscanf(text, "%4d%2d%2dT%2d%2d%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
		   &tm.tm_min, &tm.tm_sec) != 6)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return timegm(&tm);
}

/* Only what spool_name() makes, byte for byte, is ours. */
bool spool_parse_name(const char *name, uint64_t *ret_sequence, int64_t *ret_unix_s)
{
	char again[SPOOL_NAME], when[17];
	uint64_t sequence;
	int64_t unix_s;
	int ctrl = -1, end = 0;

	if (sscanf(name, "dupcqe-%10" SCNu64 "-%16[0-9TZ]-%n", &sequence, when, &end) != 2 || !end)
		return false;
	if (strcmp(name + end, "unknown") && sscanf(name + end, "nvme%9d", &ctrl) != 1)
		return false;
	unix_s = read_time(when);
	spool_name(again, sequence, unix_s, ctrl);
	if (strcmp(again, name))
		return false;
	*ret_sequence = sequence;
	*ret_unix_s = unix_s;
	return true;
}

size_t spool_surplus(const struct spool_list *list, const struct spool_limits *limits,
		     int64_t now_s)
{
	const struct spool_item *item;
	uint64_t bytes = 0, age;
	size_t i;

	for (i = 0; i < list->count; i++)
		bytes += list->item[i].bytes;
	for (i = 0; i + 1 < list->count; i++) {
		item = &list->item[i];
		age = now_s > item->unix_s ? (uint64_t)(now_s - item->unix_s) : 0;
		if (list->count - i <= limits->max_number && bytes <= limits->max_bytes &&
		    (!limits->max_age_s || age <= limits->max_age_s))
			break;
		bytes -= item->bytes;
	}
	return i;
}

static int by_age(const void *a, const void *b)
{
	const struct spool_item *one = a, *other = b;

	if (one->sequence != other->sequence)
		return one->sequence < other->sequence ? -1 : 1;
	return strcmp(one->name, other->name);
}

/* The name without what is behind it. */
static bool is_of_item(const char *file, struct spool_item *ret_item)
{
	const char *dot = strchr(file, '.');
	int i = 0;

	while (dot && i < SPOOL_FILES && strcmp(dot, spool_suffix[i]))
		i++;
	if (!dot || dot - file >= SPOOL_NAME || i == SPOOL_FILES)
		return false;
	memcpy(ret_item->name, file, dot - file);
	ret_item->name[dot - file] = '\0';
	return spool_parse_name(ret_item->name, &ret_item->sequence, &ret_item->unix_s);
}

static int append(struct spool_list *list, const struct spool_item *item)
{
	struct spool_item *more;

	/* when the count is a power of two the room is used up */
	if (!(list->count & (list->count - 1))) {
		more = realloc(list->item, (list->count ? list->count * 2 : 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		list->item = more;
	}
	list->item[list->count++] = *item;
	return 0;
}

static int read_entries(DIR *dir, struct spool_list *list)
{
	struct spool_item item;
	struct dirent *entry;
	struct stat st;
	int err = 0;

	while (!err && (entry = readdir(dir))) {
		if (!is_of_item(entry->d_name, &item) ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
		    !S_ISREG(st.st_mode) || st.st_uid != geteuid())
			continue;
		item.bytes = st.st_size;
		err = append(list, &item);
	}
	return err;
}

/* Of the files of one name, one item. */
static void join_pairs(struct spool_list *list)
{
	size_t from, to = 0;

	for (from = 1; from < list->count; from++) {
		if (strcmp(list->item[to].name, list->item[from].name))
			list->item[++to] = list->item[from];
		else
			list->item[to].bytes += list->item[from].bytes;
	}
	if (list->count)
		list->count = to + 1;
}

int spool_list(int folder, struct spool_list *ret_list)
{
	struct spool_list list = { 0 };
	int err, fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		return -errno;
	err = read_entries(dir, &list);
	closedir(dir);
	if (err) {
		free(list.item);
		return err;
	}
	if (list.count)
		qsort(list.item, list.count, sizeof(*list.item), by_age);
	join_pairs(&list);
	*ret_list = list;
	return 0;
}
