/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole daemon but main.c in a child process, on a live event of this machine's ring buffer, with folders of the test's
 * own: shared by the tests t-engine*.c. The parent makes the hits, sends signals, and reads what is written.
 */
#ifndef TESTS_ENGINE_ROOM_H
#define TESTS_ENGINE_ROOM_H

#include <stdbool.h>
#include <sys/types.h>
#include "options.h"

struct engine_room {
	struct options options;
	char folder[64];
	char config[128];
	char instance[64];
	char event_name[64];	/* without its system */
	char event[80];		/* with it */
	int notify_fd;		/* what the service manager would read */
	pid_t pid;		/* of the daemon; 0: not running */
};

/* For cmocka: *state is the room; the event exists, nothing runs. */
int engine_room_start(void **state);
int engine_room_end(void **state);

/* Write the configuration; `directory` of snapshots is in the room's folder. */
void engine_room_config(struct engine_room *room, const char *rules);

/* Run the daemon and wait until it is ready. */
void engine_room_run(struct engine_room *room);

/* End it by a signal; returns its exit status, -1 if a signal ended it. */
int engine_room_stop(struct engine_room *room, int signal);

/* Run it with --test-fire and wait for its end; returns what engine_test_fire() does, or what engine_new() did. */
int engine_room_test_fire(struct engine_room *room, const char *rule);

/* Wait until the log, the state or another file of the room holds text; the test fails after 20 s. */
void engine_room_wait(struct engine_room *room, const char *file, const char *text);
bool engine_room_has(const struct engine_room *room, const char *file, const char *text);
unsigned int engine_room_count(const struct engine_room *room, const char *file, const char *text);
unsigned long long engine_room_number(const struct engine_room *room, const char *key); /* "hits", from the state */

/* Wait for a datagram with text for the service manager. */
void engine_room_notified(struct engine_room *room, const char *text);

bool engine_room_instance_exists(const struct engine_room *room, const char *suffix);

#endif
