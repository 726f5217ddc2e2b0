// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which words of which command the kernel's trace events show, and under which labels:
 * drivers/nvme/host/trace.c and drivers/nvme/target/trace.c. The fields themselves are those of the
 * NVMe base, NVM, zoned namespace and fabrics specifications.
 *
 * The wordings, by the release that brought them:
 *
 * - 6.1, until 6.8 (read back to 5.15)
 * - 6.12, since 6.9: names of zone actions (commit 8d539f755c31), reservations (6a0164f9f4a0), the
 *   upper bits of lbaf (798edad968ac); in the target zones and authentication
 * - 7.3, since 6.13: names in reservations (8a502b5c1689); in the target reservations
 *   (50bee3857d08)
 */
#include "command_table.h"

static const char *const zone_send_action[] = {
	[0x01] = "close zone", [0x02] = "finish zone",	[0x03] = "open zone",
	[0x04] = "reset zone", [0x05] = "offline zone", [0x10] = "set zone descriptor extension",
};

static const char *const zone_report[] = {
	[0x00] = "list all zones",
	[0x01] = "list the zones in the ZSE: Empty state",
	[0x02] = "list the zones in the ZSIO: Implicitly Opened state",
	[0x03] = "list the zones in the ZSEO: Explicitly Opened state",
	[0x04] = "list the zones in the ZSC: Closed state",
	[0x05] = "list the zones in the ZSF: Full state",
	[0x06] = "list the zones in the ZSRO: Read Only state",
	[0x07] = "list the zones in the ZSO: Offline state",
	[0x09] = "list the zones that have the zone attribute",
};

static const char *const register_action[] = {"register", "unregister", "replace"};
static const char *const acquire_action[] = {"acquire", "preempt", "preempt and abort"};
static const char *const release_action[] = {"release", "clear"};

static const char *const reservation_type[] = {
	[0x01] = "write exclusive",
	[0x02] = "exclusive access",
	[0x03] = "write exclusive registrants only",
	[0x04] = "exclusive access registrants only",
	[0x05] = "write exclusive all registrants",
	[0x06] = "exclusive access all registrants",
};

/* clang-format off */
#define VALUES(array, wording) \
	(&(const struct command_values){ array, sizeof(array) / sizeof((array)[0]), wording })
#define F(name, at, bytes, number, ...) \
	{ .label = name, .offset = at, .size = bytes, .base = number, __VA_ARGS__ }
#define FIELDS(...) ((const struct command_field[COMMAND_FIELDS + 1]){ __VA_ARGS__ })

#define SQID(at) F("sqid", at, 2, BASE_DEC)
#define CQID(at) F("cqid", at, 2, BASE_DEC)
#define QSIZE F("qsize", 2, 2, BASE_DEC)
#define FID F("fid", 0, 1, BASE_HEX)
#define CDW11 F("cdw11", 4, 4, BASE_HEX)
#define SLBA(base) F("slba", 0, 8, base)
#define IEKEY F("iekey", 0, 1, BASE_DEC, .shift = 3, .mask = 1)
#define ACTION(label, names) \
	F(label, 0, 1, BASE_DEC, .mask = 7, .values = VALUES(names, DUPCQE_WORDING_7_3))
#define RTYPE \
	F("rtype", 1, 1, BASE_DEC, .values = VALUES(reservation_type, DUPCQE_WORDING_7_3))
#define ATTRIB F("attrib", 0, 1, BASE_DEC)
#define OFST F("ofst", 4, 4, BASE_HEX)

#define READ_WRITE \
	FIELDS(SLBA(BASE_DEC), F("len", 8, 2, BASE_DEC), F("ctrl", 10, 2, BASE_HEX), \
	       F("dsmgmt", 12, 4, BASE_DEC), F("reftag", 16, 4, BASE_DEC))
#define FORMAT(lbafu) \
	FIELDS(F("lbaf", 0, 1, BASE_DEC, .mask = 0xf, .upper = lbafu), \
	       F("mset", 0, 1, BASE_DEC, .shift = 4, .mask = 1), \
	       F("pi", 0, 1, BASE_DEC, .shift = 5, .mask = 7), \
	       F("pil", 1, 1, BASE_DEC, .mask = 1), \
	       F("ses", 1, 1, BASE_DEC, .shift = 1, .mask = 7))
#define AUTHENTICATION(length) \
	FIELDS(F("spsp0", 1, 1, BASE_HEX2), F("spsp1", 2, 1, BASE_HEX2), \
	       F("secp", 3, 1, BASE_HEX2), F(length, 4, 4, BASE_DEC))

#define ALWAYS DUPCQE_WORDING_6_1
#define BOTH { ALWAYS, ALWAYS }
#define HOST_ONLY { ALWAYS, COMMAND_NEVER }
#define TARGET_SINCE(wording) { ALWAYS, wording }
#define RESERVATIONS { DUPCQE_WORDING_6_12, DUPCQE_WORDING_7_3 }

/* What there is most of in a trace stands first. */
const struct command_entry dupcqe_command_table[] = {
	{ DUPCQE_SET_NVM, 0x02, BOTH, READ_WRITE },
	{ DUPCQE_SET_NVM, 0x01, BOTH, READ_WRITE },
	{ DUPCQE_SET_NVM, 0x08, BOTH, READ_WRITE },
	{ DUPCQE_SET_NVM, 0x09, BOTH,
	  FIELDS(F("nr", 0, 4, BASE_DEC), F("attributes", 4, 4, BASE_DEC)) },
	{ DUPCQE_SET_NVM, 0x7d, TARGET_SINCE(DUPCQE_WORDING_6_12), READ_WRITE },
	{ DUPCQE_SET_NVM, 0x79, TARGET_SINCE(DUPCQE_WORDING_6_12),
	  FIELDS(SLBA(BASE_DEC),
		 F("zsa", 12, 1, BASE_DEC,
		   .values = VALUES(zone_send_action, DUPCQE_WORDING_6_12)),
		 F("all", 13, 1, BASE_DEC)) },
	{ DUPCQE_SET_NVM, 0x7a, TARGET_SINCE(DUPCQE_WORDING_6_12),
	  FIELDS(SLBA(BASE_DEC), F("numd", 8, 4, BASE_DEC), F("zra", 12, 1, BASE_DEC),
		 F("zrasf", 13, 1, BASE_DEC,
		   .values = VALUES(zone_report, DUPCQE_WORDING_6_12)),
		 F("pr", 14, 1, BASE_DEC)) },
	{ DUPCQE_SET_NVM, 0x0d, RESERVATIONS,
	  FIELDS(ACTION("rrega", register_action), IEKEY,
		 F("ptpl", 3, 1, BASE_DEC, .shift = 6, .mask = 3)) },
	{ DUPCQE_SET_NVM, 0x0e, RESERVATIONS,
	  FIELDS(F("numd", 0, 4, BASE_DEC), F("eds", 4, 1, BASE_DEC, .mask = 1)) },
	{ DUPCQE_SET_NVM, 0x11, RESERVATIONS,
	  FIELDS(ACTION("racqa", acquire_action), IEKEY, RTYPE) },
	{ DUPCQE_SET_NVM, 0x15, RESERVATIONS,
	  FIELDS(ACTION("rrela", release_action), IEKEY, RTYPE) },

	{ DUPCQE_SET_ADMIN, 0x06, BOTH,
	  FIELDS(F("cns", 0, 1, BASE_DEC), F("ctrlid", 2, 2, BASE_DEC)) },
	{ DUPCQE_SET_ADMIN, 0x09, BOTH,
	  FIELDS(FID, F("sv", 3, 1, BASE_HEX, .mask = 8), CDW11) },
	{ DUPCQE_SET_ADMIN, 0x0a, BOTH,
	  FIELDS(FID, F("sel", 1, 1, BASE_HEX, .mask = 7), CDW11) },
	{ DUPCQE_SET_ADMIN, 0x86, BOTH,
	  FIELDS(SLBA(BASE_HEX), F("mndw", 8, 4, BASE_HEX), F("rl", 12, 2, BASE_HEX),
		 F("atype", 15, 1, BASE_DEC)) },
	{ DUPCQE_SET_ADMIN, 0x00, HOST_ONLY, FIELDS(SQID(0)) },
	{ DUPCQE_SET_ADMIN, 0x01, HOST_ONLY,
	  FIELDS(SQID(0), QSIZE, F("sq_flags", 4, 2, BASE_HEX), CQID(6)) },
	{ DUPCQE_SET_ADMIN, 0x04, HOST_ONLY, FIELDS(CQID(0)) },
	{ DUPCQE_SET_ADMIN, 0x05, HOST_ONLY,
	  FIELDS(CQID(0), QSIZE, F("cq_flags", 4, 2, BASE_HEX), F("irq_vector", 6, 2, BASE_DEC)) },
	{ DUPCQE_SET_ADMIN, 0x80, { DUPCQE_WORDING_6_12, COMMAND_NEVER }, FORMAT(0x30) },
	{ DUPCQE_SET_ADMIN, 0x80, HOST_ONLY, FORMAT(0) },

	{ DUPCQE_SET_FABRICS, 0x00, BOTH, FIELDS(ATTRIB, OFST, F("value", 8, 8, BASE_HEX)) },
	{ DUPCQE_SET_FABRICS, 0x01, BOTH,
	  FIELDS(F("recfmt", 0, 2, BASE_DEC), F("qid", 2, 2, BASE_DEC),
		 F("sqsize", 4, 2, BASE_DEC), F("cattr", 6, 1, BASE_DEC),
		 F("kato", 8, 4, BASE_DEC)) },
	{ DUPCQE_SET_FABRICS, 0x04, BOTH, FIELDS(ATTRIB, OFST) },
	{ DUPCQE_SET_FABRICS, 0x05, TARGET_SINCE(DUPCQE_WORDING_6_12), AUTHENTICATION("tl") },
	{ DUPCQE_SET_FABRICS, 0x06, TARGET_SINCE(DUPCQE_WORDING_6_12), AUTHENTICATION("al") },
	{ .field = NULL },
};
/* clang-format on */
