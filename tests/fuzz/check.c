// SPDX-License-Identifier: GPL-2.0-or-later
/* What must hold whatever the bytes are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dupcqe/decode.h"
#include "dupcqe/format.h"
#include "dupcqe/note.h"
#include "targets.h"

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

static bool all_printable(const char *at, size_t len, bool lines)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)at[i] < ' ' && !(lines && at[i] == '\n'))
			return false;
	return true;
}

static void check_text(const struct dupcqe_text *text, bool lines)
{
	must(!text->cut, "DUPCQE_FORMAT_MAX is enough");
	must(text->len > 0 && text->at[text->len] == '\0', "the text is there and has an end");
	must(all_printable(text->at, text->len, lines), "control characters are not let through");
}

static void check_formats(const struct dupcqe_event *event)
{
	char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_line(&text, event);
	check_text(&text, false);
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_block(&text, event, "  ");
	check_text(&text, true);
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_json(&text, event);
	check_text(&text, false);
	must(buffer[0] == '{' && buffer[text.len - 1] == '}', "the JSON text is one object");
}

/* A text that does not fit must be cut inside the buffer; its size changes with the record. */
static void check_short_buffer(const struct dupcqe_event *event)
{
	size_t size = 1 + (event->cid & 0x7ff);
	char *buffer = malloc(size);
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, size);
	dupcqe_format_block(&text, event, "");
	dupcqe_format_line(&text, event);
	dupcqe_format_json(&text, event);
	must(text.len < size && !buffer[text.len], "the text stays in its buffer");
	free(buffer);
}

static bool ended(const char *string, size_t size)
{
	return strnlen(string, size) < size;
}

static void check_event(const struct dupcqe_decoder *decoder, const struct dupcqe_event *event)
{
	const uint64_t derived = DUPCQE_BIT(DUPCQE_TAG) | DUPCQE_BIT(DUPCQE_GENCTR);

	must(dupcqe_has(event, DUPCQE_CID), "an event has a command id");
	must(decoder->probe.is || !(event->has & ~(decoder->found | derived)), "nothing comes from nowhere");
	must(decoder->probe.is == (event->source == DUPCQE_FROM_PROBE), "a record has its source");
	must(ended(event->proof, sizeof(event->proof)), "proof has an end");
	must(ended(event->transport, sizeof(event->transport)), "transport has an end");
	must(ended(event->addr, sizeof(event->addr)), "addr has an end");
	must(ended(event->trsvcid, sizeof(event->trsvcid)), "trsvcid has an end");
	must(event->cqw_count <= DUPCQE_WINDOW_CQES, "the window is not too large");
	must(dupcqe_has(event, DUPCQE_CQW) == !!event->cqw_count, "a window has entries");
	must(dupcqe_window_hit(event) < event->cqw_count, "the hit is in the window");
	must(dupcqe_has(event, DUPCQE_Q_DEPTH) || !event->q_depth, "what is absent is 0");
	must(dupcqe_has(event, DUPCQE_ADDR) || !event->addr[0], "what is absent is empty");
}

void check_record(const struct dupcqe_decoder *decoder, const uint8_t *record, size_t size)
{
	struct dupcqe_event event, again;

	memset(&event, 0x5a, sizeof(event));
	memset(&again, 0xa5, sizeof(again));
	if (dupcqe_decode(decoder, record, size, &event)) {
		must(event.has == 0x5a5a5a5a5a5a5a5a, "a failure leaves the result alone");
		return;
	}
	must(!dupcqe_decode(decoder, record, size, &again) &&
		     !memcmp(&event, &again, sizeof(event)),
	     "the same record decodes the same");
	check_event(decoder, &event);
	check_formats(&event);
	check_short_buffer(&event);
}

/* The same bytes as the note and as the hit: what is joined still is an event. */
void check_note(const struct dupcqe_note_decoder *why, const struct dupcqe_decoder *decoder, const uint8_t *record,
		size_t size)
{
	struct dupcqe_note note;
	struct dupcqe_event event;

	note.tag = 0x5a5a;
	if (dupcqe_note_decode(why, record, size, &note)) {
		must(note.tag == 0x5a5a, "a failure leaves the note alone");
		return;
	}
	must(note.tag <= 0xfff && note.genctr <= 15 && note.expected_genctr <= 15, "a note's numbers are in their limits");
	must(note.entries <= DUPCQE_REGISTERS, "a note has no more entries than registers");
	if (dupcqe_decode(decoder, record, size, &event))
		return;
	dupcqe_note_join(&note, &event);
	must(!note.reason, "a note is used once");
	check_event(decoder, &event);
	check_formats(&event);
}
