/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A hit in a kernel log: the panic line of the trigger, that of nvme_dup_cqe_panic, nvme-dupcqed's, or a record in a
 * trace that the kernel dumped. They all have, behind whatever, "nvme0: qid=1, cmdid=7, KEY=VALUE, ..." in the event's
 * own text.
 */
#ifndef DUPCQE_HITLINE_H
#define DUPCQE_HITLINE_H

#include <stddef.h>
#include "dupcqe/event.h"

/*
 * The event from one line of length bytes, which need not be terminated. Fields that are not in it, that the kernel
 * shows as absent (-1, or 0 for an address), or that the model cannot hold, are absent; the windows of the rings always
 * are. Returns 0; or -ENOENT if the line does not say where the completion ring is (qid, depth, cq_head, cq_dma, and an
 * sq_dma, be it absent): then *ret_event is untouched.
 */
int dupcqe_hit_line(const char *line, size_t length, struct dupcqe_event *ret_event);

struct dupcqe_hit {
	struct dupcqe_event event;
	const char *line;	/* in the text; not terminated */
	size_t length;
};

/* The last such line of a text, which may hold anything. Returns 0 or -ENOENT. */
int dupcqe_hit_find(const char *text, size_t length, struct dupcqe_hit *ret_hit);

#endif
