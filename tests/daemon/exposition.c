// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "exposition.h"

enum { METRICS = 64, SAMPLES = 1024, LINE = 1024 };

struct reader {
	char metric[METRICS][128];
	unsigned int metrics;
	bool typed, counter;	/* the metric that stands last */
	char sample[SAMPLES][256];
	unsigned int samples;
};

static size_t name_length(const char *at, bool colon)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_' || (colon && at[len] == ':'))
		len++;
	return isdigit((unsigned char)*at) ? 0 : len;
}

static const char *current(const struct reader *reader)
{
	return reader->metrics ? reader->metric[reader->metrics - 1] : "";
}

static const char *take_help(struct reader *reader, const char *at)
{
	size_t len = name_length(at, true);
	unsigned int i;

	if (!len || len >= sizeof(reader->metric[0]) || at[len] != ' ' || !at[len + 1])
		return "a HELP without name or text";
	if (reader->metrics == METRICS)
		return "too many metrics for this reader";
	memcpy(reader->metric[reader->metrics], at, len);
	reader->metric[reader->metrics][len] = '\0';
	for (i = 0; i < reader->metrics; i++)
		if (!strcmp(reader->metric[i], reader->metric[reader->metrics]))
			return "a metric stands in two places";
	reader->metrics++;
	reader->typed = false;
	return NULL;
}

static const char *take_type(struct reader *reader, const char *at)
{
	size_t len = name_length(at, true);
	bool total;

	if (strlen(current(reader)) != len || memcmp(current(reader), at, len) || reader->typed || at[len] != ' ')
		return "a TYPE that does not follow its HELP";
	reader->counter = !strcmp(at + len, " counter");
	reader->typed = true;
	if (!reader->counter && strcmp(at + len, " gauge"))
		return "an unknown type";
	total = len > 6 && !memcmp(at + len - 6, "_total", 6);
	return total == reader->counter ? NULL : "a counter has to end in _total, and nothing else may";
}

/* Behind the quote that begins a label's value; NULL if it never ends. */
static const char *skip_value(const char *at)
{
	for (; *at && *at != '"'; at++)
		if (*at == '\\' && !strchr("\\\"n", *++at))
			return NULL;
	return *at ? at + 1 : NULL;
}

/* Behind "{name="value",...}", or NULL. */
static const char *skip_labels(const char *at)
{
	size_t len;

	do {
		len = name_length(++at, false);
		if (!len || strncmp(at + len, "=\"", 2))
			return NULL;
		at = skip_value(at + len + 2);
	} while (at && *at == ',');
	return at && *at == '}' ? at + 1 : NULL;
}

static const char *note_sample(struct reader *reader, const char *line, size_t len)
{
	unsigned int i;

	if (reader->samples == SAMPLES || len >= sizeof(reader->sample[0]))
		return "too many samples, or too long ones, for this reader";
	memcpy(reader->sample[reader->samples], line, len);
	reader->sample[reader->samples][len] = '\0';
	for (i = 0; i < reader->samples; i++)
		if (!strcmp(reader->sample[i], reader->sample[reader->samples]))
			return "a sample stands twice";
	reader->samples++;
	return NULL;
}

static const char *take_sample(struct reader *reader, const char *line)
{
	size_t len = name_length(line, true);
	const char *at = line + len;
	char *end;

	if (!reader->typed || strlen(current(reader)) != len || memcmp(current(reader), line, len))
		return "a sample without its HELP and TYPE before it";
	if (*at == '{')
		at = skip_labels(at);
	if (!at || *at != ' ')
		return "labels that are not well formed";
	if (!isdigit((unsigned char)at[1]) && (at[1] != '-' || reader->counter))
		return "no value";
	strtod(at + 1, &end);
	if (*end)
		return "something behind the value";
	return note_sample(reader, line, at - line);
}

static const char *take(struct reader *reader, const char *line)
{
	if (!strncmp(line, "# HELP ", 7))
		return take_help(reader, line + 7);
	if (!strncmp(line, "# TYPE ", 7))
		return take_type(reader, line + 7);
	return take_sample(reader, line);
}

const char *exposition_wrong(const char *text)
{
	static struct reader reader;
	static char said[LINE + 128];
	char line[LINE];
	const char *end, *wrong;

	memset(&reader, 0, sizeof(reader));
	for (; *text; text = end + 1) {
		end = strchr(text, '\n');
		if (!end || (size_t)(end - text) >= sizeof(line))
			return "a line that does not end, or a long one";
		memcpy(line, text, end - text);
		line[end - text] = '\0';
		wrong = take(&reader, line);
		if (wrong) {
			snprintf(said, sizeof(said), "%s: %s", wrong, line);
			return said;
		}
	}
	return NULL;
}
