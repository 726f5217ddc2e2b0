// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include "dupcqe/names.h"
#include "hit_fields.h"

enum kind { DEVICE, REASON, STRING, U8, U16, U32, S32, BOOL, NOT_0, SOURCE };

enum { ALWAYS = -1 };

static const struct field {
	const char *name;
	int has; /* enum dupcqe_field */
	enum kind kind;
	size_t at;
} fields[] = {
	{ "DUPCQE_DEVICE", DUPCQE_CTRL_ID, DEVICE, 0 },
	{ "DUPCQE_TRANSPORT", DUPCQE_TRANSPORT, STRING, offsetof(struct hit, event.transport) },
	{ "DUPCQE_ADDRESS", DUPCQE_ADDR, STRING, offsetof(struct hit, event.addr) },
	{ "DUPCQE_TRSVCID", DUPCQE_TRSVCID, STRING, offsetof(struct hit, event.trsvcid) },
	{ "DUPCQE_MODEL", ALWAYS, STRING, offsetof(struct hit, identity.model) },
	{ "DUPCQE_SERIAL", ALWAYS, STRING, offsetof(struct hit, identity.serial) },
	{ "DUPCQE_QID", DUPCQE_QID, U16, offsetof(struct hit, event.qid) },
	{ "DUPCQE_CID", DUPCQE_CID, U16, offsetof(struct hit, event.cid) },
	{ "DUPCQE_TAG", DUPCQE_TAG, U16, offsetof(struct hit, event.tag) },
	{ "DUPCQE_REASON", DUPCQE_REASON, REASON, 0 },
	{ "DUPCQE_STATUS", DUPCQE_STATUS, U16, offsetof(struct hit, event.status) },
	{ "DUPCQE_SQ_ID", DUPCQE_SQ_ID, U16, offsetof(struct hit, event.sq_id) },
	{ "DUPCQE_SQ_HEAD", DUPCQE_SQ_HEAD, U16, offsetof(struct hit, event.sq_head) },
	{ "DUPCQE_CQ_HEAD", DUPCQE_CQ_HEAD, U16, offsetof(struct hit, event.cq_head) },
	{ "DUPCQE_OPCODE", DUPCQE_OPCODE, U8, offsetof(struct hit, event.opcode) },
	{ "DUPCQE_NSID", DUPCQE_NSID, U32, offsetof(struct hit, event.nsid) },
	{ "DUPCQE_TRACE_NS", ALWAYS, NOT_0, offsetof(struct hit, trace_ns) },
	{ "DUPCQE_CPU", ALWAYS, S32, offsetof(struct hit, cpu) },
	{ "DUPCQE_PID", ALWAYS, S32, offsetof(struct hit, pid) },
	{ "DUPCQE_SOURCE", ALWAYS, SOURCE, 0 },
	{ "DUPCQE_TEST", ALWAYS, BOOL, offsetof(struct hit, test) },
	{ "DUPCQE_LOST", ALWAYS, NOT_0, offsetof(struct hit, lost) },
};

/* The strings come from the device. */
static void plain(struct dupcqe_text *text, const char *from)
{
	for (; *from; from++)
		dupcqe_text_putc(text, *from >= ' ' && *from < 0x7f ? *from : '?');
}

static void reason(struct dupcqe_text *text, const struct hit *hit)
{
	const char *name = dupcqe_reason_name(hit->event.reason);

	if (name)
		dupcqe_text_puts(text, name);
	else
		dupcqe_text_dec(text, hit->event.reason);
}

static void value(struct dupcqe_text *text, const struct hit *hit, const struct field *field)
{
	const char *at = (const char *)hit + field->at;
	char name[24];

	switch (field->kind) {
	case DEVICE:
		dupcqe_text_puts(text, hit_device(hit, name));
		break;
	case REASON:
		reason(text, hit);
		break;
	case STRING:
		plain(text, at);
		break;
	case U8:
		dupcqe_text_dec(text, *(const uint8_t *)at);
		break;
	case U16:
		dupcqe_text_dec(text, *(const uint16_t *)at);
		break;
	case U32:
		dupcqe_text_dec(text, *(const uint32_t *)at);
		break;
	case S32:
		dupcqe_text_sdec(text, *(const int32_t *)at);
		break;
	case NOT_0:
		if (*(const uint64_t *)at)
			dupcqe_text_dec(text, *(const uint64_t *)at);
		break;
	case SOURCE:
		if (hit->source)
			dupcqe_text_puts(text, hit_source_name(hit->source));
		break;
	case BOOL:
		dupcqe_text_putc(text, *(const bool *)at ? '1' : '0');
		break;
	}
}

const char *hit_field(const struct hit *hit, unsigned int index, struct dupcqe_text *text)
{
	if (index >= sizeof(fields) / sizeof(*fields))
		return NULL;
	if (fields[index].has == ALWAYS || dupcqe_has(&hit->event, fields[index].has))
		value(text, hit, &fields[index]);
	return fields[index].name;
}

const char *hit_device(const struct hit *hit, char ret_name[24])
{
	if (hit->lost)
		return "lost records";
	if (!dupcqe_has(&hit->event, DUPCQE_CTRL_ID))
		return "an unknown controller";
	snprintf(ret_name, 24, "nvme%d", hit->event.ctrl_id);
	return ret_name;
}

const char *hit_source_name(enum hit_source source)
{
	static const char *const names[] = { [HIT_BY_EVENT] = "event", [HIT_BY_PROBE] = "probe" };

	return names[source];
}
