/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the service manager is told (sd_notify(3)), without waiting for it: datagram.h. Without a manager all of this does nothing.
 */
#ifndef NVME_DUPCQED_NOTIFY_H
#define NVME_DUPCQED_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_reloading(void); /* notify_status() ends it */
void notify_stopping(void);

/* The line that `systemctl status` shows; and that the daemon is ready. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How often notify_alive() is to be called, in ns: half of what the manager waits; 0: never. */
uint64_t notify_period(void);
void notify_alive(void);

#endif
