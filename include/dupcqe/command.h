/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text of a command's words 10 to 15, as the kernel's own trace events show it
 * (drivers/nvme/host/trace.c, drivers/nvme/target/trace.c), from a table. The kernel's wording has
 * changed over the years; so the wording is a parameter.
 */
#ifndef DUPCQE_COMMAND_H
#define DUPCQE_COMMAND_H

#include <stdint.h>
#include "dupcqe/text.h"

enum dupcqe_command_set {
	DUPCQE_SET_ADMIN,
	DUPCQE_SET_NVM,	    /* with the zoned commands */
	DUPCQE_SET_FABRICS, /* "opcode" is the command type, fctype */
	DUPCQE_SETS,
};

enum dupcqe_driver {
	DUPCQE_HOST,   /* system nvme */
	DUPCQE_TARGET, /* system nvmet */
	DUPCQE_DRIVERS,
};

/* Named after a kernel that has it; lib/command_table.c says since when, commit by commit. */
enum dupcqe_wording {
	DUPCQE_WORDING_6_1,  /* until 6.8 */
	DUPCQE_WORDING_6_12, /* 6.9 to 6.12 */
	DUPCQE_WORDING_7_3,  /* since 6.13 */
	DUPCQE_WORDING_LATEST = DUPCQE_WORDING_7_3,
};

enum { DUPCQE_CDW_BYTES = 24, DUPCQE_FABRICS_COMMAND = 0x7f };

/* The set that a command belongs to: drivers/nvme's parse_nvme_cmd(). */
enum dupcqe_command_set dupcqe_command_set(int qid, uint8_t opcode);

/*
 * The kernel's name of an opcode, as "nvme_cmd_write", or NULL.
 */
const char *dupcqe_command_kernel_name(enum dupcqe_command_set set, uint8_t opcode);

/* Append the text of the command's words: 24 bytes, little endian as the device sees them. */
void dupcqe_command_words(struct dupcqe_text *text, enum dupcqe_driver driver,
			  enum dupcqe_wording wording, enum dupcqe_command_set set, uint8_t opcode,
			  const uint8_t words[DUPCQE_CDW_BYTES]);

#endif
