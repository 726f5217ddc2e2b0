// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NVM commands, zoned ones included, to a namespace that is there. What would touch its blocks is
 * beyond its end.
 */
#include "commands.h"

enum {
	FLUSH = 0x00, WRITE = 0x01, READ = 0x02, WRITE_UNCOR = 0x04, COMPARE = 0x05, WRITE_ZEROES = 0x08,
	DSM = 0x09, VERIFY = 0x0c, RESV_REGISTER = 0x0d, RESV_REPORT = 0x0e, RESV_ACQUIRE = 0x11,
	IO_MGMT_RECV = 0x12, RESV_RELEASE = 0x15, COPY = 0x19, IO_MGMT_SEND = 0x1d,
	ZONE_SEND = 0x79, ZONE_RECV = 0x7a, ZONE_APPEND = 0x7d,
};

#define FAR	0x76543210, 0x0edcba98		/* a block beyond every end */

static const struct row rows[] = {
	{ FLUSH, { { 0 } } },
	{ FLUSH, { { 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514 } } },
	{ WRITE_UNCOR, { { FAR, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514 } } },
	{ COMPARE, { { FAR, 0x00000007, 0x0f0e0d0c, 0x13121110, 0x17161514 } } },
	{ VERIFY, { { FAR, 0x00000007, 0x0f0e0d0c, 0x13121110, 0x17161514 } } },
	/* bit 2 of the attributes would give blocks back */
	{ DSM, { { 0x00000000, 0x00000000 } } },
	{ DSM, { { 0x12345678, 0xfffffff3 } } },
	{ DSM, { { 0xffffffff, 0x00000003 } } },
	{ RESV_REPORT, { { 0x00000000, 0x00000000 } } },
	{ RESV_REPORT, { { 0x000003ff, 0x00000001 } } },
	{ RESV_REPORT, { { 0xffffffff, 0xfffffffe } } },
	{ IO_MGMT_RECV, { { 0xabcd00ff, 0x00000010, 0x01020304 } } },
	{ IO_MGMT_SEND, { { 0xabcd00ff, 0x00000010, 0x01020304 } } },
	{ COPY, { { FAR, 0x00000000, 0x0f0e0d0c, 0x13121110, 0x17161514 } } },
};

static int read_write(struct controller *ctrl)
{
	static const uint8_t opcodes[] = { WRITE, READ, WRITE_ZEROES, ZONE_APPEND };
	static const struct words words[] = {
		{ { FAR, 0x00000007, 0x00000000, 0x00000000 } },
		{ { FAR, 0xc4000000, 0x000000ff, 0x89abcdef, 0x01020304 } },
		{ { 0xffffffff, 0xfffffff0, 0x3fff0007, 0xffffffff, 0xffffffff, 0xffffffff } },
	};
	unsigned int i, j;

	for (i = 0; i < sizeof(opcodes); i++)
		for (j = 0; j < sizeof(words) / sizeof(*words); j++)
			if (issue_io(ctrl, opcodes[i], &words[j]))
				return -1;
	return 0;
}

/* Every action, with the other bits of its word set and clear; and every type of reservation. */
static int reservations(struct controller *ctrl)
{
	static const uint8_t opcodes[] = { RESV_REGISTER, RESV_ACQUIRE, RESV_RELEASE };
	struct words words = { { 0 } };
	unsigned int i, action, type;

	for (i = 0; i < sizeof(opcodes); i++)
		for (action = 0; action < 16; action++)
			for (type = 0; type < 10; type++) {
				words.cdw[0] = type % 4 << 30 | (type == 9 ? 0xff : type) << 8 |
					       (type & 1 ? 0xf0 : 0) | action;
				if (issue_io(ctrl, opcodes[i], &words))
					return -1;
			}
	return 0;
}

/* Every action of Zone Management Send, every selection of Zone Management Receive, and beyond. */
static int zones(struct controller *ctrl)
{
	struct words words = { { FAR, 0x01020304 } };
	unsigned int i, j, code;

	for (i = 0; i <= 0x12; i++)
		for (j = 0; j < 3; j++) {
			code = i == 0x12 ? 0xff : i;
			words.cdw[3] = code | (j == 2 ? 0xff : j) << 8;
			if (issue_io(ctrl, ZONE_SEND, &words))
				return -1;
			words.cdw[3] = code << 8 | (j == 2 ? 0xff00ff : j << 16 | j);
			if (issue_io(ctrl, ZONE_RECV, &words))
				return -1;
		}
	return 0;
}

/* The command's type of a Fabrics command is in the place of the namespace's id. */
static int fabrics_on_io(struct controller *ctrl)
{
	static const struct words words = { { 0x00010000, 0x0000001f } };

	return issue_io(ctrl, OPCODE_FABRICS, &words);
}

static int more(struct controller *ctrl)
{
	return read_write(ctrl) || reservations(ctrl) || zones(ctrl) || fabrics_on_io(ctrl) ? -1 : 0;
}

static const uint8_t skip[] = {
	WRITE, READ, WRITE_ZEROES, ZONE_APPEND, RESV_REGISTER, RESV_ACQUIRE, RESV_RELEASE,
	ZONE_SEND, ZONE_RECV, OPCODE_FABRICS, 0,
};

const struct set nvm_set = {
	.rows = rows,
	.nr_rows = sizeof(rows) / sizeof(*rows),
	.more = more,
	.skip = skip,
	.io = true,
};
