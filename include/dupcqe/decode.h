/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a trace record to the model, in two steps: look the fields up by name, once for each trace, then
 * decode its records. The only header of the library that knows libtraceevent.
 *
 * A decoder belongs to its caller, holds nothing that must be freed, and is not changed by decoding; it is
 * valid as long as the tep_event that it was made from. Two traces have two decoders.
 */
#ifndef DUPCQE_DECODE_H
#define DUPCQE_DECODE_H

#include <stddef.h>
#include "dupcqe/event.h"

struct tep_event;

/* Where a field stands in a record. */
struct dupcqe_place {
	uint16_t offset;	/* bytes from the start of the record */
	uint16_t size;		/* bytes; of a dynamic array: of its locator */
	uint8_t flags;		/* private to lib/decode*.c; 0: an unsigned number */
};

/*
 * The probe's format (dupcqe/probe.h): what stands where a register points, if that is the queue or the entry. Which
 * register is which, each record has to prove. Private to lib/decode*.c.
 */
enum dupcqe_through {
	DUPCQE_THROUGH_DEVICE,
	DUPCQE_THROUGH_QUEUES,
	DUPCQE_THROUGH_QID,
	DUPCQE_THROUGH_Q_DEPTH,
	DUPCQE_THROUGH_SQ_TAIL,
	DUPCQE_THROUGH_LAST_SQ_TAIL,
	DUPCQE_THROUGH_CQ_HEAD,
	DUPCQE_THROUGH_CQ_PHASE,
	DUPCQE_THROUGH_CQ_VECTOR,
	DUPCQE_THROUGH_Q_FLAGS,
	DUPCQE_THROUGH_SQ_DMA,
	DUPCQE_THROUGH_CQ_DMA,
	DUPCQE_THROUGH_CQES,
	DUPCQE_THROUGH_CQW,
	DUPCQE_THROUGHS,
};

struct dupcqe_register {
	char name[8];
	struct dupcqe_place value;
	struct dupcqe_place place[DUPCQE_THROUGHS]; /* size 0: not there */
};

enum { DUPCQE_REGISTERS = 10 };

struct dupcqe_probe_format {
	bool is;	/* else nothing here counts */
	struct dupcqe_place version, fmt, device, queue_size, traddr;
	unsigned int registers;
	struct dupcqe_register reg[DUPCQE_REGISTERS];
};

struct dupcqe_decoder {
	uint64_t found;		/* DUPCQE_BIT() of each field that the event's format has */
	bool big_endian;	/* the traced machine */
	uint32_t fixed_end;	/* where the fields end and the dynamic data begin */
	struct dupcqe_place place[DUPCQE_FIELDS];
	struct dupcqe_probe_format probe;
};

/*
 * Look the fields of event up. A field that is missing, or is of a type that cannot be read as the
 * model wants it, is left out of found.
 * Returns 0, or -ENOENT if the format does not have what makes it our event at all (qid or sq_id, and cid);
 * then *ret_decoder is untouched.
 */
int dupcqe_decoder_init(const struct tep_event *event, struct dupcqe_decoder *ret_decoder);

/*
 * Decode the size bytes of record. Nothing outside them is read, whatever the record claims. A field that
 * lies outside, or whose bit in the record's own `present` is clear, is absent in the result, and so is a number
 * that the model's type cannot hold. Where the format has no tag or genctr they are taken from the cid.
 * Returns 0; -ENODATA if the record is too short for the command id; or, of a probe's record, -ENOMSG if it is another
 * driver's message, which came in because the buffer has no filter. Then *ret_event is untouched.
 */
int dupcqe_decode(const struct dupcqe_decoder *decoder, const void *record, size_t size,
		  struct dupcqe_event *ret_event);

/*
 * One number of a record, for who reads millions of records and wants no more of them. Any event has a decoder that has
 * a cid and a qid, nvme_setup_cmd and nvme_complete_rq as well; a field's `present` is not asked.
 * Returns 0, or -ENODATA if the format does not have the field, if it is no number, lies outside of the record, or
 * does not fit the model's type; then *ret_value is untouched.
 */
int dupcqe_decode_number(const struct dupcqe_decoder *decoder, enum dupcqe_field field,
			 const void *record, size_t size, uint64_t *ret_value);

#endif
