/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is replaced as a whole. */
#ifndef NVME_DUPCQED_REPLACE_H
#define NVME_DUPCQED_REPLACE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Write path anew: write() fills the stream, which then takes the place of what was there. With sync, the new content is on
 * disk before that and the folder afterwards. Returns 0 or -errno, and then path is as it was.
 */
int replace_file(const char *path, mode_t mode, bool sync, int (*write)(FILE *to, const void *context), const void *context);

#endif
