/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a daemon that is killed leaves armed, and how the next one knows that it is its own. */
#ifndef NVME_DUPCQED_PANIC_LEFT_H
#define NVME_DUPCQED_PANIC_LEFT_H

#include "panic_arm.h"

/*
 * The module is armed from here, or may be; and is not any more. A trigger needs no mark: its instance is the daemon's.
 */
void panic_left_mark(struct panic_arm *arm);
void panic_left_unmark(struct panic_arm *arm);

/* At the start: what this boot has from an earlier run of the same name. Asks the disk. */
void panic_left_find(struct panic_arm *arm);

#endif
