// SPDX-License-Identifier: GPL-2.0-or-later
/* The model of a submission ring, and of the generations that the driver will want. */
#include <stdio.h>
#include <string.h>

#include "replay.h"

/* A slot of zeros is a Flush of namespace 0: no such namespace, do not retry. */
#define STATUS_INVALID_NSID	0x400b

static unsigned int cid_tag(uint16_t cid)
{
	return cid & 0xfff;
}

static unsigned int cid_gen(uint16_t cid)
{
	return cid >> 12;
}

void ring_init(struct ring *ring, unsigned int depth)
{
	memset(ring, 0, sizeof(*ring));
	ring->depth = depth;
}

/* The driver has just made this queue: zeros in every slot, no tag has a request. */
void ring_fresh(struct ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->depth; i++)
		ring->slots[i] = (struct slot) {
			.state = SLOT_NEVER, .status = STATUS_INVALID_NSID,
		};
	ring_forget_tags(ring);
	ring->tail = 0;
	ring->tail_known = true;
}

void ring_forget_slots(struct ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->depth; i++)
		ring->slots[i] = (struct slot) { .state = SLOT_UNKNOWN };
}

void ring_forget_tags(struct ring *ring)
{
	memset(ring->tags, 0, sizeof(ring->tags));
}

unsigned int ring_step(const struct ring *ring, unsigned int pos, unsigned int n)
{
	return (pos + n) % ring->depth;
}

/* The driver bumps the generation when a command completes: ours all did. */
void ring_add(struct ring *ring, const struct slot *slot)
{
	struct tag *tag = &ring->tags[cid_tag(slot->cid)];

	ring->slots[ring->tail] = *slot;
	ring->tail = ring_step(ring, ring->tail, 1);
	tag->used = true;
	tag->next = (cid_gen(slot->cid) + 1) % REPLAY_GENS;
}

bool ring_is_safe(const struct ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->depth; i++)
		if (ring->slots[i].state != SLOT_OURS && ring->slots[i].state != SLOT_NEVER)
			return false;
	return true;
}

bool ring_has_foreign(const struct ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->depth; i++)
		if (ring->slots[i].state == SLOT_FOREIGN)
			return true;
	return false;
}

/* How often the tag of the entry at @pos was used in this ring, that entry included. */
unsigned int ring_uses(const struct ring *ring, unsigned int pos)
{
	unsigned int tag = cid_tag(ring->slots[pos].cid);
	unsigned int i, uses = 0;

	for (i = 0; i < ring->depth; i++)
		uses += cid_tag(ring->slots[i].cid) == tag;
	return uses;
}

enum cqe_class ring_class(const struct ring *ring, unsigned int pos)
{
	uint16_t cid = ring->slots[pos].cid;
	const struct tag *tag = &ring->tags[cid_tag(cid)];

	if (!tag->used)
		return CLASS_UNKNOWN_TAG;
	return tag->next == cid_gen(cid) ? CLASS_MATCH : CLASS_STALE;
}

const char *ring_class_name(enum cqe_class class)
{
	static const char * const names[CLASS_COUNT] = {
		[CLASS_UNKNOWN_TAG] = "unknown-tag",
		[CLASS_STALE] = "stale",
		[CLASS_MATCH] = "match",
	};

	return names[class];
}

static const char *state_name(enum slot_state state)
{
	static const char * const names[] = {
		[SLOT_UNKNOWN] = "unknown",
		[SLOT_NEVER] = "never",
		[SLOT_OURS] = "ours",
		[SLOT_FOREIGN] = "foreign",
	};

	return names[state];
}

static void print_entry(const struct slot *slot)
{
	printf(" cid=0x%04x opcode=0x%02x nsid=0x%x", slot->cid, slot->opcode, slot->nsid);
}

static void print_answer(const struct slot *slot)
{
	printf(" status=0x%04x result=0x%x", slot->status, slot->result);
}

void ring_print_slots(const struct ring *ring)
{
	unsigned int i;

	for (i = 0; i < ring->depth; i++) {
		printf("slot=%u", i);
		print_entry(&ring->slots[i]);
		printf(" state=%s\n", state_name(ring->slots[i].state));
	}
}

void ring_print_cqe(const struct ring *ring, unsigned long nr, unsigned int pos)
{
	const struct slot *slot = &ring->slots[pos];
	enum cqe_class class = ring_class(ring, pos);

	printf("cqe=%lu slot=%u", nr, pos);
	print_entry(slot);
	print_answer(slot);
	printf(" tag=%u got=%u", cid_tag(slot->cid), cid_gen(slot->cid));
	if (class == CLASS_UNKNOWN_TAG)
		printf(" expected=-");
	else
		printf(" expected=%u", ring->tags[cid_tag(slot->cid)].next);
	printf(" class=%s\n", ring_class_name(class));
}
