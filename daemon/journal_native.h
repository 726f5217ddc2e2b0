/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL), without ever waiting: datagram.h. */
#ifndef NVME_DUPCQED_JOURNAL_NATIVE_H
#define NVME_DUPCQED_JOURNAL_NATIVE_H

#include <stdbool.h>

struct iovec;

/* Whether there is a journal to send to, at path (/run/systemd/journal/socket). */
bool journal_native_open(const char *path);

/*
 * As sd_journal_sendv(): fields are NAME=value. Where the journal does not take a message now, it is dropped, and the next one
 * that it takes is preceded by the number of those. Returns 0, or -errno if there is no journal any more.
 */
int journal_native_send(const struct iovec *fields, int count);

#endif
