// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The second step: a record into the model. What does not add up is absent.
 */
#include <errno.h>
#include <string.h>
#include "decode_probe.h"

struct decoding {
	const struct dupcqe_decoder *decoder;
	struct dupcqe_record record;
};

static bool take_number(const struct decoding *decoding, int field, struct dupcqe_event *event)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];
	uint64_t value;

	if (!dupcqe_record_number(&decoding->record, decoding->decoder->place[field], want, &value))
		return false;
	dupcqe_want_store(event, field, value);
	return true;
}

static bool find_span(const struct decoding *decoding, int field, struct dupcqe_span *ret_span)
{
	return dupcqe_record_span(&decoding->record, decoding->decoder->place[field], ret_span);
}

/* A completion is good without its neighbours: as many as are whole. */
static bool take_cqw(const struct decoding *decoding, struct dupcqe_event *event)
{
	struct dupcqe_span span;
	size_t count;

	if (!find_span(decoding, DUPCQE_CQW, &span))
		return false;
	count = span.inside / sizeof(event->cqw[0]);
	if (count > DUPCQE_WINDOW_CQES)
		count = DUPCQE_WINDOW_CQES;
	dupcqe_record_words(&decoding->record, span.at, &event->cqw[0][0], count * DUPCQE_CQE_WORDS);
	event->cqw_count = count;
	event->cqw_cut = count && span.inside < span.size;
	return count > 0;
}

/* A command without its last words is none. */
static bool take_sqe(const struct decoding *decoding, struct dupcqe_event *event)
{
	struct dupcqe_span span;

	if (!find_span(decoding, DUPCQE_SQE, &span) || span.inside < sizeof(event->sqe))
		return false;
	dupcqe_record_words(&decoding->record, span.at, event->sqe, DUPCQE_SQE_WORDS);
	return true;
}

static bool take_string(const struct decoding *decoding, int field, struct dupcqe_event *event)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];

	return dupcqe_record_string(&decoding->record, decoding->decoder->place[field], (char *)event + want->at,
				    want->size);
}

static bool take(const struct decoding *decoding, int field, struct dupcqe_event *event)
{
	switch (dupcqe_wants[field].kind) {
	case DUPCQE_WORDS:
		return field == DUPCQE_CQW ? take_cqw(decoding, event) : take_sqe(decoding, event);
	case DUPCQE_STRING:
		return take_string(decoding, field, event);
	default:
		return take_number(decoding, field, event);
	}
}

/*
 * The bits that vouch for fields. An event without the field `present` (one made from a probe) has
 * just what its format has; where the format has it but the record was cut before it, nothing is
 * vouched for.
 */
static uint16_t gates(const struct decoding *decoding, const struct dupcqe_event *event)
{
	if (decoding->decoder->found & DUPCQE_BIT(DUPCQE_PRESENT))
		return event->present;
	return UINT16_MAX;
}

/*
 * Tag and generation are no more than the two parts of the command id (nvme_tag_from_cid() and
 * nvme_genctr_from_cid() of drivers/nvme/host/nvme.h): an event made from a probe need not have
 * them.
 */
static void derive(uint64_t found, struct dupcqe_event *event)
{
	if (!(found & DUPCQE_BIT(DUPCQE_TAG)))
		event->tag = event->cid & 0xfff;
	if (!(found & DUPCQE_BIT(DUPCQE_GENCTR)))
		event->genctr = event->cid >> 12;
	event->has |= ~found & (DUPCQE_BIT(DUPCQE_TAG) | DUPCQE_BIT(DUPCQE_GENCTR));
}

static void take_all(const struct decoding *decoding, struct dupcqe_event *event)
{
	uint64_t left = decoding->decoder->found;
	uint16_t open;
	int field;

	if (left & DUPCQE_BIT(DUPCQE_PRESENT) && take_number(decoding, DUPCQE_PRESENT, event))
		event->has |= DUPCQE_BIT(DUPCQE_PRESENT);
	left &= ~DUPCQE_BIT(DUPCQE_PRESENT);
	for (open = gates(decoding, event); left; left &= left - 1) {
		field = __builtin_ctzll(left);
		if (dupcqe_wants[field].gate && !(dupcqe_wants[field].gate & open))
			continue;
		if (take(decoding, field, event))
			event->has |= DUPCQE_BIT(field);
	}
}

int dupcqe_decode(const struct dupcqe_decoder *decoder, const void *record, size_t size,
		  struct dupcqe_event *ret_event)
{
	const struct decoding decoding = {
		decoder,
		{ record, size, decoder->fixed_end, decoder->big_endian },
	};
	const struct dupcqe_message *message = NULL;
	uint64_t cid;
	int err = 0;

	if (!dupcqe_record_number(&decoding.record, decoder->place[DUPCQE_CID], &dupcqe_wants[DUPCQE_CID], &cid))
		return -ENODATA;
	if (decoder->probe.is)
		err = dupcqe_probe_message(&decoding.record, &decoder->probe, &message);
	if (err)
		return err;
	memset(ret_event, 0, sizeof(*ret_event));
	ret_event->big_endian = decoder->big_endian;
	take_all(&decoding, ret_event);
	derive(decoder->found, ret_event);
	if (message)
		dupcqe_probe_complete(&decoding.record, &decoder->probe, message, ret_event);
	return 0;
}

int dupcqe_decode_number(const struct dupcqe_decoder *decoder, enum dupcqe_field field,
			 const void *record, size_t size, uint64_t *ret_value)
{
	const struct dupcqe_record input = { record, size, decoder->fixed_end, decoder->big_endian };
	uint64_t value;

	if (!(decoder->found & DUPCQE_BIT(field)) || dupcqe_wants[field].kind >= DUPCQE_WORDS ||
	    !dupcqe_record_number(&input, decoder->place[field], &dupcqe_wants[field], &value))
		return -ENODATA;
	*ret_value = value;
	return 0;
}
