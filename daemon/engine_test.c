// SPDX-License-Identifier: GPL-2.0-or-later
/* --test-fire: a hit that no device made, through everything that a real one goes through. */
#include <errno.h>
#include <string.h>
#include "engine_state.h"
#include "journal.h"

/* It tells of no controller: a reset could only hit one that has done nothing. */
static void make_hit(const struct dupcqe_rule *rule, struct hit *ret_hit)
{
	static const struct dupcqe_event event = {
		.has = DUPCQE_BIT(DUPCQE_QID) | DUPCQE_BIT(DUPCQE_CID) | DUPCQE_BIT(DUPCQE_REASON) | DUPCQE_BIT(DUPCQE_TAG) |
		       DUPCQE_BIT(DUPCQE_GENCTR),
		.qid = 1, .cid = 0x1001, .tag = 1, .genctr = 1, .reason = DUPCQE_STALE_GENERATION,
	};

	*ret_hit = (struct hit){ .test = true };
	if (rule->on == DUPCQE_ON_LOST)
		ret_hit->lost = rule->count;
	else
		ret_hit->event = event;
}

static int find_rule(const struct config *config, const char *name)
{
	unsigned int i;

	for (i = 0; i < config->rules; i++)
		if (!strcmp(config->rule[i].name, name))
			return i;
	journal_printf(LOG_ERR, JOURNAL_PLAIN, "there is no rule '%s'", name);
	return -ENOENT;
}

/* Nobody panics a machine by a test that they did not think through. */
static int may_fire(const struct engine *engine, unsigned int rule)
{
	const struct config_rule *of = &engine->config->rule[rule];
	unsigned int i;

	for (i = 0; i < of->actions; i++)
		if (of->action[i].kind == ACTION_PANIC && !engine->options->yes && !engine->room.dry_run) {
			journal_printf(LOG_ERR, JOURNAL_PLAIN, "rule '%s' has the action panic, which this would really do: "
				       "add --dry-run to see that it would, or --yes to let it", of->name);
			return -EPERM;
		}
	return 0;
}

static uint64_t failures(const struct engine *engine)
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < ACTION_KINDS; kind++)
		sum += engine->stats.failed[kind];
	return sum;
}

int engine_test_fire(struct engine *engine, const char *name)
{
	int err, rule = find_rule(engine->config, name);
	struct hit hit;

	if (rule < 0)
		return rule;
	err = may_fire(engine, rule);
	if (err)
		return err;
	make_hit(&engine->config->rule[rule].rule, &hit);
	engine_act(engine, rule, &hit, engine->config->rule[rule].rule.count);
	while (!engine->stop && err >= 0 && action_running())
		err = engine_round(engine, -1);
	if (err < 0)
		return err;
	return failures(engine) ? -ECANCELED : 0;
}
