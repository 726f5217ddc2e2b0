/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A source on the live ring buffer, and a note of all that it says: shared by the tests
 * t-source*.c. */
#ifndef TESTS_SOURCE_ROOM_H
#define TESTS_SOURCE_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include "source.h"

enum { ROOM_NOTES = 4096, ROOM_QIDS = 8 };

struct room {
	struct source *source;
	struct config *config;
	int epoll_fd;
	char name[64];		     /* of the instance */
	char event[64];		     /* without its system */
	char full[80];		     /* with it */
	char other[64];		     /* an event that a test may make; removed at the end */
	struct hit note[ROOM_NOTES]; /* the first ones */
	uint64_t hits, lost, lost_calls;
	uint64_t seen[ROOM_QIDS]; /* hits by qid */
	uint64_t next[ROOM_QIDS]; /* the result that has to come at least */
	uint64_t backwards;	  /* results that came again, or too late */
	uint64_t suppressed;
	int appeared, vanished;
	enum hit_source from; /* as it was told last */
	char why[200];
	uint64_t die_at; /* the process kills itself when it is handed this hit; 0: never */
};

/* Everything but the source; the event exists. For cmocka: *state is the room. */
int room_start(void **state);
int room_end(void **state);

int room_open(struct room *room);
void room_close(struct room *room, bool remove);

/* Serve the source until it was quiet for quiet_ms. Returns how often epoll woke up. */
unsigned int room_serve(struct room *room, int quiet_ms);

/* Serve at most count times; for a storm, which is never quiet. */
void room_serve_times(struct room *room, unsigned int count);

/* Serve until hits + lost is count, for seconds at most. */
void room_serve_until(struct room *room, uint64_t count, int seconds);

/* A file of one of the two instances, "" or "-hits". */
int room_file(const struct room *room, const char *suffix, const char *file, char *text, int size);
int room_write(const struct room *room, const char *suffix, const char *file, const char *text);
bool room_exists(const struct room *room, const char *suffix);

bool room_has_ledger(const struct room *room);

/* A message as the kernel sends it when a module comes, to this source alone. */
void room_tell(struct room *room, const char *message);

#endif
