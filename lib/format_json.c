// SPDX-License-Identifier: LGPL-2.1-or-later
/* The event as JSON. */
#include "dupcqe/format.h"
#include "dupcqe/json.h"
#include "dupcqe/reading.h"
#include "decode_fields.h"
#include "format_parts.h"

static void key(struct dupcqe_text *text, const char *name)
{
	if (text->len && text->at[text->len - 1] != '{')
		dupcqe_text_putc(text, ',');
	dupcqe_text_putc(text, '"');
	dupcqe_text_puts(text, name);
	dupcqe_text_puts(text, "\":");
}

static void string_or_null(struct dupcqe_text *text, const char *from)
{
	if (from)
		dupcqe_json_string(text, from);
	else
		dupcqe_text_puts(text, "null");
}

static void words(struct dupcqe_text *text, const uint32_t *from, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		dupcqe_text_putc(text, i ? ',' : '[');
		dupcqe_text_dec(text, from[i]);
	}
	dupcqe_text_putc(text, ']');
}

static void window(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	unsigned int i;

	dupcqe_text_putc(text, '[');
	for (i = 0; i < event->cqw_count; i++) {
		dupcqe_text_puts(text, i ? "," : "");
		words(text, event->cqw[i], DUPCQE_CQE_WORDS);
	}
	dupcqe_text_putc(text, ']');
}

static void number(struct dupcqe_text *text, const struct dupcqe_event *event,
		   enum dupcqe_field field)
{
	uint64_t value = dupcqe_part_value(event, field);

	if (field == DUPCQE_CTRL_ID) {
		dupcqe_text_sdec(text, event->ctrl_id);
	} else if (dupcqe_wants[field].size == sizeof(uint64_t)) {
		dupcqe_text_putc(text, '"');
		dupcqe_part_hex(text, value);
		dupcqe_text_putc(text, '"');
	} else {
		dupcqe_text_dec(text, value);
	}
}

static void field_value(struct dupcqe_text *text, const struct dupcqe_event *event,
			enum dupcqe_field field)
{
	if (!dupcqe_has(event, field))
		dupcqe_text_puts(text, "null");
	else if (field == DUPCQE_CQW)
		window(text, event);
	else if (field == DUPCQE_SQE)
		words(text, event->sqe, DUPCQE_SQE_WORDS);
	else if (dupcqe_wants[field].kind == DUPCQE_STRING)
		dupcqe_json_string(text, (const char *)event + dupcqe_wants[field].at);
	else
		number(text, event, field);
}

static void names(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	uint16_t status = event->status >> 1;
	const char *name[4] = {NULL};
	uint8_t opcode;
	enum dupcqe_command_set set = dupcqe_request_set(event, &opcode);

	if (dupcqe_has(event, DUPCQE_REASON))
		name[0] = dupcqe_reason_name(event->reason);
	if (dupcqe_has(event, DUPCQE_RQ_STATE))
		name[1] = dupcqe_rq_state_name(event->rq_state);
	if (dupcqe_has(event, DUPCQE_OPCODE))
		name[2] = dupcqe_opcode_name(set, opcode);
	if (dupcqe_has(event, DUPCQE_STATUS))
		name[3] = dupcqe_status_name(dupcqe_cqe_set(event), status >> 8 & 7, status);
	key(text, "reason_name");
	string_or_null(text, name[0]);
	key(text, "rq_state_name");
	string_or_null(text, name[1]);
	key(text, "opcode_name");
	string_or_null(text, name[2]);
	key(text, "status_name");
	string_or_null(text, name[3]);
}

static void labelled(struct dupcqe_text *text, const char *name, uint64_t value)
{
	key(text, name);
	dupcqe_text_dec(text, value);
}

static void finding(struct dupcqe_text *text, const struct dupcqe_reading *reading,
		    enum dupcqe_finding which)
{
	dupcqe_text_putc(text, '{');
	key(text, "finding");
	dupcqe_json_string(text, dupcqe_finding_name(which));
	if ((which == DUPCQE_STALE || which == DUPCQE_FRESH_DUPLICATE) && reading->behind)
		labelled(text, "behind", reading->behind);
	if (which == DUPCQE_COPY_IN_RING) {
		labelled(text, "distance", reading->copy_distance);
		labelled(text, "slot", reading->copy_slot);
		labelled(text, "index", reading->copy_index);
	}
	key(text, "means");
	dupcqe_json_string(text, dupcqe_finding_means(which));
	dupcqe_text_putc(text, '}');
}

/* Which entry of cqw is the refused one. */
static void window_hit(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	int hit = dupcqe_window_hit(event);

	key(text, "cqw_hit");
	if (hit < 0)
		dupcqe_text_puts(text, "null");
	else
		dupcqe_text_dec(text, hit);
}

static void findings(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	struct dupcqe_reading reading;
	const char *separator = "";
	int which;

	dupcqe_read(event, &reading);
	key(text, "findings");
	dupcqe_text_putc(text, '[');
	for (which = 0; which < DUPCQE_FINDINGS; which++) {
		if (!dupcqe_found(&reading, which))
			continue;
		dupcqe_text_puts(text, separator);
		finding(text, &reading, which);
		separator = ",";
	}
	dupcqe_text_putc(text, ']');
}

static void source(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	if (event->source != DUPCQE_FROM_PROBE)
		return;
	key(text, "source");
	dupcqe_json_string(text, "probe");
	key(text, "proof");
	string_or_null(text, *event->proof ? event->proof : NULL);
}

void dupcqe_format_json(struct dupcqe_text *text, const struct dupcqe_event *event)
{
	int field;

	dupcqe_text_putc(text, '{');
	for (field = 0; field < DUPCQE_FIELDS; field++) {
		key(text, dupcqe_wants[field].name);
		field_value(text, event, field);
	}
	window_hit(text, event);
	names(text, event);
	findings(text, event);
	source(text, event);
	dupcqe_text_putc(text, '}');
}
