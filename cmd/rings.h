/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rings of the queue of one hit, as they stand in a crash dump. */
#ifndef NVME_DUPCQE_RINGS_H
#define NVME_DUPCQE_RINGS_H

#include <stdbool.h>
#include <stdint.h>
#include "dump.h"
#include "dupcqe/event.h"

enum {
	RING_DEPTH_MIN = 2,
	RING_DEPTH_MAX = 65536,	/* entries, NVMe base specification 2.0, 3.3.3.2 */
	CQE_BYTES = 16,
	SQE_BYTES_MIN = 64,	/* what is decoded of each */
	SQE_BYTES_MAX = 4096,
	RING_WHY = 256,
};

struct ring {
	uint64_t address;	/* physical */
	uint32_t depth;
	uint32_t entry_bytes;
	uint8_t *bytes;		/* all entries; NULL if the ring cannot be read */
	bool *missing;		/* of each entry: it is not in the dump */
	int err;		/* why there are no bytes: of dump_read() */
	char why[RING_WHY];	/* the same for people */
};

struct rings {
	struct dupcqe_event event;	/* as the line has it, and what the rings add to that */
	struct ring cq, sq;
	bool at_head;			/* the entry at the head is still the refused one */
	int sqe_slot;			/* of the entry that carried the command id last; -1 if it is not there */
};

/*
 * Read both rings at the addresses of event. Nothing is said; what could not be read is in each ring's err. at_head and
 * sqe_slot are set, and in the event the window and the submission entry where they are the hit's own.
 * Returns 0, or -ENOMEM. For rings_free() in any case.
 */
int rings_read(struct dump *dump, const struct dupcqe_event *event, uint32_t sqe_bytes, struct rings *ret_rings);
void rings_free(struct rings *rings);

/* Whether the completion ring may be one of the event's queue: an entry is of its submission queue. True if nobody
 * knows. */
bool rings_look_right(const struct rings *rings);

/* Word number index of an entry (not missing), in the byte order of this machine. */
uint32_t ring_word(const struct ring *ring, uint32_t slot, unsigned int index);

/*
 * A line of a kernel log that says that an IOMMU translates for the controller with the bus address addr. NULL if there
 * is none, or if it passes all through.
 */
const char *iommu_line(const char *log, size_t length, const char *addr, size_t *ret_length);

/* What there is to show. */
struct rings_view {
	const char *file;
	const struct dump *dump;
	const struct rings *rings;
	const char *line;	/* of the log; NULL if there was none */
	size_t line_length;
	bool all;		/* the whole rings, not what is around the hit */
};

void rings_print(const struct rings_view *view);
void rings_print_json(const struct rings_view *view);

/* The slots that are shown of a ring: count of them from first on, over the ring's end. */
struct slots {
	uint32_t first, count;
};

struct slots cq_slots(const struct rings_view *view);
struct slots sq_slots(const struct rings_view *view);

#endif
