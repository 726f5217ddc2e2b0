// SPDX-License-Identifier: GPL-2.0-or-later
/* One command through the driver's passthrough; and a set of them. */
#include <errno.h>
#include <linux/nvme_ioctl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "commands.h"

#define TIMEOUT_MS	10000

/* The opcodes that nothing is known of: all bytes differ, then all bytes are high. */
static const struct words sweep[] = {
	{ { 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c, 0x13121110, 0x17161514 } },
	{ { 0xfffefdfc, 0xfbfaf9f8, 0xf7f6f5f4, 0xf3f2f1f0, 0xefeeedec, 0xebeae9e8 } },
};

/*
 * Refused is as good as done: both are traced. A controller finds a valid page of data in whatever
 * direction it takes a command's to be; without one it would be told the address 0.
 */
int issue(struct controller *ctrl, bool io, uint8_t opcode, uint32_t nsid, const struct words *words)
{
	const uint32_t *cdw = words->cdw;
	struct nvme_passthru_cmd pt = {
		.opcode = opcode, .nsid = nsid, .timeout_ms = TIMEOUT_MS,
		.addr = (uintptr_t)ctrl->page, .data_len = opcode == OPCODE_FABRICS ? 0 : PAGE,
		.cdw10 = cdw[0], .cdw11 = cdw[1], .cdw12 = cdw[2],
		.cdw13 = cdw[3], .cdw14 = cdw[4], .cdw15 = cdw[5],
	};
	int ret = io ? ioctl(ctrl->ns_fd, NVME_IOCTL_IO_CMD, &pt) :
		       ioctl(ctrl->admin_fd, NVME_IOCTL_ADMIN_CMD, &pt);

	if (ret < 0) {
		fail("command 0x%02x (%s) did not come back from '%s': %s", opcode,
		     io ? "io" : "admin", ctrl->dev.name, strerror(errno));
		return -1;
	}
	ctrl->issued++;
	ctrl->refused += ret > 0;
	memset(ctrl->page, 0, PAGE);
	return 0;
}

int issue_io(struct controller *ctrl, uint8_t opcode, const struct words *words)
{
	return issue(ctrl, true, opcode, ctrl->dev.nsid, words);
}

int issue_admin(struct controller *ctrl, uint8_t opcode, const struct words *words)
{
	return issue(ctrl, false, opcode, NO_NSID, words);
}

static int issue_one(struct controller *ctrl, const struct set *set, uint8_t opcode,
		     const struct words *words)
{
	return set->io ? issue_io(ctrl, opcode, words) : issue_admin(ctrl, opcode, words);
}

static bool is_known(const struct set *set, uint8_t opcode)
{
	unsigned int i;

	for (i = 0; i < set->nr_rows; i++)
		if (set->rows[i].opcode == opcode)
			return true;
	return strchr((const char *)set->skip, opcode) != NULL;
}

static int issue_unknown(struct controller *ctrl, const struct set *set)
{
	unsigned int opcode, i;

	for (opcode = 0; opcode <= 0xff; opcode++)
		for (i = 0; !is_known(set, opcode) && i < sizeof(sweep) / sizeof(*sweep); i++)
			if (issue_one(ctrl, set, opcode, &sweep[i]))
				return -1;
	return 0;
}

int issue_set(struct controller *ctrl, const struct set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr_rows; i++)
		if (issue_one(ctrl, set, set->rows[i].opcode, &set->rows[i].words))
			return -1;
	return set->more(ctrl) || issue_unknown(ctrl, set) ? -1 : 0;
}
