/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Small files of tracefs and sysfs, named relative to an open folder. Nothing is logged here. All
 * return 0 or -errno.
 */
#ifndef NVME_DUPCQED_SOURCE_FILES_H
#define NVME_DUPCQED_SOURCE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* The whole file as a string of its own (free() it), however long it is: their sizes are not known
 * before. */
int source_file_read(int folder, const char *path, char **ret_text, size_t *ret_length);

/* The first line, without what follows it, cut to size - 1. */
int source_file_line(int folder, const char *path, char *line, size_t size);

/* One write(2) of all of value, as these files want it. */
int source_file_write(int folder, const char *path, const char *value);

/*
 * Write value only if the file says something else: some files (trace_clock) throw records away at
 * any write. Of a choice ("[local] global"), the one in brackets is what the file says.
 */
int source_file_set(int folder, const char *path, const char *value);
bool source_file_says(int folder, const char *path, const char *value);

#endif
