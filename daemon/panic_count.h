/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an armed panic has to do with the disk, in a child: the budget is asked, counted in, given back to. */
#ifndef NVME_DUPCQED_PANIC_COUNT_H
#define NVME_DUPCQED_PANIC_COUNT_H

#include "panic_arm.h"

/* by is who holds what is armed in this boot ("WAY NAME", "" for nobody): somebody else than name? */
bool panic_count_is_another(const char *name, const char *by);

/*
 * Begin a task, unless one is at work; arm->child ends it. PANIC_COUNT has to have ended well before something is
 * armed, and asks the guards once more before that.
 */
void panic_count_start(struct panic_arm *arm, enum panic_task task, enum panic_way way);

/* The child has ended: what is known now. */
void panic_count_ended(struct panic_arm *arm, int result);

/* Here and now: at the end the disk may be waited for. */
void panic_count_give_back(struct panic_arm *arm);

#endif
