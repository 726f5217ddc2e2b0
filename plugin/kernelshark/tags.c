// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include "tags.h"

enum { FIRST_SHIFT = 58 };

int tags_init(struct tags *tags, size_t count)
{
	unsigned int shift = FIRST_SHIFT;
	size_t size;

	while ((size = (size_t)1 << (64 - shift)) < 2 * count)
		shift--;
	tags->slots = calloc(size, sizeof(*tags->slots));
	tags->number = calloc(size, sizeof(*tags->number));
	tags->size = size;
	tags->shift = shift;
	tags->count = 0;
	if (tags->slots && tags->number)
		return 0;
	tags_free(tags);
	return -ENOMEM;
}

void tags_free(struct tags *tags)
{
	free(tags->slots);
	free(tags->number);
	tags->slots = NULL;
	tags->number = NULL;
}

/* 61 bits; the last one tells it from a free slot */
static uint64_t key(int32_t ctrl_id, uint16_t qid, uint16_t cid)
{
	return (uint64_t)(uint32_t)ctrl_id << 29 | (uint64_t)qid << 13 | (cid & 0xfff) << 1 | 1;
}

/* Its slot, or the free one that it may take. */
static size_t slot_of(const struct tags *tags, uint64_t wanted)
{
	/* the upper bits of the product depend on all bits of the key */
	size_t at = wanted * UINT64_C(0x9e3779b97f4a7c15) >> tags->shift;

	while (tags->slots[at] && tags->slots[at] != wanted)
		at = (at + 1) & (tags->size - 1);
	return at;
}

uint32_t tags_add(struct tags *tags, int32_t ctrl_id, uint16_t qid, uint16_t cid)
{
	uint64_t wanted = key(ctrl_id, qid, cid);
	size_t at = slot_of(tags, wanted);

	if (!tags->slots[at]) {
		tags->slots[at] = wanted;
		tags->number[at] = tags->count++;
	}
	return tags->number[at];
}

uint32_t tags_find(const struct tags *tags, int32_t ctrl_id, uint16_t qid, uint16_t cid)
{
	size_t at = slot_of(tags, key(ctrl_id, qid, cid));

	return tags->slots[at] ? tags->number[at] : TAG_NONE;
}
