/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine that has gone down: shared by the tests t-lastboot*.c. The event is fake:dup of the instance "inst". */
#ifndef TESTS_DAEMON_LASTBOOT_SCENE_H
#define TESTS_DAEMON_LASTBOOT_SCENE_H

#include "lastboot.h"
#include "trace-scene.h"

enum { LASTBOOT_THEN = 1500, LASTBOOT_NOW = 1700 }; /* numbers of the event, before and behind a reboot */

extern struct lastboot lastboot_about;

/* For cmocka; scene_teardown() ends it. The buffer holds five hits on queue 7: 100 to 102 on CPU 0, then 200 and 201 on
 * CPU 2. */
int lastboot_scene_setup(void **state);

void lastboot_scene_ids(int id);

/* One page of count hits, their command ids from first on, as all that the CPU has. */
void lastboot_scene_hits(const char *cpu, uint64_t start_ns, uint16_t first, unsigned int count);

/* The buffer and the disk are what stays. After a crash there are formats as well. */
void lastboot_scene_reboot(void);
void lastboot_scene_crash(void);

/* Save all, to the end. Returns what was logged. */
const char *lastboot_scene_save(void);

/* How many files of the snapshot folder end so. */
unsigned int lastboot_scene_entries(const char *suffix);

/* What a command prints; %s is the snapshot folder. */
const char *lastboot_scene_saved(const char *what);

#endif
