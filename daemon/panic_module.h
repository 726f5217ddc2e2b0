/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel module nvme_dup_cqe_panic, which panics at a hit that its parameters are for: kernel-patch/README.md. It
 * is never loaded from here. It holds one rule.
 */
#ifndef NVME_DUPCQED_PANIC_MODULE_H
#define NVME_DUPCQED_PANIC_MODULE_H

#include "dupcqe/rule.h"

/* Its parameters, each as it is written and read back. */
struct panic_module {
	char reasons[8];
	char ctrl_id[12];
	char qid[8];
	char addr[64];
};

/* Pure: the rule as parameters that mean exactly the same. Returns NULL, or why there are none: a static string. */
const char *panic_module_from_rule(const struct dupcqe_rule *rule, struct panic_module *ret_module);

/* "reasons=2 ctrl_id=0 qid=1" */
void panic_module_text(struct dupcqe_text *text, const struct panic_module *module);

/* Whether it is armed: 1, 0, or -errno; -ENOENT if it is not loaded. sysfs is "/sys". */
int panic_module_armed(const char *sysfs);

/* Arm it with these, unless that is what it is. Returns 0: all was read back; or -errno: it is not armed. */
int panic_module_arm(const char *sysfs, const struct panic_module *module);

/* Returns 0 (it is not armed, or not loaded) or -errno. */
int panic_module_disarm(const char *sysfs);

#endif
