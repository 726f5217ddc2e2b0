/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of tracefs' shape for a trace that is made up: formats, names of tasks and each CPU's pages. The daemon's
 * writer of snapshots turns it into a trace.dat.
 */
#ifndef TESTS_KSHARK_TRACE_ROOM_H
#define TESTS_KSHARK_TRACE_ROOM_H

#include <limits.h>
#include "trace-pages.h"
#include "trace-record.h"

enum { ROOM_CPUS = 256, ROOM_EVENTS = 8 };

struct room {
	char path[PATH_MAX];
	const char *kernel;
	struct tep_handle *tep;
	FILE *names;			/* saved_cmdlines */
	unsigned char *named;		/* a bit for each pid that stands there */
	unsigned int events;
	const struct tep_event *event[ROOM_EVENTS];
	unsigned int cpus;
	struct pages *cpu[ROOM_CPUS];	/* NULL: without records so far */
};

/* Formats are those of tests/plugin/formats/KERNEL. Returns 0 or -errno; room_close() is due in any case. */
int room_open(struct room *room, const char *kernel);
void room_close(struct room *room);

/* Let this event be in the trace. Returns 0; -ENOENT: there is no such format; or -errno. */
int room_add_event(struct room *room, const char *name);
/* All events that there are formats of. */
int room_add_all_events(struct room *room);

/* NULL: it is not in this trace. */
const struct tep_event *room_event(const struct room *room, const char *name);

/* A CPU's pages, begun where there are none. NULL: there are no so many CPUs, or errno. */
struct pages *room_pages(struct room *room, unsigned int cpu);

/* A task's name: the first one given for a pid counts. */
int room_name(struct room *room, int pid, const char *comm);

/* Write the trace. The pages are closed. Returns 0 or -errno. */
int room_write(struct room *room, const char *file);

#endif
