/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's log in a dump: the ring buffer of printk, kernel/printk/printk_ringbuffer.h (5.10 and later). */
#ifndef NVME_DUPCQE_PRINTK_H
#define NVME_DUPCQE_PRINTK_H

#include <stddef.h>
#include "dump.h"

/*
 * The messages as dmesg shows them, one a line and more. Returns 0 with *ret_text for free(), or -errno:
 * -ENOENT the dump does not say where the log is, -EBADMSG it is not a log, -ENODATA and -EIO as dump_read().
 */
int printk_text(struct dump *dump, char **ret_text, size_t *ret_length);

#endif
