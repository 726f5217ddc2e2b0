// SPDX-License-Identifier: LGPL-2.1-or-later
/* The first step: which fields a format has, by name and of a type that can be read. */
#include <stddef.h>
#include <string.h>
#include <errno.h>
#include <traceevent/event-parse.h>
#include "decode_fields.h"

#define SIZE(member)		 sizeof(((struct dupcqe_event *)0)->member)
#define PLACE(member)		 offsetof(struct dupcqe_event, member), SIZE(member)
#define WANT(kind, member, gate) #member, kind, PLACE(member), gate

const struct dupcqe_want dupcqe_wants[DUPCQE_FIELDS] = {
	[DUPCQE_RESULT] = { WANT(DUPCQE_UNSIGNED, result, 0) },
	[DUPCQE_SQ_DMA] = { WANT(DUPCQE_UNSIGNED, sq_dma, 0x100) },
	[DUPCQE_CQ_DMA] = { WANT(DUPCQE_UNSIGNED, cq_dma, 0x100) },
	[DUPCQE_CTRL_ID] = { WANT(DUPCQE_SIGNED, ctrl_id, 0) },
	[DUPCQE_Q_DEPTH] = { WANT(DUPCQE_UNSIGNED, q_depth, 0x004) },
	[DUPCQE_Q_FLAGS] = { WANT(DUPCQE_UNSIGNED, q_flags, 0x080) },
	[DUPCQE_NSID] = { WANT(DUPCQE_UNSIGNED, nsid, 0x002) },
	[DUPCQE_PRESENT] = { WANT(DUPCQE_BITS, present, 0) },
	[DUPCQE_QID] = { WANT(DUPCQE_UNSIGNED, qid, 0) },
	[DUPCQE_CID] = { WANT(DUPCQE_UNSIGNED, cid, 0) },
	[DUPCQE_SQ_HEAD] = { WANT(DUPCQE_UNSIGNED, sq_head, 0) },
	[DUPCQE_SQ_ID] = { WANT(DUPCQE_UNSIGNED, sq_id, 0) },
	[DUPCQE_STATUS] = { WANT(DUPCQE_UNSIGNED, status, 0) },
	[DUPCQE_TAG] = { WANT(DUPCQE_UNSIGNED, tag, 0) },
	[DUPCQE_SQ_TAIL] = { WANT(DUPCQE_UNSIGNED, sq_tail, 0x008) },
	[DUPCQE_LAST_SQ_TAIL] = { WANT(DUPCQE_UNSIGNED, last_sq_tail, 0x010) },
	[DUPCQE_CQ_HEAD] = { WANT(DUPCQE_UNSIGNED, cq_head, 0x020) },
	[DUPCQE_CQ_VECTOR] = { WANT(DUPCQE_UNSIGNED, cq_vector, 0x040) },
	[DUPCQE_RQ_CID] = { WANT(DUPCQE_UNSIGNED, rq_cid, 0x002) },
	[DUPCQE_CQW_SLOT] = { WANT(DUPCQE_UNSIGNED, cqw_slot, 0x200) },
	[DUPCQE_SQE_SLOT] = { WANT(DUPCQE_UNSIGNED, sqe_slot, 0x400) },
	[DUPCQE_CQ_PHASE] = { WANT(DUPCQE_UNSIGNED, cq_phase, 0x020) },
	[DUPCQE_REASON] = { WANT(DUPCQE_UNSIGNED, reason, 0) },
	[DUPCQE_GENCTR] = { WANT(DUPCQE_UNSIGNED, genctr, 0) },
	[DUPCQE_EXPECTED_GENCTR] = { WANT(DUPCQE_UNSIGNED, expected_genctr, 0x001) },
	[DUPCQE_RQ_STATE] = { WANT(DUPCQE_UNSIGNED, rq_state, 0x001) },
	[DUPCQE_OPCODE] = { WANT(DUPCQE_UNSIGNED, opcode, 0x002) },
	[DUPCQE_CQW] = { WANT(DUPCQE_WORDS, cqw, 0x200) },
	[DUPCQE_SQE] = { WANT(DUPCQE_WORDS, sqe, 0x400) },
	[DUPCQE_TRANSPORT] = { WANT(DUPCQE_STRING, transport, 0) },
	[DUPCQE_ADDR] = { WANT(DUPCQE_STRING, addr, 0) },
	[DUPCQE_TRSVCID] = { WANT(DUPCQE_STRING, trsvcid, 0) },
};

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

static bool suits(const struct tep_format_field *field, enum dupcqe_kind kind)
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

static bool fits_place(const struct tep_format_field *field)
{
	return field->offset >= 0 && field->offset <= UINT16_MAX && field->size > 0 &&
	       field->size <= UINT16_MAX;
}

static struct dupcqe_place place_of(const struct tep_format_field *field)
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

	if (!fits_place(field))
		return;
	end = field->offset + field->size;
	if (decoder->fixed_end < end)
		decoder->fixed_end = end;
	if (i < 0 || decoder->found & DUPCQE_BIT(i) || !suits(field, dupcqe_wants[i].kind))
		return;
	decoder->place[i] = place_of(field);
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
	*ret_decoder = decoder;
	return 0;
}
