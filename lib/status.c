// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The names of status codes. Sections are those of the NVMe base specification 2.0 (in 2.1 they
 * are 4.2.3.1 to 4.2.3.4); codes that came with 2.1 are in the same tables there.
 */
#include <stddef.h>
#include "dupcqe/names.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 3.3.3.2.1 */
static const char *const types[8] = {
	[0] = "Generic Command Status",
	[1] = "Command Specific Status",
	[2] = "Media and Data Integrity Error",
	[3] = "Path Related Status",
	[7] = "Vendor Specific",
};

/* 3.3.3.2.1.1; from 0x80 those of the I/O command sets: 0x80 to 0x84 NVM, 0x85 to 0x89 Key Value */
static const char *const generic[] = {
	[0x00] = "Successful Completion",
	[0x01] = "Invalid Command Opcode",
	[0x02] = "Invalid Field in Command",
	[0x03] = "Command ID Conflict",
	[0x04] = "Data Transfer Error",
	[0x05] = "Commands Aborted due to Power Loss Notification",
	[0x06] = "Internal Error",
	[0x07] = "Command Abort Requested",
	[0x08] = "Command Aborted due to SQ Deletion",
	[0x09] = "Command Aborted due to Failed Fused Command",
	[0x0a] = "Command Aborted due to Missing Fused Command",
	[0x0b] = "Invalid Namespace or Format",
	[0x0c] = "Command Sequence Error",
	[0x0d] = "Invalid SGL Segment Descriptor",
	[0x0e] = "Invalid Number of SGL Descriptors",
	[0x0f] = "Data SGL Length Invalid",
	[0x10] = "Metadata SGL Length Invalid",
	[0x11] = "SGL Descriptor Type Invalid",
	[0x12] = "Invalid Use of Controller Memory Buffer",
	[0x13] = "PRP Offset Invalid",
	[0x14] = "Atomic Write Unit Exceeded",
	[0x15] = "Operation Denied",
	[0x16] = "SGL Offset Invalid",
	[0x18] = "Host Identifier Inconsistent Format",
	[0x19] = "Keep Alive Timer Expired",
	[0x1a] = "Keep Alive Timeout Invalid",
	[0x1b] = "Command Aborted due to Preempt and Abort",
	[0x1c] = "Sanitize Failed",
	[0x1d] = "Sanitize In Progress",
	[0x1e] = "SGL Data Block Granularity Invalid",
	[0x1f] = "Command Not Supported for Queue in CMB",
	[0x20] = "Namespace is Write Protected",
	[0x21] = "Command Interrupted",
	[0x22] = "Transient Transport Error",
	[0x23] = "Command Prohibited by Command and Feature Lockdown",
	[0x24] = "Admin Command Media Not Ready",
	[0x25] = "Invalid Key Tag",
	[0x26] = "Host Dispersed Namespace Support Not Enabled",
	[0x27] = "Host Identifier Not Initialized",
	[0x28] = "Incorrect Key",
	[0x29] = "FDP Disabled",
	[0x2a] = "Invalid Placement Handle List",
	[0x80] = "LBA Out of Range",
	[0x81] = "Capacity Exceeded",
	[0x82] = "Namespace Not Ready",
	[0x83] = "Reservation Conflict",
	[0x84] = "Format In Progress",
	[0x85] = "Invalid Value Size",
	[0x86] = "Invalid Key Size",
	[0x87] = "KV Key Does Not Exist",
	[0x88] = "Unrecovered Error",
	[0x89] = "Key Exists",
};

/* 3.3.3.2.1.2, the codes below 0x80: those of commands of the base specification, in every set */
static const char *const specific[] = {
	[0x00] = "Completion Queue Invalid",
	[0x01] = "Invalid Queue Identifier",
	[0x02] = "Invalid Queue Size",
	[0x03] = "Abort Command Limit Exceeded",
	[0x05] = "Asynchronous Event Request Limit Exceeded",
	[0x06] = "Invalid Firmware Slot",
	[0x07] = "Invalid Firmware Image",
	[0x08] = "Invalid Interrupt Vector",
	[0x09] = "Invalid Log Page",
	[0x0a] = "Invalid Format",
	[0x0b] = "Firmware Activation Requires Conventional Reset",
	[0x0c] = "Invalid Queue Deletion",
	[0x0d] = "Feature Identifier Not Saveable",
	[0x0e] = "Feature Not Changeable",
	[0x0f] = "Feature Not Namespace Specific",
	[0x10] = "Firmware Activation Requires NVM Subsystem Reset",
	[0x11] = "Firmware Activation Requires Controller Level Reset",
	[0x12] = "Firmware Activation Requires Maximum Time Violation",
	[0x13] = "Firmware Activation Prohibited",
	[0x14] = "Overlapping Range",
	[0x15] = "Namespace Insufficient Capacity",
	[0x16] = "Namespace Identifier Unavailable",
	[0x18] = "Namespace Already Attached",
	[0x19] = "Namespace Is Private",
	[0x1a] = "Namespace Not Attached",
	[0x1b] = "Thin Provisioning Not Supported",
	[0x1c] = "Controller List Invalid",
	[0x1d] = "Device Self-test In Progress",
	[0x1e] = "Boot Partition Write Prohibited",
	[0x1f] = "Invalid Controller Identifier",
	[0x20] = "Invalid Secondary Controller State",
	[0x21] = "Invalid Number of Controller Resources",
	[0x22] = "Invalid Resource Identifier",
	[0x23] = "Sanitize Prohibited While Persistent Memory Region is Enabled",
	[0x24] = "ANA Group Identifier Invalid",
	[0x25] = "ANA Attach Failed",
	[0x26] = "Insufficient Capacity",
	[0x27] = "Namespace Attachment Limit Exceeded",
	[0x28] = "Prohibition of Command Execution Not Supported",
	[0x29] = "I/O Command Set Not Supported",
	[0x2a] = "I/O Command Set Not Enabled",
	[0x2b] = "I/O Command Set Combination Rejected",
	[0x2c] = "Invalid I/O Command Set",
	[0x2d] = "Identifier Unavailable",
	[0x2e] = "Namespace Is Dispersed",
	[0x2f] = "Invalid Discovery Information",
	[0x30] = "Zoning Data Structure Locked",
	[0x31] = "Zoning Data Structure Not Found",
	[0x32] = "Insufficient Discovery Resources",
	[0x33] = "Requested Function Disabled",
	[0x34] = "ZoneGroup Originator Invalid",
	[0x35] = "Invalid Host",
	[0x36] = "Invalid NVM Subsystem",
	[0x37] = "Invalid Controller Data Queue",
	[0x38] = "Not Enough Resources",
	[0x39] = "Controller Suspended",
	[0x3a] = "Controller Not Suspended",
	[0x3b] = "Controller Data Queue Full",
};

/*
 * 3.3.3.2.1.2, I/O command set specific: NVM, and from 0xb6 those of the Zoned Namespace Command
 * Set specification. The fabrics commands have meanings of their own from 0x80 on; the last two of
 * those can come back from any command over a fabric (Discover Restart: Get Log Page).
 */
static const char *const specific_nvm[] = {
	[0x80 - 0x80] = "Conflicting Attributes",
	[0x81 - 0x80] = "Invalid Protection Information",
	[0x82 - 0x80] = "Attempted Write to Read Only Range",
	[0x83 - 0x80] = "Command Size Limit Exceeded",
	[0x84 - 0x80] = "Invalid Command ID",
	[0x85 - 0x80] = "Incompatible Namespace or Format",
	[0x86 - 0x80] = "Fast Copy Not Possible",
	[0x87 - 0x80] = "Overlapping I/O Range",
	[0x88 - 0x80] = "Namespace Not Reachable",
	[0x89 - 0x80] = "Insufficient Resources",
	[0x90 - 0x80] = "Discover Restart",
	[0x91 - 0x80] = "Authentication Required",
	[0xb6 - 0x80] = "Invalid Zone Operation Request",
	[0xb7 - 0x80] = "ZRWA Resources Unavailable",
	[0xb8 - 0x80] = "Zone Boundary Error",
	[0xb9 - 0x80] = "Zone Is Full",
	[0xba - 0x80] = "Zone Is Read Only",
	[0xbb - 0x80] = "Zone Is Offline",
	[0xbc - 0x80] = "Zone Invalid Write",
	[0xbd - 0x80] = "Too Many Active Zones",
	[0xbe - 0x80] = "Too Many Open Zones",
	[0xbf - 0x80] = "Invalid Zone State Transition",
};

/* 3.3.3.2.1.2, fabrics command specific */
static const char *const specific_fabrics[] = {
	[0x80 - 0x80] = "Connect Incompatible Format",
	[0x81 - 0x80] = "Connect Controller Busy",
	[0x82 - 0x80] = "Connect Invalid Parameters",
	[0x83 - 0x80] = "Connect Restart Discovery",
	[0x84 - 0x80] = "Connect Invalid Host",
	[0x85 - 0x80] = "Invalid Queue Type",
	[0x90 - 0x80] = "Discover Restart",
	[0x91 - 0x80] = "Authentication Required",
};

/* 3.3.3.2.1.3 */
static const char *const media[] = {
	[0x80 - 0x80] = "Write Fault",
	[0x81 - 0x80] = "Unrecovered Read Error",
	[0x82 - 0x80] = "End-to-end Guard Check Error",
	[0x83 - 0x80] = "End-to-end Application Tag Check Error",
	[0x84 - 0x80] = "End-to-end Reference Tag Check Error",
	[0x85 - 0x80] = "Compare Failure",
	[0x86 - 0x80] = "Access Denied",
	[0x87 - 0x80] = "Deallocated or Unwritten Logical Block",
	[0x88 - 0x80] = "End-to-End Storage Tag Check Error",
};

/* 3.3.3.2.1.4 */
static const char *const path[] = {
	[0x00] = "Internal Path Error",
	[0x01] = "Asymmetric Access Persistent Loss",
	[0x02] = "Asymmetric Access Inaccessible",
	[0x03] = "Asymmetric Access Transition",
	[0x60] = "Controller Pathing Error",
	[0x70] = "Host Pathing Error",
	[0x71] = "Command Aborted By Host",
};

#define ANY_SET ((1 << DUPCQE_SETS) - 1)
#define FABRICS (1 << DUPCQE_SET_FABRICS)

static const struct {
	uint8_t sct;
	uint8_t first;
	uint8_t sets; /* 1 << enum dupcqe_command_set */
	size_t count;
	const char *const *names;
} tables[] = {
	{0, 0x00, ANY_SET, COUNT(generic), generic},
	{1, 0x00, ANY_SET, COUNT(specific), specific},
	{1, 0x80, ANY_SET & ~FABRICS, COUNT(specific_nvm), specific_nvm},
	{1, 0x80, FABRICS, COUNT(specific_fabrics), specific_fabrics},
	{2, 0x80, ANY_SET, COUNT(media), media},
	{3, 0x00, ANY_SET, COUNT(path), path},
};

const char *dupcqe_status_type_name(uint8_t sct)
{
	return sct < COUNT(types) ? types[sct] : NULL;
}

const char *dupcqe_status_name(enum dupcqe_command_set set, uint8_t sct, uint8_t sc)
{
	size_t i;

	if ((unsigned int)set >= DUPCQE_SETS)
		return NULL;
	for (i = 0; i < COUNT(tables); i++) {
		if (tables[i].sct == sct && tables[i].sets & 1 << set && sc >= tables[i].first &&
		    (size_t)sc < tables[i].first + tables[i].count)
			return tables[i].names[sc - tables[i].first];
	}
	return NULL;
}
