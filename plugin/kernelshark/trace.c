// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>
#include "trace.h"

enum { FIRST_ROOM = 256 };

static bool grow(struct array *array, size_t size)
{
	size_t room = array->room ? 2 * array->room : FIRST_ROOM;
	void *at = reallocarray(array->at, room, size);

	if (!at)
		return false;
	array->at = at;
	array->room = room;
	return true;
}

void *array_add(struct array *array, size_t size)
{
	void *element;

	if (array->count == array->room && !grow(array, size))
		return NULL;
	element = (char *)array->at + array->count++ * size;
	return memset(element, 0, size);
}

void trace_free(struct trace *trace)
{
	free(trace->submissions.at);
	free(trace->completions.at);
	free(trace->hits.at);
	free(trace->losses.at);
	memset(trace, 0, sizeof(*trace));
}
