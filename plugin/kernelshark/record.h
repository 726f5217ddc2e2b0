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

/* Which command a record is about; a trace has millions of them, so nothing else of it is decoded. */
struct identity {
	int32_t ctrl_id;
	uint16_t qid, cid;
};

struct identity_reader {
	const struct dupcqe_decoder *decoder;
	size_t end; /* of a record that has all three fields; 0: they are not of the usual kind */
};

/* Returns 0, or -ENOENT if the event lacks one of the fields. The decoder has to stay as long as the reader is used. */
int identity_reader_init(struct identity_reader *reader, const struct dupcqe_decoder *decoder);

/* Returns 0 or -ENODATA. */
int record_identity(const void *record, const struct identity_reader *reader,
		    struct identity *ret_identity);

#endif
