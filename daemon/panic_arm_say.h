/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log is told of the panic that the kernel does by itself: each change once. */
#ifndef NVME_DUPCQED_PANIC_ARM_SAY_H
#define NVME_DUPCQED_PANIC_ARM_SAY_H

#include "panic_arm.h"

/* text is what is armed; gone: it was, and somebody has taken it away. */
void panic_arm_say_armed(struct panic_arm *arm, const struct armed *plan, const char *text, bool gone);
void panic_arm_say_disarmed(struct panic_arm *arm, const char *why);

/* Nothing is armed for arm->wait_ns more, for why. */
void panic_arm_say_until(struct panic_arm *arm, uint64_t uptime_ns, const char *why);

/* What would be armed; why is why nothing would. */
void panic_arm_say_dry_run(struct panic_arm *arm, const struct armed *plan, enum panic_way way, const char *why);

#endif
