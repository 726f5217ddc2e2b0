// SPDX-License-Identifier: GPL-2.0-or-later
/* One entry for each hit, with everything that is known of it; of a storm only the first ones. */
#include "action_report.h"
#include "dupcqe/format.h"
#include "journal.h"

enum { LINE_MAX_BYTES = 2048 };

static void add_json(const struct hit *hit)
{
	static char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_json(&text, &hit->event);
	if (!text.cut)
		journal_field("DUPCQE_JSON", "%s", buffer);
}

int action_log(struct action_room *room, const struct action_call *call)
{
	char line[LINE_MAX_BYTES];
	struct dupcqe_text text;

	if (!action_may_tell(room, call, 0))
		return 0;
	dupcqe_text_init(&text, line, sizeof(line));
	if (call->hit->lost)
		dupcqe_text_printf(&text, "%llu records were lost", (unsigned long long)call->hit->lost);
	else
		dupcqe_format_line(&text, &call->hit->event);
	action_fields(call);
	if (!call->hit->lost)
		add_json(call->hit);
	journal_printf(LOG_WARNING, JOURNAL_HIT, "rule '%s': %s%s", call->rule,
		       call->hit->test ? "test hit, not a real one: " : "", line);
	return 0;
}
