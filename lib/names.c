// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Reasons, states and flags are the kernel's (kernel-patch/7.3, include/linux/blk-mq.h,
 * drivers/nvme/host/pci.c). Commands have the names of the specifications.
 */
#include <stddef.h>
#include "dupcqe/event.h"
#include "dupcqe/names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const reasons[] = {
	[DUPCQE_UNKNOWN_TAG] = "unknown tag",
	[DUPCQE_STALE_GENERATION] = "stale generation",
	[DUPCQE_NOT_IN_FLIGHT] = "not in flight",
};

static const char *const rq_states[] = {
	[DUPCQE_RQ_IDLE] = "idle",
	[DUPCQE_RQ_IN_FLIGHT] = "in flight",
	[DUPCQE_RQ_COMPLETE] = "complete",
};

/* by bit */
static const char *const q_flags[] = {"enabled", "sq in cmb", "delete error", "polled"};

/*
 * NVMe base specification 2.1, section 5, "Opcodes for Admin Commands"; from 0x80 on also those of
 * the NVM (Get LBA Status) and the Computational Programs Command Set (Load Program, 0x88, 0x89).
 */
static const char *const admin_commands[] = {
	[0x00] = "Delete I/O Submission Queue",
	[0x01] = "Create I/O Submission Queue",
	[0x02] = "Get Log Page",
	[0x04] = "Delete I/O Completion Queue",
	[0x05] = "Create I/O Completion Queue",
	[0x06] = "Identify",
	[0x08] = "Abort",
	[0x09] = "Set Features",
	[0x0a] = "Get Features",
	[0x0c] = "Asynchronous Event Request",
	[0x0d] = "Namespace Management",
	[0x10] = "Firmware Commit",
	[0x11] = "Firmware Image Download",
	[0x14] = "Device Self-test",
	[0x15] = "Namespace Attachment",
	[0x18] = "Keep Alive",
	[0x19] = "Directive Send",
	[0x1a] = "Directive Receive",
	[0x1c] = "Virtualization Management",
	[0x1d] = "NVMe-MI Send",
	[0x1e] = "NVMe-MI Receive",
	[0x20] = "Capacity Management",
	[0x21] = "Discovery Information Management",
	[0x22] = "Fabric Zoning Receive",
	[0x24] = "Lockdown",
	[0x25] = "Fabric Zoning Lookup",
	[0x28] = "Clear Exported NVM Resource Configuration",
	[0x29] = "Fabric Zoning Send",
	[0x2a] = "Create Exported NVM Subsystem",
	[0x2d] = "Manage Exported NVM Subsystem",
	[0x31] = "Manage Exported Namespace",
	[0x35] = "Manage Exported Port",
	[0x39] = "Send Discovery Log Page",
	[0x3d] = "Track Send",
	[0x3e] = "Track Receive",
	[0x41] = "Migration Send",
	[0x42] = "Migration Receive",
	[0x45] = "Controller Data Queue",
	[0x7c] = "Doorbell Buffer Config",
	[0x7f] = "Fabrics Commands",
	[0x80] = "Format NVM",
	[0x81] = "Security Send",
	[0x82] = "Security Receive",
	[0x84] = "Sanitize",
	[0x85] = "Load Program",
	[0x86] = "Get LBA Status",
	[0x88] = "Program Activation Management",
	[0x89] = "Memory Range Set Management",
};

/*
 * NVMe base specification 2.1, section 7, "Opcodes for I/O Commands"; NVM Command Set and Zoned
 * Namespace Command Set specifications, section 3 of each.
 */
static const char *const nvm_commands[] = {
	[0x00] = "Flush",
	[0x01] = "Write",
	[0x02] = "Read",
	[0x04] = "Write Uncorrectable",
	[0x05] = "Compare",
	[0x08] = "Write Zeroes",
	[0x09] = "Dataset Management",
	[0x0c] = "Verify",
	[0x0d] = "Reservation Register",
	[0x0e] = "Reservation Report",
	[0x11] = "Reservation Acquire",
	[0x12] = "I/O Management Receive",
	[0x15] = "Reservation Release",
	[0x18] = "Cancel",
	[0x19] = "Copy",
	[0x1d] = "I/O Management Send",
	[0x79] = "Zone Management Send",
	[0x7a] = "Zone Management Receive",
	[0x7d] = "Zone Append",
	[0x7f] = "Fabrics Commands",
};

/* By fctype: NVMe base specification 2.1, section 6, "Fabrics Command Type". */
static const char *const fabrics_commands[] = {
	[0x00] = "Property Set",	   [0x01] = "Connect",
	[0x04] = "Property Get",	   [0x05] = "Authentication Send",
	[0x06] = "Authentication Receive", [0x08] = "Disconnect",
};

static const struct {
	const char *const *names;
	size_t count;
} commands[DUPCQE_SETS] = {
	[DUPCQE_SET_ADMIN] = {admin_commands, COUNT(admin_commands)},
	[DUPCQE_SET_NVM] = {nvm_commands, COUNT(nvm_commands)},
	[DUPCQE_SET_FABRICS] = {fabrics_commands, COUNT(fabrics_commands)},
};

const char *dupcqe_reason_name(uint8_t reason)
{
	return reason < COUNT(reasons) ? reasons[reason] : NULL;
}

const char *dupcqe_rq_state_name(uint8_t state)
{
	return state < COUNT(rq_states) ? rq_states[state] : NULL;
}

const char *dupcqe_q_flag_name(unsigned int bit)
{
	return bit < COUNT(q_flags) ? q_flags[bit] : NULL;
}

const char *dupcqe_opcode_name(enum dupcqe_command_set set, uint8_t opcode)
{
	if ((unsigned int)set >= DUPCQE_SETS || opcode >= commands[set].count)
		return NULL;
	return commands[set].names[opcode];
}
