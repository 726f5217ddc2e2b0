// SPDX-License-Identifier: GPL-2.0-or-later
/* Fabrics commands, of every type. */
#include "commands.h"

enum { PROPERTY_SET = 0x00, PROPERTY_GET = 0x04 };

#define CONFIGURATION	0x14	/* CC: setting it could end the controller */

/* Words 10 to 15: of a Property Set the attribute, the offset, the value. */
static const struct words words[] = {
	{ { 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514 } },
	{ { 0xfffefdfd, 0xfbfaf9f8, 0xf7f6f5f4, 0xf3f2f1f0, 0xefeeedec, 0xebeae9e8 } },
	{ { 0 } },
};

static int every_type(struct controller *ctrl)
{
	unsigned int type, i;

	for (type = 0; type <= 0xff; type++)
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (issue(ctrl, false, OPCODE_FABRICS, type, &words[i]))
				return -1;
	return 0;
}

static int properties(struct controller *ctrl)
{
	struct words get = { { 0 } };
	unsigned int offset;

	for (offset = 0; offset < 0x40; offset += 4) {
		get.cdw[0] = offset == 0;
		get.cdw[1] = offset;
		if (issue(ctrl, false, OPCODE_FABRICS, PROPERTY_GET, &get) ||
		    (offset != CONFIGURATION &&
		     issue(ctrl, false, OPCODE_FABRICS, PROPERTY_SET, &get)))
			return -1;
	}
	return 0;
}

int fabrics_issue(struct controller *ctrl)
{
	return every_type(ctrl) || properties(ctrl) ? -1 : 0;
}
