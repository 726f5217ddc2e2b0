// SPDX-License-Identifier: LGPL-2.1-or-later
/* The numbers behind the names that the formats of the nvme events use: include/linux/nvme.h. */
#include <stdlib.h>
#include <string.h>
#include "program.h"

static const struct {
	const char *name;
	uint8_t value;
} others[] = {
	{"nvme_fabrics_command", DUPCQE_FABRICS_COMMAND},
	{"NVME_AER_ERROR", 0x0},
	{"NVME_AER_SMART", 0x1},
	{"NVME_AER_NOTICE", 0x2},
	{"NVME_AER_CSS", 0x6},
	{"NVME_AER_VS", 0x7},
	{"NVME_AER_NOTICE_NS_CHANGED", 0x00},
	{"NVME_AER_NOTICE_FW_ACT_STARTING", 0x01},
	{"NVME_AER_NOTICE_ANA", 0x03},
	{"NVME_AER_NOTICE_DISC_CHANGED", 0xf0},
};

static bool opcode_value(const char *name, uint64_t *ret_value)
{
	int set, opcode;

	for (set = 0; set < DUPCQE_SETS; set++) {
		for (opcode = 0; opcode < 256; opcode++) {
			const char *known = dupcqe_command_kernel_name(set, opcode);

			if (known && !strcmp(known, name)) {
				*ret_value = opcode;
				return true;
			}
		}
	}
	return false;
}

bool enumerator_value(const char *text, uint64_t *ret_value)
{
	uint64_t number;
	unsigned int i;
	char *end;

	number = strtoull(text, &end, 0);
	if (end != text && !*end) {
		*ret_value = number;
		return true;
	}
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!strcmp(text, others[i].name)) {
			*ret_value = others[i].value;
			return true;
		}
	}
	return opcode_value(text, ret_value);
}
