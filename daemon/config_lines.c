// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines and sections of one file. The lines go through inih, which splits them; what inih would
 * pass over or cut without a word (a line too long for it, a section without keys, a word that is
 * no setting) is found here before, with its line number.
 */
#include <errno.h>
#include <ini.h>
#include <string.h>
#include "config_parse.h"

#define BLANKS " \t\r"

struct lines {
	struct config_parse *parse;
	const char *at, *end;
	bool unanswered; /* inih has the line and has not called config_set() */
};

/*
 * No control characters but a tab, and a CR at the end: with another line end in them, all lines would be one, perhaps
 * a comment.
 */
static bool is_clean(struct config_parse *parse, const char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		unsigned char c = line[i];

		if ((c < ' ' && c != '\t' && !(c == '\r' && i + 1 == length)) || c == 0x7f) {
			config_problem(parse, -EINVAL, "byte 0x%02x in column %zu: expected text",
				       c, i + 1);
			return false;
		}
	}
	return true;
}

static void trim(const char **line, size_t *length)
{
	while (*length && strchr(BLANKS, **line)) {
		++*line;
		--*length;
	}
	while (*length && strchr(BLANKS, (*line)[*length - 1]))
		--*length;
}

static void unknown_section(struct config_parse *parse, const char *name)
{
	const char *nearest, *names[SECTION_NONE + 1];

	memcpy(names, config_sections, sizeof(config_sections[0]) * SECTION_NONE);
	names[SECTION_NONE] = NULL;
	nearest = config_nearest(name, names);
	if (nearest)
		config_problem(parse, -EINVAL, "unknown section [%.40s]: did you mean [%s%s]?",
			       name, nearest, strcmp(nearest, "rule") == 0 ? " NAME" : "");
	else
		config_problem(parse, -EINVAL,
			       "unknown section [%.40s]: expected [daemon], [snapshots], [exec], "
			       "[panic] or [rule NAME]",
			       name);
}

static void begin_section(struct config_parse *parse, const char *name)
{
	unsigned int section;

	config_rule_end(parse);
	parse->section = SECTION_UNKNOWN;
	if (strncmp(name, "rule", 4) == 0 && (!name[4] || strchr(BLANKS, name[4]))) {
		config_rule_begin(parse, name + 4 + strspn(name + 4, BLANKS));
		return;
	}
	for (section = 0; section < SECTION_RULE; section++)
		if (strcmp(name, config_sections[section]) == 0)
			parse->section = section;
	if (parse->section == SECTION_UNKNOWN)
		unknown_section(parse, name);
}

/* "[name]", with nothing but a comment behind it. */
static void section_line(struct config_parse *parse, char *line)
{
	char *close = strchr(line, ']'), *behind;

	behind = close ? close + 1 + strspn(close + 1, BLANKS) : NULL;
	if (!close || (*behind && *behind != ';' && *behind != '#')) {
		config_rule_end(parse);
		parse->section = SECTION_UNKNOWN;
		config_problem(parse, -EINVAL, "'%.80s': expected a section, as [daemon]", line);
		return;
	}
	*close = '\0';
	begin_section(parse, line + 1);
}

/* Whether the line is for inih; it then stands in the buffer. */
static bool take_line(struct lines *lines, const char *line, size_t length, char *buffer, int size)
{
	if (!is_clean(lines->parse, line, length))
		return false;
	trim(&line, &length);
	if (!length || *line == '#' || *line == ';')
		return false;
	/* room for a newline, which inih looks for, and the terminator */
	if (length + 2 > (size_t)size) {
		config_problem(lines->parse, -EINVAL,
			       "%zu characters: expected at most %d in a line", length, size - 2);
		return false;
	}
	memcpy(buffer, line, length);
	buffer[length] = '\0';
	if (*buffer != '[') {
		strcpy(buffer + length, "\n");
		return true;
	}
	section_line(lines->parse, buffer);
	return false;
}

static void tell_unanswered(struct lines *lines)
{
	if (lines->unanswered && lines->parse->section != SECTION_UNKNOWN)
		config_problem(lines->parse, -EINVAL,
			       "expected KEY = VALUE, [SECTION] or a comment");
	lines->unanswered = false;
}

/* As fgets(): the next line that is a setting. */
static char *next_line(char *buffer, int size, void *stream)
{
	struct lines *lines = stream;
	const char *line, *newline;

	tell_unanswered(lines);
	while (lines->at < lines->end) {
		line = lines->at;
		newline = memchr(line, '\n', lines->end - line);
		lines->at = newline ? newline + 1 : lines->end;
		lines->parse->at.line++;
		if (take_line(lines, line, (newline ? newline : lines->end) - line, buffer, size)) {
			lines->unanswered = true;
			return buffer;
		}
	}
	return NULL;
}

static void set_key(struct config_parse *parse, const char *name, const char *value)
{
	if (parse->section == SECTION_UNKNOWN)
		return;
	if (parse->section == SECTION_NONE) {
		config_problem(parse, -EINVAL, "'%.40s': expected a section before it, as [daemon]",
			       name);
		parse->section = SECTION_UNKNOWN;
	} else if (!*name) {
		config_problem(parse, -EINVAL, "no key: expected KEY = VALUE");
	} else if (strstr(value, " #") && strcmp(name, "action") != 0) {
		config_problem(parse, -EINVAL,
			       "%.40s '%.80s': expected no '#' behind a value: "
			       "a comment there begins with ' ;'",
			       name, value);
	} else {
		config_set(parse, name, value);
	}
}

/* inih calls this with the line that next_line() gave last; the section is known better here. */
static int setting(void *context, const char *section, const char *name, const char *value)
{
	struct lines *lines = context;

	(void)section;
	if (!name || !value)
		return 1;
	lines->unanswered = false;
	set_key(lines->parse, name, value);
	return 1;
}

void config_read_lines(struct config_parse *parse, const char *text, size_t length)
{
	struct lines lines = {.parse = parse, .at = text, .end = text + length};

	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		lines.at += 3;
	parse->section = SECTION_NONE;
	if (ini_parse_stream(next_line, &lines, setting, &lines) < 0)
		config_problem(parse, -ENOMEM, "%s", strerror(ENOMEM));
	/* an inih that was built to stop at the first error has not come back for more */
	tell_unanswered(&lines);
	config_rule_end(parse);
	parse->section = SECTION_NONE;
}
