/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scene with a snapshot folder, for the tests of spool.h. */
#ifndef TESTS_DAEMON_SPOOL_SCENE_H
#define TESTS_DAEMON_SPOOL_SCENE_H

#include "scene.h"
#include "spool.h"

extern struct spool_limits spool_limit;
extern int spool_folder;

int spool_setup(void **state);
int spool_teardown(void **state);

/* Save an item of so many bytes, half of them JSON. Returns 0 or -errno. */
int spool_make(size_t bytes);

/* There are so many, and the oldest is this one. */
void assert_items(size_t count, uint64_t first);

/* How many files there are that do not begin with a dot. */
unsigned int spool_files(void);

#endif
