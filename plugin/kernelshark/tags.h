/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tags that duplicates name: of all commands of a trace only those with one of them matter, which in a trace of
 * millions is a handful.
 */
#ifndef KSHARK_TAGS_H
#define KSHARK_TAGS_H

#include "trace.h"

struct tags {
	uint64_t *slots; /* 0: free */
	uint32_t *number;
	size_t size;	 /* 1 << (64 - shift) */
	unsigned int shift;
	uint32_t count;
};

enum { TAG_NONE = UINT32_MAX };

/* Room for the tags of count hits. Returns 0 or -ENOMEM. */
int tags_init(struct tags *tags, size_t count);
void tags_free(struct tags *tags);

/* The number of a tag of a queue of a controller, from 0; a new one if it has none yet. */
uint32_t tags_add(struct tags *tags, int32_t ctrl_id, uint16_t qid, uint16_t cid);

/* ... or TAG_NONE */
uint32_t tags_find(const struct tags *tags, int32_t ctrl_id, uint16_t qid, uint16_t cid);

static inline unsigned int cid_generation(uint16_t cid)
{
	return cid >> 12;
}

#endif
