/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How lib/command.c reads its table, lib/command_table.c. */
#ifndef DUPCQE_COMMAND_TABLE_H
#define DUPCQE_COMMAND_TABLE_H

#include "dupcqe/command.h"

enum command_base { BASE_DEC, BASE_HEX, BASE_HEX2 };

/* The names of a field's values, "value:name"; a value without one is "reserved". */
struct command_values {
	const char *const *name;
	uint8_t count;
	uint8_t since; /* enum dupcqe_wording */
};

/* One "label=value": size bytes at offset, little endian, then shifted and masked. */
struct command_field {
	const char *label;
	uint8_t offset;
	uint8_t size; /* 1, 2, 4 or 8 */
	uint8_t base; /* enum command_base */
	uint8_t shift;
	uint8_t mask;  /* 0: all bits */
	uint8_t upper; /* these bits of the next byte are added as they stand */
	const struct command_values *values;
};

enum { COMMAND_NEVER = 0xff, COMMAND_FIELDS = 5 };

struct command_entry {
	uint8_t set; /* enum dupcqe_command_set */
	uint8_t opcode;
	uint8_t since[DUPCQE_DRIVERS];	   /* enum dupcqe_wording, or COMMAND_NEVER */
	const struct command_field *field; /* up to COMMAND_FIELDS, the last has no label */
};

/* The newest wording of a command stands first; the last entry has no field. */
extern const struct command_entry dupcqe_command_table[];

#endif
