/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event as this kernel has it now: its number, its format, and how a raw page of it is read. It
 * never loads a plugin of libtraceevent: the environment and HOME would choose code for a process
 * of root.
 */
#ifndef NVME_DUPCQED_SOURCE_EVENT_H
#define NVME_DUPCQED_SOURCE_EVENT_H

#include <stddef.h>
#include "dupcqe/decode.h"
#include "hit.h"

struct tep_handle;
struct kbuffer;

struct source_event {
	char name[128];	  /* "system:event" */
	int id;		  /* -1: this kernel does not have it now */
	int refused;	  /* an id that has not the fields, logged once; 0: none */
	size_t page_size; /* bytes of a raw page */
	struct tep_handle *tep;
	struct kbuffer *pages;
	struct dupcqe_decoder decoder;
	uint16_t pid_offset;
};

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

struct source_event_page {
	unsigned int records;
	unsigned int undecodable;
};

/* Call hit for each record of a page, in its order, with all but cpu and identity filled into
 * *scratch. */
struct source_event_page source_event_page(struct source_event *event, void *page,
					   struct hit *scratch,
					   void (*hit)(void *context, struct hit *hit),
					   void *context);

#endif
