// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the format of a probe has: probe/define.c makes it. */
#include <stdio.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include "decode_fields.h"

enum { CQE_BYTES = 4 * DUPCQE_CQE_WORDS };

static const char *const through[DUPCQE_THROUGHS] = {
	[DUPCQE_THROUGH_DEVICE] = "device",
	[DUPCQE_THROUGH_QUEUES] = "queues",
	[DUPCQE_THROUGH_QID] = "qid",
	[DUPCQE_THROUGH_Q_DEPTH] = "q_depth",
	[DUPCQE_THROUGH_SQ_TAIL] = "sq_tail",
	[DUPCQE_THROUGH_LAST_SQ_TAIL] = "last_sq_tail",
	[DUPCQE_THROUGH_CQ_HEAD] = "cq_head",
	[DUPCQE_THROUGH_CQ_PHASE] = "cq_phase",
	[DUPCQE_THROUGH_CQ_VECTOR] = "cq_vector",
	[DUPCQE_THROUGH_Q_FLAGS] = "q_flags",
	[DUPCQE_THROUGH_SQ_DMA] = "sq_dma",
	[DUPCQE_THROUGH_CQ_DMA] = "cq_dma",
	[DUPCQE_THROUGH_CQES] = "cqes",
	[DUPCQE_THROUGH_CQW] = "cqw",
};

/*
 * The format of a probe does not tell how many elements an array has, only its bytes. A hit has a window, what is said
 * beside it the entry alone.
 */
static bool is_window(const struct tep_format_field *field)
{
	return field->flags & TEP_FIELD_IS_ARRAY && !(field->flags & TEP_FIELD_IS_DYNAMIC) &&
	       (field->size == CQE_BYTES || field->size == CQE_BYTES * DUPCQE_WINDOW_CQES);
}

static bool suits(const struct tep_format_field *field, enum dupcqe_kind kind)
{
	return kind == DUPCQE_WORDS ? is_window(field) : dupcqe_field_suits(field, kind);
}

/* The place of the field with this name and kind; false if there is none. */
static bool find(const struct tep_event *event, const char *name, enum dupcqe_kind kind, struct dupcqe_place *ret_place)
{
	const struct tep_format_field *field;

	for (field = event->format.fields; field; field = field->next) {
		if (strcmp(field->name, name) || !suits(field, kind) || !dupcqe_field_fits(field))
			continue;
		*ret_place = dupcqe_field_place(field);
		return true;
	}
	return false;
}

/* The register "bx" of the field "bx_cqw" */
static bool take_register(const struct tep_event *event, const char *name, int length, struct dupcqe_register *reg)
{
	char field[sizeof(reg->name) + 16];
	int i;

	memset(reg, 0, sizeof(*reg));
	memcpy(reg->name, name, length);
	if (!find(event, reg->name, DUPCQE_UNSIGNED, &reg->value))
		return false;
	for (i = 0; i < DUPCQE_THROUGHS; i++) {
		snprintf(field, sizeof(field), "%s_%s", reg->name, through[i]);
		find(event, field, i == DUPCQE_THROUGH_CQW ? DUPCQE_WORDS : DUPCQE_UNSIGNED, &reg->place[i]);
	}
	return true;
}

unsigned int dupcqe_register_fields(const struct tep_event *event, struct dupcqe_register *reg)
{
	const struct tep_format_field *field;
	unsigned int count = 0;
	size_t length;

	for (field = event->format.fields; field && count < DUPCQE_REGISTERS; field = field->next) {
		length = strcspn(field->name, "_");
		if (!length || length >= sizeof(reg->name) || strcmp(field->name + length, "_cqw"))
			continue;
		if (take_register(event, field->name, length, &reg[count]))
			count++;
	}
	return count;
}

void dupcqe_probe_fields(const struct tep_event *event, struct dupcqe_probe_format *probe)
{
	if (!find(event, "probe", DUPCQE_UNSIGNED, &probe->version) || !find(event, "fmt", DUPCQE_STRING, &probe->fmt))
		return;
	probe->is = true;
	find(event, "traddr", DUPCQE_STRING, &probe->traddr);
	find(event, "queue_size", DUPCQE_UNSIGNED, &probe->queue_size);
	if (find(event, "device", DUPCQE_UNSIGNED, &probe->device))
		probe->registers = dupcqe_register_fields(event, probe->reg);
}
