/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the line and the block have in common. Private to lib/format_*.c. */
#ifndef DUPCQE_FORMAT_PARTS_H
#define DUPCQE_FORMAT_PARTS_H

#include "dupcqe/event.h"
#include "dupcqe/names.h"
#include "dupcqe/text.h"

/* A field that is a number; 0 if it is absent. */
uint64_t dupcqe_part_value(const struct dupcqe_event *event, enum dupcqe_field field);

/* A string of the trace: what is not printable ASCII becomes \xNN, it must not drive a terminal. */
void dupcqe_part_string(struct dupcqe_text *text, const char *string);

/* "0x" and the digits of value. */
void dupcqe_part_hex(struct dupcqe_text *text, uint64_t value);

/* "Write", or "opcode 0xc1". */
void dupcqe_part_opcode(struct dupcqe_text *text, enum dupcqe_command_set set, uint8_t opcode);

/*
 * Bits 31:17 of CQE DW3, that is without the phase tag, as the other nvme events have it: "0x0
 * Successful Completion", "0x4002 Invalid Field in Command (DNR)", "0x7c1 Vendor Specific 0xc1".
 */
void dupcqe_part_status(struct dupcqe_text *text, enum dupcqe_command_set set, uint16_t status);

/* "pcie 0000:00:04.0", "tcp 10.0.2.2:4420"; nothing if neither transport nor address is there. */
void dupcqe_part_origin(struct dupcqe_text *text, const struct dupcqe_event *event);

/*
 * Behind the state of the request, if there is one, the command that it is or was used for: " with
 * Write", ", last used by Write". Wants DUPCQE_OPCODE.
 */
void dupcqe_part_command(struct dupcqe_text *text, const struct dupcqe_event *event);

/*
 * The set that names the status of the refused CQE: that of the command which it seems to answer,
 * else what is usual on the queue.
 */
enum dupcqe_command_set dupcqe_cqe_set(const struct dupcqe_event *event);

/* The set and the opcode (fctype of a Fabrics command) of the request's last command, or of sqe. */
enum dupcqe_command_set dupcqe_request_set(const struct dupcqe_event *event, uint8_t *ret_opcode);
enum dupcqe_command_set dupcqe_sqe_set(const struct dupcqe_event *event, uint8_t *ret_opcode);

#endif
