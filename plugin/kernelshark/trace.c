// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string.h>
#include "trace.h"

static void commands_free(struct commands *commands)
{
	array_free(&commands->all);
	array_free(&commands->runs);
}

void trace_free(struct trace *trace)
{
	commands_free(&trace->submissions);
	commands_free(&trace->completions);
	array_free(&trace->hits);
	array_free(&trace->losses);
	memset(trace, 0, sizeof(*trace));
}
