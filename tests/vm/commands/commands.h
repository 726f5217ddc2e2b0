/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nvme-commands: what its files share.
 *
 *	main.c		command line, where it may run, order of the steps
 *	issue.c		one command through the driver; the sweep over a set of opcodes
 *	admin.c, nvm.c, fabrics.c	the commands, so chosen that no decoder of the kernel's trace
 *			events has a field, a string or a "reserved" that stays unseen
 *	events.c	asynchronous events
 *
 * The guard, and how a controller is found, are cqe-replay's (tests/vm/replay).
 */
#ifndef NVME_COMMANDS_H
#define NVME_COMMANDS_H

#include "../replay/replay.h"

#define CDWS	6	/* cdw10 to cdw15 */
#define PAGE	4096

#define OPCODE_FABRICS	0x7f

/* No controller has it: for commands that must be refused. */
#define NO_NSID		0x00c0ffee

struct words {
	uint32_t cdw[CDWS];
};

struct row {
	uint8_t opcode;
	struct words words;
};

struct controller {
	struct device dev;
	int admin_fd;
	int ns_fd;
	uint8_t *page;		/* zeros; data of every command, in either direction */
	unsigned long issued;
	unsigned long refused;
};

struct set {
	const struct row *rows;
	unsigned int nr_rows;
	/* those that take many words; may be NULL */
	int (*more)(struct controller *ctrl);
	/* opcodes that the sweep leaves alone: the rows' own, and these, ended by 0 */
	const uint8_t *skip;
	bool io;
};

/* issue.c */
int issue(struct controller *ctrl, bool io, uint8_t opcode, uint32_t nsid, const struct words *words);
int issue_io(struct controller *ctrl, uint8_t opcode, const struct words *words);
int issue_admin(struct controller *ctrl, uint8_t opcode, const struct words *words);
int issue_set(struct controller *ctrl, const struct set *set);

/* the sets */
extern const struct set admin_set;
extern const struct set nvm_set;
int fabrics_issue(struct controller *ctrl);

/* events.c: on PCI alone */
int events_provoke(struct controller *ctrl);

#endif
