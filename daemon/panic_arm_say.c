// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "journal.h"
#include "panic_arm_say.h"

#define SECOND UINT64_C(1000000000)

enum { SHOWN_MAX = 1500, SAME_S = 3 };

static const char *const ways[] = {
	[PANIC_BY_NONE] = "nothing", [PANIC_BY_TRIGGER] = "its trigger", [PANIC_BY_MODULE] = "nvme_dup_cqe_panic",
};

/* "'a', 'b'" */
static void put_rules(struct dupcqe_text *text, const struct panic_arm *arm, uint64_t rules)
{
	const struct config *config = arm->room->config;
	unsigned int i;

	for (i = 0; i < config->rules; i++)
		if (rules >> i & 1)
			dupcqe_text_printf(text, "%s'%s'", text->len ? ", " : "", config->rule[i].name);
}

static void remember(struct panic_arm *arm, const char *text)
{
	snprintf(arm->text, sizeof(arm->text), "%s", text);
}

void panic_arm_say_armed(struct panic_arm *arm, const struct armed *plan, const char *text, bool gone)
{
	const struct config_rule *first = &arm->room->config->rule[__builtin_ctzll(plan->now[ARMED_PANIC])];
	struct dupcqe_text rules;
	char names[SHOWN_MAX];

	dupcqe_text_init(&rules, names, sizeof(names));
	put_rules(&rules, arm, plan->now[ARMED_PANIC]);
	remember(arm, text);
	journal_field("DUPCQE_RULE", "%s", first->name);
	journal_printf(LOG_NOTICE, JOURNAL_ARMED,
		       "%sarmed: the kernel panics the machine at a hit of rule %s, by %s: %.*s",
		       gone ? "somebody has taken away what was armed: " : "", names, ways[arm->way], SHOWN_MAX, text);
}

void panic_arm_say_disarmed(struct panic_arm *arm, const char *why)
{
	remember(arm, "");
	journal_printf(LOG_NOTICE, JOURNAL_ARMED,
		       "disarmed: the kernel does not panic the machine by itself any more: %s", why);
}

/* "2026-11-23 22:05" */
static void put_time(time_t when, char ret_text[32])
{
	struct tm tm;

	strcpy(ret_text, "later");
	if (localtime_r(&when, &tm))
		strftime(ret_text, 32, "%Y-%m-%d %H:%M:%S", &tm);
}

void panic_arm_say_until(struct panic_arm *arm, uint64_t uptime_ns, const char *why)
{
	uint64_t until_s = (uptime_ns + arm->wait_ns) / SECOND, wait_s = arm->wait_ns / SECOND;
	char when[32];

	if (until_s + SAME_S > arm->until_s && until_s < arm->until_s + SAME_S)
		return;
	arm->until_s = until_s;
	put_time(time(NULL) + (time_t)wait_s, when);
	journal_printf(LOG_NOTICE, JOURNAL_ARMED, "no panic is armed before %s, in %" PRIu64 " min: %s", when,
		       (wait_s + 59) / 60, why);
}

void panic_arm_say_dry_run(struct panic_arm *arm, const struct armed *plan, enum panic_way way, const char *why)
{
	char text[ARMED_TRIGGER_MAX];

	if (why)
		snprintf(text, sizeof(text), "%s", why);
	else
		panic_way_text(way, arm->room, plan, text);
	if (!plan->panic || !strcmp(text, arm->text))
		return;
	remember(arm, text);
	if (why)
		journal_printf(LOG_NOTICE, JOURNAL_ARMED, "dry run: would arm no panic: %s", why);
	else
		journal_printf(LOG_NOTICE, JOURNAL_ARMED, "dry run: would arm the kernel to panic, by %s: %.*s",
			       ways[way], SHOWN_MAX, text);
}
