/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record of a probe. Private to lib/. */
#ifndef DUPCQE_DECODE_PROBE_H
#define DUPCQE_DECODE_PROBE_H

#include "decode_record.h"

/* What the driver says of a hit; probe/filter.c lets the same through. */
struct dupcqe_message {
	const char *begins;	/* the text, before its arguments are put in */
	const char *transport;
	bool says_qid;		/* the second number is the driver's queue; else the sq_id of the CQE */
};

/*
 * Which message the record is of. Returns 0; -ENOMSG if it is of none, -ENODATA if it cannot be told; then *ret_message
 * is untouched.
 */
int dupcqe_probe_message(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
			 const struct dupcqe_message **ret_message);

/* Complete event, which has what stands in the record under the names of the model. */
void dupcqe_probe_complete(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
			   const struct dupcqe_message *message, struct dupcqe_event *event);

#endif
