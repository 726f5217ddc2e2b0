// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Admin commands. Whatever could change the controller is aimed at what does not exist: queues,
 * namespaces, features.
 */
#include "commands.h"

enum {
	DELETE_SQ = 0x00, CREATE_SQ = 0x01, GET_LOG_PAGE = 0x02, DELETE_CQ = 0x04, CREATE_CQ = 0x05,
	IDENTIFY = 0x06, ABORT = 0x08, SET_FEATURES = 0x09, GET_FEATURES = 0x0a, ASYNC_EVENT = 0x0c,
	NS_MANAGEMENT = 0x0d, NS_ATTACH = 0x15, DIRECTIVE_SEND = 0x19, DIRECTIVE_RECEIVE = 0x1a,
	VIRTUAL_MANAGEMENT = 0x1c, DOORBELL_BUFFER = 0x7c, FORMAT = 0x80, GET_LBA_STATUS = 0x86,
};

static const struct row rows[] = {
	{ DELETE_SQ, { { 0 } } },
	{ DELETE_SQ, { { 0xabcdfedc, 0x11223344 } } },
	{ DELETE_CQ, { { 0 } } },
	{ DELETE_CQ, { { 0xabcdfedc, 0x11223344 } } },
	{ CREATE_SQ, { { 0x0fff0000, 0xfffd0001 } } },
	{ CREATE_SQ, { { 0xfffffffe, 0xfffdffff, 0x00010203 } } },
	{ CREATE_CQ, { { 0x0fff0000, 0xfffd0003 } } },
	{ CREATE_CQ, { { 0xfffffffe, 0xfffdffff, 0x00010203 } } },
	{ GET_LOG_PAGE, { { 0x000f0001 } } },
	{ GET_LOG_PAGE, { { 0x000f00ee, 0x00010002, 0x30201000, 0x40414243, 0x505152ff, 1 } } },
	{ IDENTIFY, { { 0x00000001 } } },
	{ IDENTIFY, { { 0x00000000 } } },
	{ IDENTIFY, { { 0xbeef00ff, 0x01020304 } } },
	{ IDENTIFY, { { 0xffff7fee } } },
	{ ABORT, { { 0xffff0000 } } },
	{ SET_FEATURES, { { 0x0000007e, 0x00000000 } } },
	{ SET_FEATURES, { { 0x8000007e, 0x89abcdef } } },
	{ SET_FEATURES, { { 0x0800007f, 0xffffffff } } },
	{ SET_FEATURES, { { 0x7fffff7f, 0x00000001 } } },
	{ GET_FEATURES, { { 0x0000ff07, 0x89abcdef } } },
	{ NS_MANAGEMENT, { { 0x0000000f, 0x01020304, 0, 0, 0, 0xf0f1f2f3 } } },
	{ NS_ATTACH, { { 0x0000000f, 0x01020304, 0, 0, 0, 0xf0f1f2f3 } } },
	{ DIRECTIVE_SEND, { { 0x00000000, 0x7f7e7d7c, 0x01020304 } } },
	{ DIRECTIVE_RECEIVE, { { 0x00000000, 0x7f7e7d7c, 0x01020304 } } },
	{ VIRTUAL_MANAGEMENT, { { 0xabcd000f, 0x01020304 } } },
	{ DOORBELL_BUFFER, { { 0x01020304 } } },
	{ GET_LBA_STATUS, { { 0, 0, 0, 0 } } },
	{ GET_LBA_STATUS, { { 0x89abcdef, 0x01234567, 0x76543210, 0x10abfedc } } },
	{ GET_LBA_STATUS, { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff } } },
};

static int get_features(struct controller *ctrl)
{
	struct words words = { { 0 } };
	unsigned int fid, select;

	for (fid = 0; fid < 0x20; fid++)
		for (select = 0; select < 8; select++) {
			words.cdw[0] = select << 8 | fid;
			words.cdw[1] = fid ? 1U << select : 0;
			if (issue_admin(ctrl, GET_FEATURES, &words))
				return -1;
		}
	return 0;
}

/* Each of the bits that the text is made of, of a namespace that is not there. */
static int format(struct controller *ctrl)
{
	struct words words;
	unsigned int bit;

	for (bit = 0; bit <= 16; bit++) {
		words = (struct words){ { bit < 16 ? 1U << bit : 0xffffffff, 0x01020304 } };
		if (issue_admin(ctrl, FORMAT, &words))
			return -1;
	}
	return 0;
}

static int more(struct controller *ctrl)
{
	return get_features(ctrl) || format(ctrl) ? -1 : 0;
}

/* An Asynchronous Event Request does not come back: see events.c. */
static const uint8_t skip[] = { FORMAT, ASYNC_EVENT, OPCODE_FABRICS, 0 };

const struct set admin_set = {
	.rows = rows,
	.nr_rows = sizeof(rows) / sizeof(*rows),
	.more = more,
	.skip = skip,
};
