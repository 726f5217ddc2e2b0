/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one place of this plugin that knows libtraceevent: KernelShark hands its records on as they are. */
#ifndef KSHARK_RECORD_H
#define KSHARK_RECORD_H

#include "dupcqe/decode.h"

struct tep_handle;

/*
 * The event nvme:name. Returns 0, or -ENOENT if the trace does not have it, or not the fields that make it ours;
 * then the results are untouched.
 */
int record_find_event(struct tep_handle *tep, const char *name, int *ret_id,
		      struct dupcqe_decoder *ret_decoder);

/* record: what an event handler of KernelShark is given. Returns as dupcqe_decode() does. */
int record_decode(const void *record, const struct dupcqe_decoder *decoder,
		  struct dupcqe_event *ret_event);

#endif
