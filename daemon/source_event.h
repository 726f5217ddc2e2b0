/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event as this kernel has it now: its number, its format, and how a raw page of it is read. Where it is a
 * probe's (dupcqe/probe.h) there is a second one, NAME_why, with what the driver says beside a hit. It
 * never loads a plugin of libtraceevent: the environment and HOME would choose code for a process
 * of root.
 */
#ifndef NVME_DUPCQED_SOURCE_EVENT_H
#define NVME_DUPCQED_SOURCE_EVENT_H

#include <stddef.h>
#include "dupcqe/note.h"
#include "hit.h"

struct tep_handle;
struct kbuffer;

struct source_event {
	char name[128];	  /* "system:event" */
	char why_name[136];
	int id;		  /* -1: this kernel does not have it now */
	int why_id;	  /* likewise; the driver's own event has none beside it */
	bool is_made;	  /* of a kprobe or a uprobe, by whomever */
	int refused;	  /* an id that has not the fields, logged once; 0: none */
	size_t page_size; /* bytes of a raw page */
	struct tep_handle *tep;
	struct kbuffer *pages;
	struct dupcqe_decoder decoder;
	struct dupcqe_note_decoder why;
	uint16_t pid_offset;
};

/* A filter names fields of the record alone. UINT64_MAX: the driver's event, or none. */
uint64_t source_event_fields(const struct source_event *event);

/* Whether it is a probe's. */
bool source_event_is_probe(const struct source_event *event);

/* Returns 0 or -errno (-EINVAL: name is not "system:event"). Only the size of a page is looked up
 * yet. */
int source_event_init(struct source_event *event, const char *name, int instance);
void source_event_done(struct source_event *event);

/*
 * Look whether the event is there, and read its format if it is not the one known. Returns 0;
 * -ENOENT if the kernel has none; -EPROTO if it is not one of ours, logged; or -errno. event->id
 * tells whether it became another one.
 */
int source_event_look(struct source_event *event, int instance);

/* It has gone: another one that comes in its place may have its number, and another format. */
void source_event_forget(struct source_event *event);

/* The number that the event has now, known or not; -1: there is none. */
int source_event_id(const struct source_event *event, int instance);

struct source_event_page {
	unsigned int records;
	unsigned int undecodable;
	unsigned int beside;	 /* understood, and no hit: notes, and messages of others that a probe caught */
	uint64_t suppressed;	 /* hits of which a rate-limited kernel told no more than the number */
};

/*
 * Call hit for each hit of a page, in its order, with all but cpu and identity filled into *scratch. note is what was
 * said last on this CPU, from page to page; zeroed at first.
 */
struct source_event_page source_event_page(struct source_event *event, void *page, struct dupcqe_note *note,
					   struct hit *scratch,
					   void (*hit)(void *context, struct hit *hit),
					   void *context);

#endif
