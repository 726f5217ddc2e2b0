/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams for the journal and the service manager that never wait for either. Both may hang on the very disk whose
 * controller misbehaves, and what libsystemd sends waits for them as long as they hang.
 */
#ifndef NVME_DUPCQED_DATAGRAM_H
#define NVME_DUPCQED_DATAGRAM_H

struct iovec;

/* To a socket's path, or the name of an abstract one behind '@'. Returns the descriptor to send on, or -errno. */
int datagram_open(const char *path);

/* Returns 0, -EAGAIN if nobody takes it now, or -errno. */
int datagram_send(int fd, const struct iovec *parts, int count);

#endif
