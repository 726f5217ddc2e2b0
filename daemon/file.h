/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files of the kernel: one value, read or written in one call. */
#ifndef NVME_DUPCQED_FILE_H
#define NVME_DUPCQED_FILE_H

#include <stddef.h>

/*
 * Write text, in one call, into the existing file whose path is format and what follows.
 * Returns 0 or -errno; -EIO if only a part was taken.
 */
int file_put(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Read a file of less than size bytes, its last newline included, as a string without that newline.
 * Returns 0 or -errno: -EFBIG if it is longer; the buffer is then of no meaning.
 */
int file_get(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
