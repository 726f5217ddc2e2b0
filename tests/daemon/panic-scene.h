/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scene for the panic that the kernel does: the module is a folder of files, the trigger a file, so that nothing can
 * really be armed. There is one rule, 'every', and nothing speaks against its panic.
 */
#ifndef TESTS_DAEMON_PANIC_SCENE_H
#define TESTS_DAEMON_PANIC_SCENE_H

#include "panic_arm.h"
#include "scene.h"

#define MODULE	"sys/module/nvme_dup_cqe_panic/parameters/"
#define TRIGGER "events/nvme/nvme_dup_cqe/trigger"
#define BUDGET	"state/" BUDGET_FILE
#define BOOT	"11111111-2222-3333-4444-555555555555"
#define HEAD	"nvme-dupcqed panic budget 1\n"
#define NOTHING HEAD "end 0\n"

extern struct panic_arm arm; /* its name is "x" */
extern struct armed arm_plan;
extern uint64_t arm_still;    /* rules that keep still */
extern char arm_trigger[300];

/* For cmocka. */
int panic_setup(void **state);
int panic_teardown(void **state);

/* The module's parameters as they are when it has just been loaded. */
void make_module(void);
void add_rule(const char *name, enum action_kind kind);
/* The file of panics, of a mode that is trusted. */
void put_budget(const char *lines);

/* Make the plan, and look. */
void look(void);
/* ... and it is armed in the end; the log so far is forgotten. */
void arm_now(void);
/* As SIGKILL leaves things; and then the next daemon. */
void arm_killed(void);

bool file_has(const char *name, const char *text);
/* What stands in the module's file; daemon and plan say the same, and nothing is armed that is not counted. */
bool is_armed(void);
bool is_not_armed(void);
bool is_counted(void);

/* Let come what comes until it holds; the test fails after 20 s. */
void wait_until(bool (*holds)(void));

#endif
