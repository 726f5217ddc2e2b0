// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <traceevent/event-parse.h>
#include "record.h"

int record_find_event(struct tep_handle *tep, const char *name, int *ret_id,
		      struct dupcqe_decoder *ret_decoder)
{
	const struct tep_event *event = tep_find_event_by_name(tep, "nvme", name);
	int err = event ? dupcqe_decoder_init(event, ret_decoder) : -ENOENT;

	if (!err)
		*ret_id = event->id;
	return err;
}

int record_decode(const void *record, const struct dupcqe_decoder *decoder,
		  struct dupcqe_event *ret_event)
{
	const struct tep_record *bytes = record;

	if (!bytes->data || bytes->size < 0)
		return -ENODATA;
	return dupcqe_decode(decoder, bytes->data, bytes->size, ret_event);
}
