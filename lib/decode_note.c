// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The messages beside a hit. Their texts are those of nvme_find_rq() (drivers/nvme/host/nvme.h) and of ___ratelimit()
 * (lib/ratelimit.c); probe/filter.c lets the same through.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "decode_entry.h"
#include "decode_note.h"

enum { TEXT = 64, TAG_MAX = 0xfff, GENCTR_MAX = 0xf };

static const struct dupcqe_want numbers[] = {
	[DUPCQE_NOTE_CTRL_ID] = { "ctrl_id", DUPCQE_SIGNED, 0, 4, 0 },
	[DUPCQE_NOTE_TAG] = { "tag", DUPCQE_UNSIGNED, 0, 2, 0 },
	[DUPCQE_NOTE_GENCTR] = { "genctr", DUPCQE_UNSIGNED, 0, 1, 0 },
	[DUPCQE_NOTE_EXPECTED] = { "expected_genctr", DUPCQE_UNSIGNED, 0, 1, 0 },
	[DUPCQE_NOTE_SUPPRESSED] = { "suppressed", DUPCQE_UNSIGNED, 0, 4, 0 },
};

struct reading {
	const struct dupcqe_note_decoder *decoder;
	struct dupcqe_record record;
};

static bool number(const struct reading *reading, enum dupcqe_note_field field, uint64_t *ret_value)
{
	struct dupcqe_place place = reading->decoder->place[field];

	return place.size && dupcqe_record_number(&reading->record, place, &numbers[field], ret_value);
}

static bool text(const struct reading *reading, enum dupcqe_note_field field, char ret_text[TEXT])
{
	struct dupcqe_place place = reading->decoder->place[field];

	return place.size && dupcqe_record_string(&reading->record, place, ret_text, TEXT);
}

static int read_stale(const struct reading *reading, struct dupcqe_note *note)
{
	uint64_t tag, genctr, expected, ctrl_id;

	if (!number(reading, DUPCQE_NOTE_TAG, &tag) || !number(reading, DUPCQE_NOTE_GENCTR, &genctr) ||
	    !number(reading, DUPCQE_NOTE_EXPECTED, &expected) || tag > TAG_MAX || genctr > GENCTR_MAX ||
	    expected > GENCTR_MAX)
		return -ENODATA;
	note->reason = DUPCQE_STALE_GENERATION;
	note->tag = tag;
	note->genctr = genctr;
	note->expected_genctr = expected;
	if (number(reading, DUPCQE_NOTE_CTRL_ID, &ctrl_id))
		note->ctrl_id = (int32_t)ctrl_id;
	return 0;
}

static int read_unknown(const struct reading *reading, struct dupcqe_note *note)
{
	uint64_t tag;

	if (!number(reading, DUPCQE_NOTE_TAG, &tag) || tag > TAG_MAX)
		return -ENODATA;
	note->reason = DUPCQE_UNKNOWN_TAG;
	note->tag = tag;
	return 0;
}

static void read_entries(const struct reading *reading, struct dupcqe_note *note)
{
	const struct dupcqe_note_decoder *decoder = reading->decoder;
	struct dupcqe_note_entry *entry = note->entry;
	struct dupcqe_span window;
	unsigned int i;

	for (i = 0; i < decoder->registers; i++) {
		if (!dupcqe_entry_window(&reading->record, &decoder->reg[i], &entry->at, &window))
			continue;
		memcpy(entry->name, decoder->reg[i].name, sizeof(entry->name));
		entry->bytes = window.size;
		memcpy(entry->window, window.at, window.size);
		entry++;
	}
	note->entries = entry - note->entry;
}

/* Also other functions' messages are left out, and told of in the same words. */
static int read_suppressed(const struct reading *reading, struct dupcqe_note *note)
{
	char func[TEXT];
	uint64_t count;

	if (!text(reading, DUPCQE_NOTE_FUNC, func) || !number(reading, DUPCQE_NOTE_SUPPRESSED, &count))
		return -ENODATA;
	if (strcmp(func, "nvme_handle_cqe"))
		return -ENOMSG;
	note->suppressed = count;
	return 0;
}

/* "nvme_tcp: could ..." is of nvme-tcp; nvme-pci has no name in front of its messages. */
static void read_transport(const char *format, struct dupcqe_note *note)
{
	static const char module[] = "nvme_", text[] = "could ";
	size_t length = strcspn(format, ":");

	if (!strncmp(format, text, strlen(text)))
		strcpy(note->transport, "pcie");
	else if (!strncmp(format, module, strlen(module)))
		snprintf(note->transport, sizeof(note->transport), "%.*s", (int)(length - strlen(module)),
			 format + strlen(module));
	else
		strcpy(note->transport, "other");
}

/* In front of some texts stands the level: KERN_ERR is "\0013". */
static const char *without_level(const char *format)
{
	return format[0] == '\001' && format[1] ? format + 2 : format;
}

/* Or, behind the name of a module (pr_fmt), "nvme_tcp: could ...". */
static bool begins(const char *format, const char *text)
{
	const char *colon = strstr(format, ": ");

	return !strncmp(format, text, strlen(text)) || (colon && !strncmp(colon + 2, text, strlen(text)));
}

int dupcqe_note_decode(const struct dupcqe_note_decoder *decoder, const void *record, size_t size,
		       struct dupcqe_note *ret_note)
{
	static const struct {
		const char *begins;
		int (*read)(const struct reading *reading, struct dupcqe_note *note);
	} messages[] = {
		{ "request %#x genctr mismatch ", read_stale },
		{ "could not locate request for tag ", read_unknown },
		{ "%s: %d callbacks suppressed", read_suppressed },
	};
	const struct reading reading = {
		decoder,
		{ record, size, decoder->fixed_end, decoder->big_endian },
	};
	struct dupcqe_note note = { .ctrl_id = -1 };
	char format[TEXT];
	unsigned int i;
	int err = -ENOMSG;

	if (!text(&reading, DUPCQE_NOTE_FMT, format))
		return -ENODATA;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (begins(without_level(format), messages[i].begins))
			err = messages[i].read(&reading, &note);
	if (err)
		return err;
	/* a stale one comes through the controller's device, and has ctrl_id */
	if (note.reason == DUPCQE_UNKNOWN_TAG)
		read_transport(without_level(format), &note);
	if (note.reason)
		read_entries(&reading, &note);
	*ret_note = note;
	return 0;
}

static bool is_of_transport(const struct dupcqe_note *note, const struct dupcqe_event *event)
{
	return !*note->transport || !dupcqe_has(event, DUPCQE_TRANSPORT) || !strcmp(note->transport, event->transport);
}

static bool is_in_time(const struct dupcqe_note *note, uint64_t ns)
{
	return !note->ns || !ns || (note->ns <= ns && ns - note->ns <= DUPCQE_NOTE_NS);
}

/* The driver worked on the entry when it said why: it had its address. */
static bool is_at_entry(const struct dupcqe_note *note, const struct dupcqe_event *event)
{
	bool found = !event->cqes || !dupcqe_has(event, DUPCQE_CQ_HEAD) || !note->entries;
	unsigned int i;

	for (i = 0; !found && i < note->entries && i < DUPCQE_REGISTERS; i++)
		found = dupcqe_entry_is_at(note->entry[i].at, event);
	return found;
}

static bool matches(const struct dupcqe_note *note, const struct dupcqe_event *event)
{
	if (event->source != DUPCQE_FROM_PROBE || note->tag != event->tag)
		return false;
	if (note->ctrl_id >= 0 && dupcqe_has(event, DUPCQE_CTRL_ID) && note->ctrl_id != event->ctrl_id)
		return false;
	if (!is_of_transport(note, event) || !is_at_entry(note, event))
		return false;
	return note->reason == DUPCQE_UNKNOWN_TAG ||
	       (note->reason == DUPCQE_STALE_GENERATION && note->genctr == event->genctr);
}

static void join_reason(const struct dupcqe_note *note, struct dupcqe_event *event)
{
	event->reason = note->reason;
	event->has |= DUPCQE_BIT(DUPCQE_REASON);
	if (note->reason != DUPCQE_STALE_GENERATION)
		return;
	event->expected_genctr = note->expected_genctr;
	event->has |= DUPCQE_BIT(DUPCQE_EXPECTED_GENCTR);
}

static void join_entry(const struct dupcqe_note *note, struct dupcqe_event *event)
{
	bool done = dupcqe_has(event, DUPCQE_STATUS);
	struct dupcqe_span window;
	unsigned int i;

	for (i = 0; !done && i < note->entries && i < DUPCQE_REGISTERS; i++) {
		window = (struct dupcqe_span){ note->entry[i].window, note->entry[i].bytes, note->entry[i].bytes };
		done = dupcqe_entry_take(note->entry[i].at, &window, note->entry[i].name, event);
	}
}

bool dupcqe_note_join_at(struct dupcqe_note *note, uint64_t ns, struct dupcqe_event *event)
{
	bool joined = is_in_time(note, ns) && matches(note, event);

	if (joined) {
		join_reason(note, event);
		join_entry(note, event);
	}
	note->reason = 0;
	note->entries = 0;
	return joined;
}

bool dupcqe_note_join(struct dupcqe_note *note, struct dupcqe_event *event)
{
	return dupcqe_note_join_at(note, 0, event);
}
