/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scene with folders of tracefs' shape, for the snapshot action. What is saved is opened by trace-cmd. */
#ifndef TESTS_DAEMON_TRACE_SCENE_H
#define TESTS_DAEMON_TRACE_SCENE_H

#include "scene.h"

int trace_setup(void **state);

/* Three pages of 204 records in the files of this name: two CPUs, and a number between them that is off. */
void trace_put_buffers(const char *raw);

/* What a command prints, or the JSON that was saved: good until the next call. */
const char *trace_run(const char *command);
const char *trace_saved_json(void);

void assert_has(const char *text, const char *wanted);

/* All records are in what was saved. */
void assert_saved(void);

#endif
