// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include "decode_fields.h"
#include "format_parts.h"

#define STATUS_CRD_SHIFT 11 /* Command Retry Delay, 2 bits */
#define STATUS_MORE	 0x2000
#define STATUS_DNR	 0x4000

uint64_t dupcqe_part_value(const struct dupcqe_event *event, enum dupcqe_field field)
{
	const void *at = (const char *)event + dupcqe_wants[field].at;

	switch (dupcqe_wants[field].size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	case 8:
		return *(const uint64_t *)at;
	default:
		return 0;
	}
}

void dupcqe_part_string(struct dupcqe_text *text, const char *string)
{
	const char *plain = string;

	for (; *string; string++) {
		if (*string >= 0x20 && *string < 0x7f && *string != '\\')
			continue;
		dupcqe_text_write(text, plain, string - plain);
		dupcqe_text_puts(text, "\\x");
		dupcqe_text_hex(text, (unsigned char)*string, 2);
		plain = string + 1;
	}
	dupcqe_text_write(text, plain, string - plain);
}

void dupcqe_part_hex(struct dupcqe_text *text, uint64_t value)
{
	dupcqe_text_puts(text, "0x");
	dupcqe_text_hex(text, value, 1);
}

void dupcqe_part_opcode(struct dupcqe_text *text, enum dupcqe_command_set set, uint8_t opcode)
{
	const char *name = dupcqe_opcode_name(set, opcode);

	if (name) {
		dupcqe_text_puts(text, name);
		return;
	}
	dupcqe_text_puts(text, set == DUPCQE_SET_FABRICS ? "fctype " : "opcode ");
	dupcqe_part_hex(text, opcode);
}

static void status_name(struct dupcqe_text *text, enum dupcqe_command_set set, uint16_t status)
{
	uint8_t sct = status >> 8 & 7, sc = status;
	const char *name = dupcqe_status_name(set, sct, sc);
	const char *type = dupcqe_status_type_name(sct);

	if (name) {
		dupcqe_text_putc(text, ' ');
		dupcqe_text_puts(text, name);
	} else if (type) {
		dupcqe_text_putc(text, ' ');
		dupcqe_text_puts(text, type);
		dupcqe_text_putc(text, ' ');
		dupcqe_part_hex(text, sc);
	}
}

static void status_flag(struct dupcqe_text *text, const char *flag, bool *first)
{
	dupcqe_text_puts(text, *first ? " (" : " ");
	dupcqe_text_puts(text, flag);
	*first = false;
}

void dupcqe_part_status(struct dupcqe_text *text, enum dupcqe_command_set set, uint16_t status)
{
	static const char *const retry_delay[] = {"", "CRD1", "CRD2", "CRD3"};
	unsigned int delay = status >> STATUS_CRD_SHIFT & 3;
	bool first = true;

	dupcqe_part_hex(text, status);
	status_name(text, set, status);
	if (delay)
		status_flag(text, retry_delay[delay], &first);
	if (status & STATUS_MORE)
		status_flag(text, "More", &first);
	if (status & STATUS_DNR)
		status_flag(text, "DNR", &first);
	if (!first)
		dupcqe_text_putc(text, ')');
}

static bool has_string(const struct dupcqe_event *event, enum dupcqe_field field,
		       const char *string)
{
	return dupcqe_has(event, field) && string[0];
}

/* The colons of an IPv6 address are not that of the port. */
static void address(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	bool port = has_string(event, DUPCQE_TRSVCID, event->trsvcid);
	bool brackets = port && strchr(event->addr, ':');

	if (brackets)
		dupcqe_text_putc(text, '[');
	dupcqe_part_string(text, event->addr);
	if (brackets)
		dupcqe_text_putc(text, ']');
	if (port) {
		dupcqe_text_putc(text, ':');
		dupcqe_part_string(text, event->trsvcid);
	}
}

void dupcqe_part_origin(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	bool transport = has_string(event, DUPCQE_TRANSPORT, event->transport);
	bool addr = has_string(event, DUPCQE_ADDR, event->addr);

	if (transport)
		dupcqe_part_string(text, event->transport);
	if (transport && addr)
		dupcqe_text_putc(text, ' ');
	if (addr)
		address(text, event);
}

/* A record of an unpatched kernel has only what the entry claims. */
static int queue(const struct dupcqe_event *event)
{
	return dupcqe_has(event, DUPCQE_QID) ? event->qid : event->sq_id;
}

/* Of a Fabrics command the low byte of the namespace id is the command type. */
static enum dupcqe_command_set set_of(const struct dupcqe_event *event, uint8_t opcode,
				      uint32_t nsid, uint8_t *ret_opcode)
{
	enum dupcqe_command_set set = dupcqe_command_set(queue(event), opcode);

	*ret_opcode = set == DUPCQE_SET_FABRICS ? nsid : opcode;
	return set;
}

enum dupcqe_command_set dupcqe_request_set(const struct dupcqe_event *event, uint8_t *ret_opcode)
{
	return set_of(event, event->opcode, event->nsid, ret_opcode);
}

enum dupcqe_command_set dupcqe_sqe_set(const struct dupcqe_event *event, uint8_t *ret_opcode)
{
	return set_of(event, event->sqe[0], event->sqe[1], ret_opcode);
}

enum dupcqe_command_set dupcqe_cqe_set(const struct dupcqe_event *event)
{
	uint8_t opcode;

	if (dupcqe_has(event, DUPCQE_SQE))
		return dupcqe_sqe_set(event, &opcode);
	if (dupcqe_has(event, DUPCQE_OPCODE) && dupcqe_has(event, DUPCQE_RQ_CID) &&
	    event->rq_cid == event->cid)
		return dupcqe_request_set(event, &opcode);
	return dupcqe_command_set(queue(event), 0);
}

void dupcqe_part_command(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	bool state = dupcqe_has(event, DUPCQE_RQ_STATE);
	uint8_t opcode;
	enum dupcqe_command_set set = dupcqe_request_set(event, &opcode);

	if (state && event->rq_state == DUPCQE_RQ_IN_FLIGHT)
		dupcqe_text_puts(text, " with ");
	else
		dupcqe_text_puts(text, state ? ", last used by " : "last used by ");
	dupcqe_part_opcode(text, set, opcode);
}
