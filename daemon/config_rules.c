// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules as wholes: where each begins and ends, and which of several of one name counts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config_parse.h"

void config_rule_clear(struct config_rule *rule)
{
	unsigned int i, arg;

	for (i = 0; i < CONFIG_ACTIONS; i++)
		for (arg = 0; arg < CONFIG_ARGS; arg++)
			free(rule->action[i].argv[arg]);
	memset(rule, 0, sizeof(*rule));
}

static bool is_rule_name(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	return *name && strlen(name) < CONFIG_NAME && !name[strspn(name, allowed)];
}

static struct rule_draft *find_rule(struct config_parse *parse, const char *name)
{
	unsigned int i;

	for (i = 0; i < parse->kept_count; i++)
		if (strcmp(parse->kept[i].of.name, name) == 0)
			return &parse->kept[i];
	return NULL;
}

/* The section is read in any case, so that all that is wrong in it is told. */
void config_rule_begin(struct config_parse *parse, const char *name)
{
	const struct rule_draft *other = find_rule(parse, name);

	config_rule_clear(&parse->draft.of);
	memset(&parse->draft, 0, sizeof(parse->draft));
	config_set_defaults(parse, SECTION_RULE);
	parse->section = SECTION_RULE;
	parse->draft.at = parse->at;
	if (!is_rule_name(name))
		config_problem(
			parse, -EINVAL,
			"rule name '%.40s': expected 1 to %d letters, digits, '.', '_' or '-'",
			name, CONFIG_NAME - 1);
	else if (other && other->at.file == parse->at.file)
		config_problem(
			parse, -EINVAL,
			"rule '%s' is already there, in line %u: expected each name once in a file",
			name, other->at.line);
	else
		strcpy(parse->draft.of.name, name);
}

/* A rule of the same name in a later file takes the place of the earlier one, as a whole. */
static struct rule_draft *room_for(struct config_parse *parse, const char *name)
{
	struct rule_draft *other = find_rule(parse, name);

	if (other) {
		config_rule_clear(&other->of);
		return other;
	}
	if (parse->kept_count < DUPCQE_RULES)
		return &parse->kept[parse->kept_count++];
	if (!parse->too_many_rules)
		config_problem(parse, -EINVAL, "rule '%s' is one too many: expected at most %d",
			       name, DUPCQE_RULES);
	parse->too_many_rules = true;
	return NULL;
}

static void not_of_lost(struct config_parse *parse, const char *key, const char *what)
{
	config_problem(parse, -EINVAL, "%s: expected %s in a rule on lost records: of those nothing is known but "
		       "their number", key, what);
}

/* A rule on lost records that looks as if it asked for something must not be taken. */
static void check_lost(struct config_parse *parse)
{
	const struct rule_draft *draft = &parse->draft;
	size_t i;

	for (i = 0; i < config_keys_count; i++) {
		parse->at = parse->set[i];
		if (!parse->at.file || config_keys[i].section != SECTION_RULE)
			continue;
		if (config_keys[i].of_hit)
			not_of_lost(parse, config_keys[i].name, "no such key");
		else if (config_keys[i].parse == config_parse_scope && draft->of.rule.scope != DUPCQE_PER_TOTAL)
			not_of_lost(parse, config_keys[i].name, "total");
	}
	parse->at = draft->first[ACTION_RESET];
	if (parse->at.file)
		not_of_lost(parse, "action reset", "another action");
}

void config_rule_end(struct config_parse *parse)
{
	struct rule_draft *draft = &parse->draft, *room;
	struct config_place now = parse->at;

	if (parse->section != SECTION_RULE)
		return;
	parse->section = SECTION_NONE;
	if (draft->of.rule.on == DUPCQE_ON_LOST)
		check_lost(parse);
	parse->at = now;
	if (!draft->of.name[0])
		return;
	/* what is said of the rule as a whole is said of its first line */
	parse->at = draft->at;
	/* an action that was refused is told already */
	if (draft->enabled && !draft->of.actions && !draft->tried_action)
		config_problem(parse, -EINVAL,
			       "rule '%s' has no action: expected 'action = log' or another",
			       draft->of.name);
	room = room_for(parse, draft->of.name);
	if (room) {
		*room = *draft;
		memset(draft, 0, sizeof(*draft));
	}
	parse->at = now;
}

void config_rules_finish(struct config_parse *parse)
{
	struct config *config = parse->config;
	struct rule_draft *rule;
	unsigned int i;

	for (i = 0; i < parse->kept_count; i++) {
		rule = &parse->kept[i];
		if (!rule->enabled)
			continue;
		if (rule->first[ACTION_PANIC].file && !config->panic_allow)
			config_warning(parse, &rule->first[ACTION_PANIC],
				       "rule '%s' has the action panic, which will be refused: "
				       "[panic] allow-panic is not yes",
				       rule->of.name);
		config->rule[config->rules++] = rule->of;
		memset(&rule->of, 0, sizeof(rule->of));
	}
}

void config_rules_drop(struct config_parse *parse)
{
	unsigned int i;

	config_rule_clear(&parse->draft.of);
	for (i = 0; i < parse->kept_count; i++)
		config_rule_clear(&parse->kept[i].of);
}
