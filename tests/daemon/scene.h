/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine for actions to act on: folders and files of a test's own in place of /sys, /proc and
 * tracefs, an epoll, a configuration, and what was logged.
 */
#ifndef TESTS_DAEMON_SCENE_H
#define TESTS_DAEMON_SCENE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "action.h"

struct scene {
	struct action_room room;
	struct action_paths paths;
	struct config config;
	struct hit hit;
	struct action action;
	struct action_call call;
	char folder[64];
	unsigned int ended[ACTION_KINDS]; /* calls of room.ended */
	int result;			  /* of the last one */
	unsigned int rearmed;
};

extern struct scene t;

/* For cmocka: t is made anew before each test, and all its files are removed after it. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* Run an action of t; arguments are argv of ACTION_EXEC, ended by NULL. */
int scene_run(enum action_kind kind, ...);

/* Dispatch until nothing runs any more; the test fails after limit_ms. */
void scene_wait(int limit_ms);
/* Dispatch what comes in that time. */
void scene_dispatch(int ms);

/* A path below t.folder; good for 8 calls. */
const char *scene_path(const char *name);
/* Content of a file below it; "(none)" if there is none. Good until the next call. */
const char *scene_file(const char *name);
void scene_put(const char *name, const char *text);

/* What was logged since the setup or the last call, one line each. */
const char *scene_log(void);

/* scene_log() must contain text. */
void assert_logged(const char *text);

#endif
