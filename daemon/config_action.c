// SPDX-License-Identifier: GPL-2.0-or-later
/* action = NAME, or exec with a command line. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "action.h"
#include "config_parse.h"

enum { WORDS = CONFIG_ARGS + 1 }; /* the action's name and the program's arguments */

/* A program can be installed later than the configuration: so no error. */
static void look_at_program(struct config_parse *parse, const char *path)
{
	struct stat stat_buffer;

	if (stat(path, &stat_buffer) != 0 || !S_ISREG(stat_buffer.st_mode) ||
	    access(path, X_OK) != 0)
		config_warning(parse, &parse->at, "'%.80s' is not an executable file", path);
	else if (geteuid() == 0 &&
		 (stat_buffer.st_uid != 0 || stat_buffer.st_mode & (S_IWGRP | S_IWOTH)))
		config_warning(parse, &parse->at,
			       "'%.80s' can be changed by others than root, who will run it", path);
}

static bool find_kind(const char *name, enum action_kind *ret_kind)
{
	unsigned int kind;

	for (kind = 0; kind < ACTION_KINDS; kind++) {
		if (strcmp(name, action_name(kind)) == 0) {
			*ret_kind = kind;
			return true;
		}
	}
	return false;
}

static bool expect_kind(const struct config_value *value, const char *name)
{
	const char *names[ACTION_KINDS + 1] = {NULL}, *nearest;
	unsigned int kind;

	for (kind = 0; kind < ACTION_KINDS; kind++)
		names[kind] = action_name(kind);
	for (kind = 0; kind < ACTION_KINDS; kind++)
		dupcqe_text_printf(value->expected, "%s%s",
				   !kind	     ? ""
				   : names[kind + 1] ? ", "
						     : " or ",
				   names[kind]);
	nearest = config_nearest(name, names);
	if (nearest)
		dupcqe_text_printf(value->expected, ": did you mean '%s'?", nearest);
	return false;
}

static bool expect(const struct config_value *value, const char *expected)
{
	dupcqe_text_puts(value->expected, expected);
	return false;
}

/* The words become the action's. */
static void add_exec(struct rule_draft *draft, char **words, size_t count)
{
	struct action *action = &draft->of.action[draft->of.actions++];

	action->kind = ACTION_EXEC;
	memcpy(action->argv, words + 1, count * sizeof(words[0]));
	free(words[0]);
	memset(words, 0, (count + 1) * sizeof(words[0]));
}

static bool add_words(const struct config_value *value, char **words, size_t count)
{
	struct rule_draft *draft = value->at;
	enum action_kind kind;

	if (!count || !find_kind(words[0], &kind))
		return expect_kind(value, count ? words[0] : "");
	if (kind != ACTION_EXEC && count > 1)
		return expect(value, "nothing behind the action: only exec has arguments");
	if (kind == ACTION_EXEC &&
	    (count < 2 || words[1][0] != '/' || strlen(words[1]) >= CONFIG_PATH))
		return expect(
			value,
			"exec and the absolute path of a program: there is no shell and no PATH");
	if (draft->of.actions == CONFIG_ACTIONS)
		return expect(value, "at most 8 actions in a rule");
	if (!draft->first[kind].file)
		draft->first[kind] = value->parse->at;
	if (kind == ACTION_EXEC) {
		look_at_program(value->parse, words[1]);
		add_exec(draft, words, count);
	} else {
		draft->of.action[draft->of.actions++].kind = kind;
	}
	return true;
}

_Static_assert(CONFIG_ACTIONS == 8 && CONFIG_ARGS == 16, "the messages tell these numbers");

bool config_parse_action(const struct config_value *value)
{
	struct rule_draft *draft = value->at;
	char *words[WORDS + 1];
	size_t count, i;
	bool good;

	draft->tried_action = true;
	switch (config_split(value->text, words, WORDS, &count)) {
	case WORDS_TOO_MANY:
		return expect(value, "at most 16 words behind exec");
	case WORDS_NO_CLOSING_QUOTE:
		return expect(value, "a closing quote (' ;' begins a comment, even within quotes)");
	case WORDS_HASH:
		return expect(
			value,
			"no '#' in front of a word: a comment begins with ' ;', or quote the word");
	case WORDS_NO_MEMORY:
		return expect(value, "more memory");
	case WORDS_GOOD:
		break;
	}
	good = add_words(value, words, count);
	for (i = 0; i <= WORDS; i++)
		free(words[i]);
	return good;
}
