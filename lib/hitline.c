// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <string.h>
#include "decode_fields.h"
#include "dupcqe/hitline.h"
#include "dupcqe/names.h"

/* A piece of the line. */
struct span {
	const char *at;
	size_t length;
};

/* What the text calls the model's fields. */
static const struct {
	char key[16];
	uint8_t field;
	bool zero_is_absent;
} numbers[] = {
	{ "qid", DUPCQE_QID, false },
	{ "cmdid", DUPCQE_CID, false },
	{ "tag", DUPCQE_TAG, false },
	{ "genctr", DUPCQE_GENCTR, false },
	{ "expected", DUPCQE_EXPECTED_GENCTR, false },
	{ "res", DUPCQE_RESULT, false },
	{ "sqhd", DUPCQE_SQ_HEAD, false },
	{ "sqid", DUPCQE_SQ_ID, false },
	{ "rq_cmdid", DUPCQE_RQ_CID, false },
	{ "opcode", DUPCQE_OPCODE, false },
	{ "nsid", DUPCQE_NSID, false },
	{ "depth", DUPCQE_Q_DEPTH, true },
	{ "sq_tail", DUPCQE_SQ_TAIL, false },
	{ "last_sq_tail", DUPCQE_LAST_SQ_TAIL, false },
	{ "cq_head", DUPCQE_CQ_HEAD, false },
	{ "cq_phase", DUPCQE_CQ_PHASE, false },
	{ "vector", DUPCQE_CQ_VECTOR, false },
	{ "flags", DUPCQE_Q_FLAGS, false },
	{ "sq_dma", DUPCQE_SQ_DMA, true },
	{ "cq_dma", DUPCQE_CQ_DMA, true },
	{ "present", DUPCQE_PRESENT, false },
};

enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]), KEY_MAX = 20 };

/* 16 and more for what is none. */
static unsigned int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* "0" to "18446744073709551615", "0x0" and up; nothing else. */
static bool number_of(struct span text, uint64_t *ret_number)
{
	uint64_t number = 0, base = 10, digit;
	size_t i = 0;

	if (text.length > 2 && text.at[0] == '0' && text.at[1] == 'x') {
		base = 16;
		i = 2;
	}
	if (i == text.length)
		return false;
	for (; i < text.length; i++) {
		digit = digit_of(text.at[i]);
		if (digit >= base || __builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	*ret_number = number;
	return true;
}

/* What stands behind " key=", up to the comma or the line's end. */
static bool value_of(struct span line, const char *key, struct span *ret_value)
{
	char wanted[KEY_MAX];
	size_t length = strlen(key);
	const char *at, *end;

	wanted[0] = ' ';
	memcpy(wanted + 1, key, length);
	wanted[1 + length] = '=';
	at = memmem(line.at, line.length, wanted, length + 2);
	if (!at)
		return false;
	at += length + 2;
	end = memchr(at, ',', line.at + line.length - at);
	*ret_value = (struct span){ at, (end ? end : line.at + line.length) - at };
	return true;
}

static void put(struct dupcqe_event *event, enum dupcqe_field field, uint64_t number)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];
	void *at = (char *)event + want->at;

	if (want->size < 8 && number >> (8 * want->size))
		return;
	if (want->size == 1)
		*(uint8_t *)at = number;
	else if (want->size == 2)
		*(uint16_t *)at = number;
	else if (want->size == 4)
		*(uint32_t *)at = number;
	else
		*(uint64_t *)at = number;
	event->has |= DUPCQE_BIT(field);
}

static void read_numbers(struct span line, struct dupcqe_event *event)
{
	struct span value;
	uint64_t number;
	int i;

	for (i = 0; i < NUMBERS; i++)
		if (value_of(line, numbers[i].key, &value) && number_of(value, &number) &&
		    (number || !numbers[i].zero_is_absent))
			put(event, numbers[i].field, number);
}

/* The kernel's text has an underscore where the library's names have a blank. */
static bool is(struct span text, const char *name)
{
	size_t i;

	for (i = 0; i < text.length && name[i]; i++)
		if (text.at[i] != name[i] && !(text.at[i] == '_' && name[i] == ' '))
			return false;
	return i == text.length && !name[i];
}

static void read_names(struct span line, struct dupcqe_event *event)
{
	struct span value;
	const char *name;
	uint8_t number;

	if (value_of(line, "reason", &value))
		for (number = DUPCQE_UNKNOWN_TAG; (name = dupcqe_reason_name(number)); number++)
			if (is(value, name))
				put(event, DUPCQE_REASON, number);
	if (value_of(line, "rq_state", &value))
		for (number = 0; (name = dupcqe_rq_state_name(number)); number++)
			if (is(value, name))
				put(event, DUPCQE_RQ_STATE, number);
}

/* The text has the phase tag apart. */
static void read_status(struct span line, struct dupcqe_event *event)
{
	struct span status, phase;
	uint64_t number, tag;

	if (value_of(line, "status", &status) && number_of(status, &number) && number <= UINT16_MAX >> 1 &&
	    value_of(line, "phase", &phase) && number_of(phase, &tag) && tag <= 1)
		put(event, DUPCQE_STATUS, number << 1 | tag);
}

static void keep(struct span value, char *ret_text, size_t size, struct dupcqe_event *event,
		 enum dupcqe_field field)
{
	if (!value.length || value.length >= size)
		return;
	memcpy(ret_text, value.at, value.length);
	ret_text[value.length] = '\0';
	event->has |= DUPCQE_BIT(field);
}

static void read_strings(struct span line, struct dupcqe_event *event)
{
	struct span value;

	if (value_of(line, "transport", &value))
		keep(value, event->transport, sizeof(event->transport), event, DUPCQE_TRANSPORT);
	if (value_of(line, "addr", &value))
		keep(value, event->addr, sizeof(event->addr), event, DUPCQE_ADDR);
	if (value_of(line, "trsvcid", &value))
		keep(value, event->trsvcid, sizeof(event->trsvcid), event, DUPCQE_TRSVCID);
}

/* "... ADDR: nvme0: qid=": the module has the address in front. */
static void read_address_before(const char *line, const char *name, struct dupcqe_event *event)
{
	const char *end = name - 2, *at = end;

	if (dupcqe_has(event, DUPCQE_ADDR) || name - line < 3 || memcmp(end, ": ", 2))
		return;
	while (at > line && at[-1] != ' ')
		at--;
	/* as "nvme_dup_cqe: nvme0: " has the event's name there */
	if (memchr(at, '.', end - at))
		keep((struct span){ at, end - at }, event->addr, sizeof(event->addr), event, DUPCQE_ADDR);
}

/* Fields that the record says it does not have are shown as numbers all the same. */
static void drop_absent(struct dupcqe_event *event)
{
	int field;

	if (!dupcqe_has(event, DUPCQE_PRESENT))
		return;
	for (field = 0; field < DUPCQE_FIELDS; field++)
		if (dupcqe_wants[field].gate & ~event->present)
			event->has &= ~DUPCQE_BIT(field);
}

/* "nvme0: qid=": where the digits begin, or NULL. */
static const char *controller(struct span line, uint64_t *ret_instance)
{
	const char *qid = memmem(line.at, line.length, ": qid=", 6), *digits = qid;

	if (!qid)
		return NULL;
	while (digits > line.at && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	if (digits - line.at < 4 || memcmp(digits - 4, "nvme", 4) ||
	    !number_of((struct span){ digits, qid - digits }, ret_instance) || *ret_instance > INT32_MAX)
		return NULL;
	return digits;
}

int dupcqe_hit_line(const char *line, size_t length, struct dupcqe_event *ret_event)
{
	const uint64_t needed = DUPCQE_BIT(DUPCQE_QID) | DUPCQE_BIT(DUPCQE_Q_DEPTH) | DUPCQE_BIT(DUPCQE_CQ_HEAD) |
				DUPCQE_BIT(DUPCQE_CQ_DMA);
	struct dupcqe_event event = { .has = 0 };
	struct span rest, sq_dma;
	uint64_t instance;
	const char *digits = controller((struct span){ line, length }, &instance);

	if (!digits)
		return -ENOENT;
	put(&event, DUPCQE_CTRL_ID, instance);
	rest = (struct span){ digits, length - (digits - line) };
	read_numbers(rest, &event);
	read_names(rest, &event);
	read_status(rest, &event);
	read_strings(rest, &event);
	read_address_before(line, digits - 4, &event);
	drop_absent(&event);
	if ((event.has & needed) != needed || !value_of(rest, "sq_dma", &sq_dma))
		return -ENOENT;
	*ret_event = event;
	return 0;
}

int dupcqe_hit_find(const char *text, size_t length, struct dupcqe_hit *ret_hit)
{
	const char *line = text, *end, *stop = text + length;
	size_t count;
	int ret = -ENOENT;

	for (; line < stop; line = end + 1) {
		end = memchr(line, '\n', stop - line);
		if (!end)
			end = stop;
		/* as a serial console writes them */
		count = end - line - (end > line && end[-1] == '\r');
		if (dupcqe_hit_line(line, count, &ret_hit->event))
			continue;
		ret_hit->line = line;
		ret_hit->length = count;
		ret = 0;
	}
	return ret;
}
