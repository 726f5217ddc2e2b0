// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which registers hold what. A called function leaves the callee-saved ones alone, so that what the driver's loop needs
 * after it printed (the queue, the entry) is in some of them while it prints; in which ones, the compiler chose.
 * x86-64: System V ABI, AMD64 supplement 1.0, figure 3.4; arch/x86/kernel/ptrace.c has the names.
 * arm64: Procedure Call Standard for the Arm 64-bit Architecture (AAPCS64), 6.1.1; arch/arm64/kernel/ptrace.c.
 * Which have probes by ftrace: HAVE_KPROBES_ON_FTRACE in the Kconfig of the architecture, 6.1 to 7.3.
 */
#include <string.h>
#include "probe_parts.h"

static const char *const x86_saved[] = { "bx", "bp", "r12", "r13", "r14", "r15", NULL };
static const char *const arm_saved[] = { "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", NULL };

static const struct probe_machine machines[] = {
	{ "x86_64", { "di", "si", "dx", "cx", "r8" }, true, x86_saved },
	{ "aarch64", { "x0", "x1", "x2", "x3", "x4" }, false, arm_saved },
};

const struct probe_machine *probe_machine_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (!strcmp(machines[i].name, name))
			return &machines[i];
	return NULL;
}
