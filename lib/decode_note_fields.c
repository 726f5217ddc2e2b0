// SPDX-License-Identifier: LGPL-2.1-or-later
/* What the format of nvme_dup_cqe_why has: probe/define.c makes it. */
#include <errno.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include "decode_fields.h"
#include "decode_note.h"

static const char *const names[DUPCQE_NOTE_FIELDS] = {
	[DUPCQE_NOTE_FMT] = "fmt",
	[DUPCQE_NOTE_FUNC] = "func",
	[DUPCQE_NOTE_CTRL_ID] = "ctrl_id",
	[DUPCQE_NOTE_TAG] = "tag",
	[DUPCQE_NOTE_GENCTR] = "genctr",
	[DUPCQE_NOTE_EXPECTED] = "expected_genctr",
	[DUPCQE_NOTE_SUPPRESSED] = "suppressed",
};

static void note_field(struct dupcqe_note_decoder *decoder, const struct tep_format_field *field)
{
	enum dupcqe_kind kind;
	uint32_t end;
	int i;

	if (!dupcqe_field_fits(field))
		return;
	end = field->offset + field->size;
	if (decoder->fixed_end < end)
		decoder->fixed_end = end;
	for (i = 0; i < DUPCQE_NOTE_FIELDS; i++) {
		kind = i <= DUPCQE_NOTE_FUNC ? DUPCQE_STRING : DUPCQE_UNSIGNED;
		if (strcmp(names[i], field->name) || decoder->place[i].size || !dupcqe_field_suits(field, kind))
			continue;
		decoder->place[i] = dupcqe_field_place(field);
	}
}

int dupcqe_note_decoder_init(const struct tep_event *event, struct dupcqe_note_decoder *ret_decoder)
{
	struct dupcqe_note_decoder decoder = { .big_endian = tep_is_file_bigendian(event->tep) };
	const struct tep_format_field *field;
	bool is_ours = false;

	for (field = event->format.fields; field; field = field->next) {
		note_field(&decoder, field);
		is_ours = is_ours || !strcmp(field->name, "probe");
	}
	if (!is_ours || !decoder.place[DUPCQE_NOTE_FMT].size || !decoder.place[DUPCQE_NOTE_FUNC].size)
		return -ENOENT;
	decoder.registers = dupcqe_register_fields(event, decoder.reg);
	*ret_decoder = decoder;
	return 0;
}
