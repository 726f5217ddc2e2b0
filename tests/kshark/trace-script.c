// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "trace-script.h"

static const char blanks[] = " \t\n";

/* What a line is about, for messages. */
struct line {
	const char *file;
	unsigned int number;
	char *rest;
};

static int complain(const struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int complain(const struct line *line, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "make-trace: %s:%u: ", line->file, line->number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return -EINVAL;
}

static char *word(struct line *line)
{
	return strtok_r(NULL, blanks, &line->rest);
}

static int parse_unsigned(const char *text, unsigned long max, unsigned long *ret_value)
{
	char *end;

	if (!text || !isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*ret_value = strtoul(text, &end, 10);
	return errno || *end || *ret_value > max ? -EINVAL : 0;
}

/* Seconds with up to nine decimals. */
static int parse_time(const char *text, uint64_t *ret_ns)
{
	uint64_t ns = 0;
	int decimals = -1;

	for (; text && *text && decimals < 9; text++)
		if (*text == '.' && decimals < 0)
			decimals = 0;
		else if (isdigit((unsigned char)*text)) {
			ns = ns * 10 + (uint64_t)(*text - '0');
			decimals += decimals >= 0;
		} else
			return -EINVAL;
	if (!text || *text)
		return -EINVAL;
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 9; decimals++)
		ns *= 10;
	*ret_ns = ns;
	return 0;
}

static int put_field(struct record *record, const struct line *line, const char *name, const char *text)
{
	const struct tep_format_field *field = tep_find_field((struct tep_event *)record->event, name);

	if (!field)
		return complain(line, "%s has no field '%s'", record->event->name, name);
	if (record_text(record, field, text))
		return complain(line, "'%s' does not fit into %s, %s", text, name, field->type);
	return 0;
}

static int put_fields(struct record *record, struct line *line)
{
	char *name, *text;
	int err = 0;

	while (!err && (name = word(line))) {
		text = strchr(name, '=');
		if (!text)
			return complain(line, "'%s' is no FIELD=VALUE", name);
		*text++ = '\0';
		err = put_field(record, line, name, text);
	}
	return err ? err : record_end(record);
}

static int add_record(struct room *room, struct pages *pages, struct line *line, uint64_t ns, unsigned long pid)
{
	char *comm = word(line), *name = word(line);
	const struct tep_event *event = name ? room_event(room, name) : NULL;
	struct record record;
	int err;

	if (!event)
		return complain(line, "'%s' is no event of this trace", name ? name : "");
	record_begin(&record, event, (int)pid);
	err = put_fields(&record, line);
	if (err)
		return err;
	err = room_name(room, (int)pid, comm);
	if (!err)
		err = pages_add(pages, ns, record.bytes, record.size);
	if (err == -EINVAL)
		return complain(line, "it is older than the record before it on this CPU");
	return err ? complain(line, "%s", strerror(-err)) : 0;
}

static int add_lost(struct pages *pages, struct line *line)
{
	char *text = word(line);
	unsigned long count = 0;

	if (text && parse_unsigned(text, UINT32_MAX, &count))
		return complain(line, "'%s' is no number of lost records", text);
	return pages_lost(pages, count);
}

static int add_line(struct room *room, struct line *line, const char *first)
{
	const char *second = word(line), *third = word(line);
	struct pages *pages;
	unsigned long cpu, pid;
	uint64_t ns;

	if (parse_unsigned(first, ROOM_CPUS - 1, &cpu) || parse_time(second, &ns))
		return complain(line, "a line begins with CPU SECONDS");
	pages = room_pages(room, (unsigned int)cpu);
	if (!pages)
		return complain(line, "%s", strerror(errno));
	if (third && !strcmp(third, "lost"))
		return add_lost(pages, line);
	if (parse_unsigned(third, INT32_MAX, &pid))
		return complain(line, "'%s' is no pid", third ? third : "");
	return add_record(room, pages, line, ns, pid);
}

static int add_events(struct room *room, struct line *line)
{
	char *name;

	if (room->events)
		return complain(line, "'events' belongs before all records, once");
	while ((name = word(line)))
		if (room_add_event(room, name))
			return complain(line, "there is no format of '%s'", name);
	return 0;
}

static int read_line(struct room *room, struct line *line, char *text)
{
	char *first = strtok_r(text, blanks, &line->rest);
	int err = 0;

	if (!first || *first == '#')
		return 0;
	if (!strcmp(first, "events"))
		return add_events(room, line);
	if (!room->events)
		err = room_add_all_events(room);
	return err ? complain(line, "cannot read the formats: %s", strerror(-err)) : add_line(room, line, first);
}

int script_read(struct room *room, const char *file)
{
	struct line line = { .file = file };
	FILE *from = strcmp(file, "-") ? fopen(file, "r") : stdin;
	char *text = NULL;
	size_t size = 0;
	int err = 0;

	if (!from) {
		err = -errno;
		fprintf(stderr, "make-trace: cannot open '%s': %s\n", file, strerror(-err));
		return err;
	}
	while (!err && getline(&text, &size, from) > 0) {
		line.number++;
		err = read_line(room, &line, text);
	}
	if (!err && !room->cpus)
		err = complain(&line, "there is no record in it");
	free(text);
	if (from != stdin)
		fclose(from);
	return err;
}
