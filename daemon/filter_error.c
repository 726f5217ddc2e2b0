// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "file.h"
#include "filter_error.h"

enum { ERRORS = 8, ERROR_MAX = 2 * 4096 + 400, BEFORE = 60 };

static const char command[] = "\n  Command: ";

/* The newest "\n  Command: FILTER\n", or NULL. */
static const char *find_last(const char *log, const char *filter)
{
	const char *at = log, *last = NULL;
	size_t len = strlen(filter);

	while ((at = strstr(at, command))) {
		if (!strncmp(at + strlen(command), filter, len) && at[strlen(command) + len] == '\n')
			last = at;
		at++;
	}
	return last;
}

/* "[   12.345678] event filter parse error: error: Field not found" ends at end. */
static void put_what(const char *log, const char *end, struct filter_error *error)
{
	static const char mark[] = " error: ";
	const char *from = end, *at;

	while (from > log && from[-1] != '\n')
		from--;
	for (at = from; at + strlen(mark) < end; at++)
		if (!strncmp(at, mark, strlen(mark)))
			from = at + strlen(mark);
	snprintf(error->what, sizeof(error->what), "%.*s", (int)(end - from), from);
}

int filter_error_find(const char *log, const char *filter, struct filter_error *ret_error)
{
	const char *at = find_last(log, filter), *below;
	size_t indent = strlen(command) - 1, place, start;

	if (!at)
		return -ENOENT;
	below = at + strlen(command) + strlen(filter) + 1;
	place = strspn(below, " ");
	if (below[place] != '^' || place < indent || place - indent > strlen(filter))
		return -ENOENT;
	place -= indent;
	start = place > BEFORE ? place - BEFORE : 0;
	put_what(log, at, ret_error);
	snprintf(ret_error->filter, sizeof(ret_error->filter), "%s", filter + start);
	snprintf(ret_error->caret, sizeof(ret_error->caret), "%*s", (int)(place - start) + 1, "^");
	return 0;
}

int filter_error_read(const char *instance, const char *filter, struct filter_error *ret_error)
{
	size_t size = ERRORS * ERROR_MAX;
	char *log = malloc(size);
	int err;

	if (!log)
		return -ENOMEM;
	err = file_get(log, size, "%s/error_log", instance);
	if (!err)
		err = filter_error_find(log, filter, ret_error);
	free(log);
	return err;
}
