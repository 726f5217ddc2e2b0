// SPDX-License-Identifier: LGPL-2.1-or-later
#include <endian.h>
#include <string.h>
#include "decode_record.h"

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

bool dupcqe_record_place(const struct dupcqe_record *record, struct dupcqe_place place, uint64_t *ret_value)
{
	uint64_t value;

	if (place.offset > record->size || record->size - place.offset < place.size)
		return false;
	value = load(record->bytes + place.offset, place.size, record->big_endian);
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

bool dupcqe_record_number(const struct dupcqe_record *record, struct dupcqe_place place,
			  const struct dupcqe_want *want, uint64_t *ret_value)
{
	return dupcqe_record_place(record, place, ret_value) &&
	       (want->kind == DUPCQE_BITS || representable(*ret_value, place, want));
}

/* The kernel puts dynamic data behind all fields: a locator that points among them lies. */
static bool locate(const struct dupcqe_record *record, struct dupcqe_place place, size_t *ret_at,
		   size_t *ret_size)
{
	uint64_t locator;

	if (!dupcqe_record_place(record, place, &locator))
		return false;
	*ret_at = locator & 0xffff;
	*ret_size = locator >> 16 & 0xffff;
	if (place.flags & DUPCQE_PLACE_RELATIVE)
		*ret_at += place.offset + place.size;
	return *ret_at >= record->fixed_end;
}

bool dupcqe_record_span(const struct dupcqe_record *record, struct dupcqe_place place,
			struct dupcqe_span *ret_span)
{
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

void dupcqe_record_words(const struct dupcqe_record *record, const uint8_t *from, uint32_t *to, size_t count)
{
	size_t i;

	memcpy(to, from, count * DUPCQE_WORD_BYTES);
	if (record->big_endian)
		for (i = 0; i < count; i++)
			to[i] = be32toh(to[i]);
	else
		for (i = 0; i < count; i++)
			to[i] = le32toh(to[i]);
}

/* An empty string still has its terminator; one without any bytes was not recorded. */
bool dupcqe_record_string(const struct dupcqe_record *record, struct dupcqe_place place, char *to, size_t size)
{
	struct dupcqe_span span;
	size_t len;

	if (!dupcqe_record_span(record, place, &span) || !span.size || span.inside < span.size)
		return false;
	len = strnlen((const char *)span.at, span.size);
	if (len > size - 1)
		len = size - 1;
	memcpy(to, span.at, len);
	to[len] = '\0';
	return true;
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

void dupcqe_want_store(struct dupcqe_event *event, enum dupcqe_field field, uint64_t value)
{
	store((char *)event + dupcqe_wants[field].at, dupcqe_wants[field].size, value);
	event->has |= DUPCQE_BIT(field);
}
