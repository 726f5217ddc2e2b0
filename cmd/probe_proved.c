// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which registers have proved themselves, by a record that is still in a trace buffer. The kernel's own text of it, which can
 * be read without taking the record away from whoever waits for it.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "probe.h"

/* a buffer full of other events is not read to its end */
enum { LINES = 200000, NAME = 8 };

/* The number behind " NAME=" */
static bool value_of(const char *record, const char *name, const char *suffix, uint64_t *ret_value)
{
	char key[48];
	const char *at;

	snprintf(key, sizeof(key), " %s%s=", name, suffix);
	at = strstr(record, key);
	if (!at)
		return false;
	*ret_value = strtoull(at + strlen(key), NULL, 0);
	return true;
}

/* The rule of docs/event-abi.md. */
static bool is_queue(const char *record, const char *name, uint64_t *ret_entry)
{
	uint64_t device, its_device, cqes, head, depth, value, queues, size, qid;

	if (!value_of(record, name, "", &value) || !value_of(record, name, "_queues", &queues) ||
	    !value_of(record, "queue_size", "", &size) || !value_of(record, name, "_qid", &qid) ||
	    value != queues + size * qid)
		return false;
	if (!value_of(record, "device", "", &device) || !value_of(record, name, "_device", &its_device) ||
	    !value_of(record, name, "_cqes", &cqes) || !value_of(record, name, "_cq_head", &head) ||
	    !value_of(record, name, "_q_depth", &depth))
		return false;
	*ret_entry = cqes + 16 * head;
	return device && device == its_device && cqes && cqes % 16 == 0 && depth >= 2 && head < depth;
}

/* The next register behind *at: "bx" of " bx_cqw=" */
static bool next_register(const char **at, char name[NAME])
{
	const char *found = strstr(*at, "_cqw="), *start = found;

	if (!found)
		return false;
	while (start > *at && start[-1] != ' ')
		start--;
	snprintf(name, NAME, "%.*s", (int)(found - start), start);
	*at = found + 1;
	return true;
}

static bool find(const char *record, char *ret_proved, size_t size)
{
	const char *at = record, *again = record;
	char queue[NAME], other[NAME];
	uint64_t entry, value;

	while (next_register(&at, queue)) {
		if (!is_queue(record, queue, &entry))
			continue;
		snprintf(ret_proved, size, "%s has the queue", queue);
		while (next_register(&again, other))
			if (value_of(record, other, "", &value) && value == entry)
				snprintf(ret_proved, size, "%s has the queue, %s the entry", queue, other);
		return true;
	}
	return false;
}

static bool is_hit(const char *line)
{
	return strstr(line, "invalid id %d completed on queue");
}

/* The text of the message ends in a newline, so a record has two lines. */
static bool look_in(const char *path, char *ret_proved, size_t size)
{
	char *line = NULL;
	size_t room = 0;
	bool hit = false, found = false;
	int left = LINES;
	FILE *file = fopen(path, "re");

	while (file && !found && left-- && getline(&line, &room, file) > 0) {
		found = hit && find(line, ret_proved, size);
		hit = is_hit(line);
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

bool probe_proved(const char *tracefs, char *ret_proved, size_t size)
{
	const struct dirent *entry;
	bool found;
	char path[600];
	DIR *folder;

	snprintf(path, sizeof(path), "%s/trace", tracefs);
	found = look_in(path, ret_proved, size);
	snprintf(path, sizeof(path), "%s/instances", tracefs);
	folder = opendir(path);
	while (folder && !found && (entry = readdir(folder))) {
		snprintf(path, sizeof(path), "%s/instances/%s/trace", tracefs, entry->d_name);
		found = *entry->d_name != '.' && look_in(path, ret_proved, size);
	}
	if (folder)
		closedir(folder);
	return found;
}
