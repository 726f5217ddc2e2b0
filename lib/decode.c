// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The second step: a record into the model. Nothing that stands in a record is believed, it comes
 * out of a file: each read is held against the record's size, and what does not add up is absent.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include "decode_fields.h"

struct record {
	const struct dupcqe_decoder *decoder;
	const uint8_t *bytes;
	size_t size;
};

static uint64_t load(const uint8_t *at, size_t size, bool big_endian)
{
	uint16_t half;
	uint32_t word;
	uint64_t both;

	switch (size) {
	case 1:
		return *at;
	case 2:
		memcpy(&half, at, sizeof(half));
		return big_endian ? be16toh(half) : le16toh(half);
	case 4:
		memcpy(&word, at, sizeof(word));
		return big_endian ? be32toh(word) : le32toh(word);
	default:
		memcpy(&both, at, sizeof(both));
		return big_endian ? be64toh(both) : le64toh(both);
	}
}

static bool negative(uint64_t value, size_t size)
{
	return value >> (8 * size - 1);
}

/* The number at a place, its sign extended; false if the place is not inside the record. */
static bool load_place(const struct record *record, struct dupcqe_place place, uint64_t *ret_value)
{
	uint64_t value;

	if (place.offset > record->size || record->size - place.offset < place.size)
		return false;
	value = load(record->bytes + place.offset, place.size, record->decoder->big_endian);
	if (place.flags & DUPCQE_PLACE_SIGNED && negative(value, place.size) && place.size < 8)
		value |= UINT64_MAX << (8 * place.size);
	*ret_value = value;
	return true;
}

/* Whether a number that was read from place is the same number in the type that the model has. */
static bool representable(uint64_t value, struct dupcqe_place place, const struct dupcqe_want *want)
{
	bool below_zero = place.flags & DUPCQE_PLACE_SIGNED && negative(value, 8);

	if (want->kind == DUPCQE_SIGNED)
		return below_zero ? (int64_t)value >= INT32_MIN : value <= INT32_MAX;
	return !below_zero && (want->size == 8 || !(value >> (8 * want->size)));
}

static void store(void *to, size_t size, uint64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)to = value;
		break;
	case 2:
		*(uint16_t *)to = value;
		break;
	case 4:
		*(uint32_t *)to = value;
		break;
	default:
		*(uint64_t *)to = value;
	}
}

static bool load_number(const struct record *record, int field, uint64_t *ret_value)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];
	struct dupcqe_place place = record->decoder->place[field];

	return load_place(record, place, ret_value) &&
	       (want->kind == DUPCQE_BITS || representable(*ret_value, place, want));
}

static bool take_number(const struct record *record, int field, struct dupcqe_event *event)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];
	uint64_t value;

	if (!load_number(record, field, &value))
		return false;
	store((char *)event + want->at, want->size, value);
	return true;
}

/* Bytes of a record: `size` are said to be there, the first `inside` really are. */
struct span {
	const uint8_t *at;
	size_t size, inside;
};

/* The kernel puts dynamic data behind all fields: a locator that points among them lies. */
static bool locate(const struct record *record, struct dupcqe_place place, size_t *ret_at,
		   size_t *ret_size)
{
	uint64_t locator;

	if (!load_place(record, place, &locator))
		return false;
	*ret_at = locator & 0xffff;
	*ret_size = locator >> 16 & 0xffff;
	if (place.flags & DUPCQE_PLACE_RELATIVE)
		*ret_at += place.offset + place.size;
	return *ret_at >= record->decoder->fixed_end;
}

static bool find_span(const struct record *record, int field, struct span *ret_span)
{
	struct dupcqe_place place = record->decoder->place[field];
	size_t at = place.offset, size = place.size;

	if (place.flags & DUPCQE_PLACE_DYNAMIC && !locate(record, place, &at, &size))
		return false;
	if (at > record->size)
		return false;
	ret_span->at = record->bytes + at;
	ret_span->size = size;
	ret_span->inside = size < record->size - at ? size : record->size - at;
	return true;
}

static void load_words(const struct record *record, const uint8_t *from, uint32_t *to, size_t count)
{
	size_t i;

	memcpy(to, from, count * DUPCQE_WORD_BYTES);
	if (record->decoder->big_endian)
		for (i = 0; i < count; i++)
			to[i] = be32toh(to[i]);
	else
		for (i = 0; i < count; i++)
			to[i] = le32toh(to[i]);
}

/* A completion is good without its neighbours: as many as are whole. */
static bool take_cqw(const struct record *record, struct dupcqe_event *event)
{
	struct span span;
	size_t count;

	if (!find_span(record, DUPCQE_CQW, &span))
		return false;
	count = span.inside / sizeof(event->cqw[0]);
	if (count > DUPCQE_WINDOW_CQES)
		count = DUPCQE_WINDOW_CQES;
	load_words(record, span.at, &event->cqw[0][0], count * DUPCQE_CQE_WORDS);
	event->cqw_count = count;
	event->cqw_cut = count && span.inside < span.size;
	return count > 0;
}

/* A command without its last words is none. */
static bool take_sqe(const struct record *record, struct dupcqe_event *event)
{
	struct span span;

	if (!find_span(record, DUPCQE_SQE, &span) || span.inside < sizeof(event->sqe))
		return false;
	load_words(record, span.at, event->sqe, DUPCQE_SQE_WORDS);
	return true;
}

/* An empty string still has its terminator; one without any bytes was not recorded. */
static bool take_string(const struct record *record, int field, struct dupcqe_event *event)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];
	struct span span;
	size_t len;

	if (!find_span(record, field, &span) || !span.size || span.inside < span.size)
		return false;
	len = strnlen((const char *)span.at, span.size);
	if (len > want->size - 1u)
		len = want->size - 1u;
	memcpy((char *)event + want->at, span.at, len);
	return true;
}

static bool take(const struct record *record, int field, struct dupcqe_event *event)
{
	switch (dupcqe_wants[field].kind) {
	case DUPCQE_WORDS:
		return field == DUPCQE_CQW ? take_cqw(record, event) : take_sqe(record, event);
	case DUPCQE_STRING:
		return take_string(record, field, event);
	default:
		return take_number(record, field, event);
	}
}

/*
 * The bits that vouch for fields. An event without the field `present` (one made from a probe) has
 * just what its format has; where the format has it but the record was cut before it, nothing is
 * vouched for.
 */
static uint16_t gates(const struct record *record, const struct dupcqe_event *event)
{
	if (record->decoder->found & DUPCQE_BIT(DUPCQE_PRESENT))
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

static void take_all(const struct record *record, struct dupcqe_event *event)
{
	uint64_t left = record->decoder->found;
	uint16_t open;
	int field;

	if (left & DUPCQE_BIT(DUPCQE_PRESENT) && take_number(record, DUPCQE_PRESENT, event))
		event->has |= DUPCQE_BIT(DUPCQE_PRESENT);
	left &= ~DUPCQE_BIT(DUPCQE_PRESENT);
	for (open = gates(record, event); left; left &= left - 1) {
		field = __builtin_ctzll(left);
		if (dupcqe_wants[field].gate && !(dupcqe_wants[field].gate & open))
			continue;
		if (take(record, field, event))
			event->has |= DUPCQE_BIT(field);
	}
}

int dupcqe_decode(const struct dupcqe_decoder *decoder, const void *record, size_t size,
		  struct dupcqe_event *ret_event)
{
	const struct record input = { decoder, record, size };
	uint64_t cid;

	if (!load_number(&input, DUPCQE_CID, &cid))
		return -ENODATA;
	memset(ret_event, 0, sizeof(*ret_event));
	ret_event->big_endian = decoder->big_endian;
	take_all(&input, ret_event);
	derive(decoder->found, ret_event);
	return 0;
}

int dupcqe_decode_number(const struct dupcqe_decoder *decoder, enum dupcqe_field field,
			 const void *record, size_t size, uint64_t *ret_value)
{
	const struct record input = { decoder, record, size };
	uint64_t value;

	if (!(decoder->found & DUPCQE_BIT(field)) || dupcqe_wants[field].kind >= DUPCQE_WORDS ||
	    !load_number(&input, field, &value))
		return -ENODATA;
	*ret_value = value;
	return 0;
}
