// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdint.h>
#include <string.h>
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

static const enum dupcqe_field identity_fields[] = { DUPCQE_CTRL_ID, DUPCQE_QID, DUPCQE_CID };

enum { IDENTITY_FIELDS = sizeof(identity_fields) / sizeof(identity_fields[0]) };

/* In this machine's byte order, of a type that every kernel so far has for it. */
static bool usual(const struct dupcqe_decoder *decoder, enum dupcqe_field field)
{
	const struct dupcqe_place *place = &decoder->place[field];
	bool plain_half = place->size == 2 && !place->flags && field != DUPCQE_CTRL_ID;

	return decoder->big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) &&
	       (place->size == 4 || plain_half);
}

int identity_reader_init(struct identity_reader *reader, const struct dupcqe_decoder *decoder)
{
	const struct dupcqe_place *place;
	size_t end = 0;
	bool quick = true;
	int i;

	for (i = 0; i < IDENTITY_FIELDS; i++) {
		if (!(decoder->found & DUPCQE_BIT(identity_fields[i])))
			return -ENOENT;
		place = &decoder->place[identity_fields[i]];
		quick &= usual(decoder, identity_fields[i]);
		if (end < (size_t)place->offset + place->size)
			end = (size_t)place->offset + place->size;
	}
	*reader = (struct identity_reader){ decoder, quick ? end : 0 };
	return 0;
}

static uint32_t load(const uint8_t *bytes, const struct dupcqe_place *place)
{
	uint16_t half;
	uint32_t word;

	if (place->size == sizeof(half)) {
		memcpy(&half, bytes + place->offset, sizeof(half));
		return half;
	}
	memcpy(&word, bytes + place->offset, sizeof(word));
	return word;
}

/* What the decoder would find, with a third of the instructions; false if it has to look itself. */
static bool identity_quick(const struct tep_record *bytes, const struct identity_reader *reader,
			   struct identity *ret_identity)
{
	const struct dupcqe_place *place = reader->decoder->place;
	uint32_t ctrl_id, qid, cid;

	if (!reader->end || (size_t)bytes->size < reader->end)
		return false;
	qid = load(bytes->data, &place[DUPCQE_QID]);
	cid = load(bytes->data, &place[DUPCQE_CID]);
	ctrl_id = load(bytes->data, &place[DUPCQE_CTRL_ID]);
	if ((qid | cid) > UINT16_MAX || ctrl_id > INT32_MAX)
		return false;
	*ret_identity = (struct identity){ ctrl_id, qid, cid };
	return true;
}

static int identity_slow(const struct tep_record *bytes, const struct dupcqe_decoder *decoder,
			 struct identity *ret_identity)
{
	uint64_t value[IDENTITY_FIELDS];
	int i;

	for (i = 0; i < IDENTITY_FIELDS; i++)
		if (dupcqe_decode_number(decoder, identity_fields[i], bytes->data, bytes->size, &value[i]))
			return -ENODATA;
	*ret_identity = (struct identity){ value[0], value[1], value[2] };
	return 0;
}

int record_identity(const void *record, const struct identity_reader *reader,
		    struct identity *ret_identity)
{
	const struct tep_record *bytes = record;

	if (!bytes->data || bytes->size < 0)
		return -ENODATA;
	if (identity_quick(bytes, reader, ret_identity))
		return 0;
	return identity_slow(bytes, reader->decoder, ret_identity);
}
