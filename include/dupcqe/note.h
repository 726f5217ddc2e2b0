/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the driver said before a hit, from the probe event nvme:nvme_dup_cqe_why (dupcqe/probe.h): the reason, the
 * generations, and the entry, where the compiler no longer needs that when the hit is printed. The driver prints it on the
 * same CPU before the message that is the hit. But where the kernel limits the rate of messages, it limits that of the
 * hits and that of the reasons apart, so that either may be missing, and the last note may be of a completion before this
 * one: a note is joined only to the hit that it fits (dupcqe_note_join_at()). A reader keeps the last note of each CPU, in
 * the order of the CPU's ring:
 *
 *	struct dupcqe_note note[cpus] = { 0 };		for each CPU, zeroed at the start and where records were lost
 *	record of nvme_dup_cqe_why:	dupcqe_note_decode(..., &got);
 *					got.ns = time of the record;
 *					if (got.suppressed) lost += got.suppressed; else note[cpu] = got;
 *	record of nvme_dup_cqe:		dupcqe_decode(..., &event);
 *					dupcqe_note_join_at(&note[cpu], time of the record, &event);
 *
 * A reader that does not join loses nothing but these fields.
 */
#ifndef DUPCQE_NOTE_H
#define DUPCQE_NOTE_H

#include <stddef.h>
#include "dupcqe/decode.h"

/* What stood where a register pointed: the entry alone, or a window with the entry at DUPCQE_WINDOW_BEFORE. */
struct dupcqe_note_entry {
	char name[8];
	uint64_t at;
	uint16_t bytes; /* of the window: of one entry, or all */
	uint8_t window[4 * DUPCQE_CQE_WORDS * DUPCQE_WINDOW_CQES]; /* as it is in memory */
};

/* A plain value of 3 kB. */
struct dupcqe_note {
	uint8_t reason;		 /* enum dupcqe_reason: unknown tag, stale generation; 0: there is no note */
	uint8_t genctr;		 /* stale generation: as the CQE has it, 0 to 15 */
	uint8_t expected_genctr; /* likewise: as the request wants it */
	uint16_t tag;		 /* 0 to 4095 */
	int32_t ctrl_id;	 /* -1: not known */
	uint32_t suppressed;	 /* hits of which a rate-limited kernel did not tell; then the rest is 0 */
	uint64_t ns;		 /* of the trace's clock, set by who reads the ring; 0: not known */
	char transport[8];	 /* "pcie", "tcp"; "": the message does not tell */
	unsigned int entries;	 /* registers: private to lib/ */
	struct dupcqe_note_entry entry[DUPCQE_REGISTERS];
};

struct dupcqe_note_decoder {
	bool big_endian;
	uint32_t fixed_end;
	struct dupcqe_place place[8]; /* private to lib/decode_note*.c; size 0: not there */
	unsigned int registers;
	struct dupcqe_register reg[DUPCQE_REGISTERS];
};

/* Look the fields up. Returns 0, or -ENOENT if the format is not that of our probe; then *ret_decoder is untouched. */
int dupcqe_note_decoder_init(const struct tep_event *event, struct dupcqe_note_decoder *ret_decoder);

/*
 * Decode the size bytes of record. Returns 0; -ENOMSG if it is a message of somebody else (the buffer has no filter), or
 * -ENODATA if the record is cut or makes no sense. *ret_note is untouched on failure.
 */
int dupcqe_note_decode(const struct dupcqe_note_decoder *decoder, const void *record, size_t size,
		       struct dupcqe_note *ret_note);

/*
 * Give event what note knows, if it fits: event came from the probe, with the same tag, generation, controller and
 * transport, as far as the note has them; its queue, if that has proved itself, has the entry at its head where one of the
 * note's registers pointed (a note without registers is taken by the rest); and the note is not later than ns, the time of
 * the hit, nor more than DUPCQE_NOTE_NS earlier. Where ns or note->ns is 0 the time is not looked at.
 * What is given: reason, expected_genctr, and the entry with its window if the event has none and the note's proves
 * itself. The note is used up either way (its reason is 0). Returns whether it was joined.
 */
enum { DUPCQE_NOTE_NS = 1000000000 };

bool dupcqe_note_join_at(struct dupcqe_note *note, uint64_t ns, struct dupcqe_event *event);

/* The same without the time. */
bool dupcqe_note_join(struct dupcqe_note *note, struct dupcqe_event *event);

#endif
