/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of the specification's numbers. Every function returns a static string, or NULL for a
 * number that has no name here: the caller then shows the number.
 */
#ifndef DUPCQE_NAMES_H
#define DUPCQE_NAMES_H

#include <stdint.h>
#include "dupcqe/command.h"

/* enum dupcqe_reason: "stale generation", in the kernel's own words. */
const char *dupcqe_reason_name(uint8_t reason);

/* enum dupcqe_rq_state: "idle", "in flight", "complete". */
const char *dupcqe_rq_state_name(uint8_t state);

/* The specification's name of a command: "Write", "Zone Append", "Property Set". */
const char *dupcqe_opcode_name(enum dupcqe_command_set set, uint8_t opcode);

/*
 * Status code type and status code of a CQE: sct is 0 to 7, sc 0 to 255 (NVMe base
 * specification, 3.3.3.2.1). Some command specific codes mean different things in the three sets.
 */
const char *dupcqe_status_type_name(uint8_t sct);
const char *dupcqe_status_name(enum dupcqe_command_set set, uint8_t sct, uint8_t sc);

/* One bit of q_flags: "enabled", "sq in cmb", "delete error", "polled". */
const char *dupcqe_q_flag_name(unsigned int bit);

#endif
