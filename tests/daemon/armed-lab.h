/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event of the test's own, in a trace instance of its own, whose triggers can be set. */
#ifndef TESTS_ARMED_LAB_H
#define TESTS_ARMED_LAB_H

#include <stdbool.h>
#include "armed.h"

/* Of the test; the rules in config are of the test that runs. */
extern struct config config;
extern struct armed plan;
extern char trigger[200]; /* path */

/* cmocka's group setup and teardown, and the setup of each test: no rules, no triggers, an empty trace that goes on. */
int armed_begin(void **state);
int armed_end(void **state);
int armed_each(void **state);

/* Write a file; armed_put() takes a path. Returns 0 or -errno. */
int armed_put(const char *path, const char *text);
int armed_put_in_instance(const char *file, const char *text);

/* The text of a file, until the next call. */
const char *armed_get(const char *path);
const char *armed_get_from_instance(const char *file);

bool armed_has_snapshots(void);
bool armed_is_on(void);

/* One more rule, for the hits of a queue; armed_add_bad(): one that looks at a field that the event does not have. */
struct dupcqe_rule *armed_add(enum action_kind kind, uint32_t qid);
void armed_add_bad(enum action_kind kind);

void armed_hit(unsigned int qid, unsigned int cid);

#endif
