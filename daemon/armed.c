// SPDX-License-Identifier: GPL-2.0-or-later
/* What is to be armed, and as which text. */
#include <errno.h>
#include <string.h>
#include "armed.h"

static const struct kind {
	enum action_kind action;
	const char *command;
} kinds[] = {
	[ARMED_SNAPSHOT] = { ACTION_SNAPSHOT, "snapshot:1 if " },
	[ARMED_FREEZE] = { ACTION_FREEZE, "traceoff:1 if " },
	[ARMED_PANIC] = { ACTION_PANIC, "panic:1 if " },
};

const struct armed_event armed_driver_event = { UINT64_MAX, NULL, false };

static const char by_mode[] = "[panic] mode is reactive";

static bool wants(const struct config_rule *rule, enum action_kind action)
{
	unsigned int i;

	for (i = 0; i < rule->actions; i++)
		if (rule->action[i].kind == action)
			return true;
	return false;
}

/* What stands before all filters, and behind them. */
static void open_filters(struct dupcqe_text *text, const struct armed_event *event)
{
	if (event->only)
		dupcqe_text_printf(text, "(%s) && (", event->only);
}

static void close_filters(struct dupcqe_text *text, const struct armed_event *event)
{
	if (event->only)
		dupcqe_text_putc(text, ')');
}

/*
 * Append "(filter)", behind " || " unless it is the first. False if it does not fit, or if what is to close them would
 * not; the text is as it was then.
 */
static bool join(struct dupcqe_text *text, const struct armed_event *event, const char *filter, bool first)
{
	struct dupcqe_text before = *text, closed;

	dupcqe_text_puts(text, first ? "(" : " || (");
	dupcqe_text_puts(text, filter);
	dupcqe_text_putc(text, ')');
	closed = *text;
	close_filters(&closed, event);
	text->at[text->len] = '\0';
	if (!closed.cut)
		return true;
	*text = before;
	text->at[text->len] = '\0';
	return false;
}

static int filter_of(const struct config_rule *rule, const struct armed_event *event, char filter[ARMED_TRIGGER_MAX],
		     const char **why)
{
	struct dupcqe_text text;

	dupcqe_text_init(&text, filter, ARMED_TRIGGER_MAX);
	return dupcqe_rule_filter(&rule->rule, event->has, &text, why);
}

int armed_filter(const struct config_rule *rule, const struct armed_event *event, char ret_text[ARMED_TRIGGER_MAX],
		 const char **ret_why)
{
	char filter[ARMED_TRIGGER_MAX];
	struct dupcqe_text text;
	int err = filter_of(rule, event, filter, ret_why);

	dupcqe_text_init(&text, ret_text, ARMED_TRIGGER_MAX);
	if (err)
		return err;
	open_filters(&text, event);
	dupcqe_text_puts(&text, filter);
	close_filters(&text, event);
	return 0;
}

/* All that fit together: whether a rule can be armed must not depend on which others keep still. */
static uint64_t plan_kind(const struct config *config, const struct armed_event *event, const struct kind *kind,
			  const char **why)
{
	char trigger[ARMED_TRIGGER_MAX], filter[ARMED_TRIGGER_MAX];
	struct dupcqe_text text;
	uint64_t can = 0;
	unsigned int i;

	dupcqe_text_init(&text, trigger, sizeof(trigger));
	dupcqe_text_puts(&text, kind->command);
	open_filters(&text, event);
	for (i = 0; i < config->rules; i++) {
		if (!wants(&config->rule[i], kind->action) || filter_of(&config->rule[i], event, filter, &why[i]))
			continue;
		if (join(&text, event, filter, !can))
			can |= UINT64_C(1) << i;
		else
			why[i] = "together the filters are too long for the kernel";
	}
	return can;
}

static void sum_up(struct armed *plan)
{
	int kind;

	plan->armable = 0;
	for (kind = 0; kind < ARMED_KINDS; kind++)
		plan->armable |= plan->can[kind];
}

void armed_plan(const struct config *config, const struct armed_event *event, uint64_t still,
		struct armed *ret_plan)
{
	unsigned int i;
	int kind;

	memset(ret_plan, 0, sizeof(*ret_plan));
	ret_plan->event = event;
	for (kind = 0; kind < ARMED_KINDS; kind++) {
		ret_plan->can[kind] = plan_kind(config, event, &kinds[kind], ret_plan->why);
		ret_plan->now[kind] = ret_plan->can[kind] & ~still;
	}
	for (i = 0; i < config->rules; i++)
		ret_plan->panic |= (uint64_t)wants(&config->rule[i], ACTION_PANIC) << i;
	sum_up(ret_plan);
	if (config->panic_mode == PANIC_REACTIVE)
		armed_refuse(ret_plan, ARMED_PANIC, UINT64_MAX, by_mode);
}

int armed_trigger(const struct config *config, const struct armed *plan, enum armed_kind kind,
		  char ret_text[ARMED_TRIGGER_MAX])
{
	uint64_t mask = plan->now[kind];
	char filter[ARMED_TRIGGER_MAX];
	struct dupcqe_text text;
	bool first = true;
	const char *why;
	unsigned int i;

	dupcqe_text_init(&text, ret_text, ARMED_TRIGGER_MAX);
	if (!mask)
		return -ENOENT;
	dupcqe_text_puts(&text, kinds[kind].command);
	open_filters(&text, plan->event);
	for (i = 0; i < config->rules; i++) {
		if (!(mask >> i & 1) || filter_of(&config->rule[i], plan->event, filter, &why))
			continue;
		join(&text, plan->event, filter, first);
		first = false;
	}
	close_filters(&text, plan->event);
	return 0;
}

void armed_refuse(struct armed *plan, enum armed_kind kind, uint64_t rules, const char *why)
{
	unsigned int i;

	rules &= plan->can[kind];
	plan->can[kind] &= ~rules;
	plan->now[kind] &= ~rules;
	sum_up(plan);
	for (i = 0; i < DUPCQE_RULES; i++)
		if (rules >> i & 1 && (kind == ARMED_PANIC || !plan->why[i]))
			plan->why[i] = why;
}
