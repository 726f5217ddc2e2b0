/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where tracefs is, and mounting it where nobody did. */
#ifndef NVME_DUPCQED_SOURCE_TRACEFS_H
#define NVME_DUPCQED_SOURCE_TRACEFS_H

#include <stddef.h>

/*
 * Find tracefs: given (if not NULL), else /sys/kernel/tracing, else what `mounts`
 * (/proc/self/mounts) says, else it is mounted. Returns 0 or -errno; what was wrong, and that it
 * was mounted, is in the log.
 */
int source_tracefs_find(const char *given, const char *mounts, char *path, size_t size);

#endif
