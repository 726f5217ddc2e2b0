// SPDX-License-Identifier: LGPL-2.1-or-later
/* The first step: which fields a format has, by name and of a type that can be read. */
#include <string.h>
#include <errno.h>
#include <traceevent/event-parse.h>
#include "decode_fields.h"

static bool is_number(const struct tep_format_field *field)
{
	const unsigned long other = TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_POINTER |
				    TEP_FIELD_IS_STRING | TEP_FIELD_IS_DYNAMIC;

	return !(field->flags & other) &&
	       (field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8);
}

static bool is_array(const struct tep_format_field *field)
{
	return (field->flags & TEP_FIELD_IS_ARRAY) && !(field->flags & TEP_FIELD_IS_POINTER) &&
	       (!(field->flags & TEP_FIELD_IS_DYNAMIC) || field->size == DUPCQE_LOCATOR_BYTES);
}

bool dupcqe_field_suits(const struct tep_format_field *field, enum dupcqe_kind kind)
{
	switch (kind) {
	case DUPCQE_WORDS:
		return is_array(field) && field->elementsize == DUPCQE_WORD_BYTES;
	case DUPCQE_STRING:
		return is_array(field) && (field->flags & TEP_FIELD_IS_STRING);
	default:
		return is_number(field);
	}
}

bool dupcqe_field_fits(const struct tep_format_field *field)
{
	return field->offset >= 0 && field->offset <= UINT16_MAX && field->size > 0 &&
	       field->size <= UINT16_MAX;
}

struct dupcqe_place dupcqe_field_place(const struct tep_format_field *field)
{
	return (struct dupcqe_place){
		.offset = field->offset,
		.size = field->size,
		.flags = (field->flags & TEP_FIELD_IS_SIGNED ? DUPCQE_PLACE_SIGNED : 0) |
			 (field->flags & TEP_FIELD_IS_DYNAMIC ? DUPCQE_PLACE_DYNAMIC : 0) |
			 (field->flags & TEP_FIELD_IS_RELATIVE ? DUPCQE_PLACE_RELATIVE : 0),
	};
}

static int field_by_name(const char *name)
{
	int i;

	for (i = 0; i < DUPCQE_FIELDS; i++)
		if (!strcmp(dupcqe_wants[i].name, name))
			return i;
	return -1;
}

/* Of two fields of one name the first that suits is taken. */
static void note_field(struct dupcqe_decoder *decoder, const struct tep_format_field *field)
{
	int i = field_by_name(field->name);
	uint32_t end;

	if (!dupcqe_field_fits(field))
		return;
	end = field->offset + field->size;
	if (decoder->fixed_end < end)
		decoder->fixed_end = end;
	if (i < 0 || decoder->found & DUPCQE_BIT(i) || !dupcqe_field_suits(field, dupcqe_wants[i].kind))
		return;
	decoder->place[i] = dupcqe_field_place(field);
	decoder->found |= DUPCQE_BIT(i);
}

int dupcqe_decoder_init(const struct tep_event *event, struct dupcqe_decoder *ret_decoder)
{
	struct dupcqe_decoder decoder = { .big_endian = tep_is_file_bigendian(event->tep) };
	const struct tep_format_field *field;

	for (field = event->format.fields; field; field = field->next)
		note_field(&decoder, field);
	if (!(decoder.found & DUPCQE_BIT(DUPCQE_CID)) ||
	    !(decoder.found & (DUPCQE_BIT(DUPCQE_QID) | DUPCQE_BIT(DUPCQE_SQ_ID))))
		return -ENOENT;
	dupcqe_probe_fields(event, &decoder.probe);
	*ret_decoder = decoder;
	return 0;
}
