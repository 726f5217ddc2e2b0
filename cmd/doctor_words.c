// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"

void found(struct finding *finding, enum finding_state state, const char *format, ...)
{
	va_list args;

	finding->state = state;
	va_start(args, format);
	vsnprintf(finding->found, sizeof(finding->found), format, args);
	va_end(args);
}

void advise(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->advice, sizeof(finding->advice), format, args);
	va_end(args);
}

void found_closed(struct finding *finding, const char *path, int err)
{
	found(finding, FINDING_UNKNOWN, "cannot look at '/%s': %s", path, strerror(-err));
	if (err == -EACCES || err == -EPERM)
		advise(finding, "run this as root");
}

void add_word(char *text, size_t size, const char *word)
{
	static const char more[] = ", ...";
	size_t length = strlen(text), room = length + sizeof(more);

	if (length >= sizeof(more) && !strcmp(text + length - (sizeof(more) - 1), more))
		return;
	if (room + strlen(word) + 2 <= size)
		snprintf(text + length, size - length, "%s%s", length ? ", " : "", word);
	else if (room <= size)
		strcpy(text + length, more);
}
