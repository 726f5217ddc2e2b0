/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of others on a terminal. */
#ifndef NVME_DUPCQE_PLAIN_H
#define NVME_DUPCQE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What is not printable ASCII becomes \xNN: a device's name, or a file's, must not drive the terminal. */
void put_plain(FILE *to, const char *text);

/* Whether it is printable ASCII, blanks and newlines, and nothing else. */
bool is_plain(const char *bytes, size_t count);

#endif
