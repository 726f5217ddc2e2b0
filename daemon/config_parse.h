/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the configuration share; no other part of the daemon needs it. */
#ifndef NVME_DUPCQED_CONFIG_PARSE_H
#define NVME_DUPCQED_CONFIG_PARSE_H

#include <stddef.h>
#include "config.h"
#include "dupcqe/text.h"

enum {
	CONFIG_FILE_MAX = 1 << 20, /* bytes */
	CONFIG_KEYS_MAX = 48,
	CONFIG_PROBLEMS_SHOWN = 200,
};

enum config_section {
	SECTION_DAEMON,
	SECTION_SNAPSHOTS,
	SECTION_EXEC,
	SECTION_PANIC,
	SECTION_RULE,
	SECTION_NONE,	 /* before the first */
	SECTION_UNKNOWN, /* told already: its lines are passed over */
};

struct config_value;

/* One row of the table. */
struct config_key {
	const char *name;
	enum config_section section;
	/* false: the text is wrong, expected is filled; what stands at `at` is of no meaning */
	bool (*parse)(const struct config_value *value);
	size_t offset;		/* in struct config, of a rule in struct rule_draft */
	uint64_t min, max;	/* what they count is the parser's affair */
	const char *fallback;	/* as text, or NULL: 0 */
	const char *hint;	/* of some parsers: an example, or what is expected */
	unsigned int criterion; /* enum dupcqe_criterion */
	bool adds;		/* can be repeated in a file; each one adds to those before */
	bool of_hit;		/* of a rule: lost records have none of it */
};

struct config_place {
	const char *file; /* NULL: nowhere yet */
	unsigned int line;
};

/* A text on its way to be a value. */
struct config_value {
	const struct config_key *key;
	const char *text;
	void *at;
	bool again; /* the key was set before in this file: add to it */
	struct dupcqe_text *expected;
	struct config_parse *parse;
};

/* A rule while files are read. */
struct rule_draft {
	struct config_rule of;
	bool enabled;
	bool tried_action;	       /* it has a line with an action, right or wrong */
	struct config_place at;	       /* its section */
	struct config_place first[ACTION_KINDS]; /* its first action of a kind */
};

struct config_names {
	char *path;
	struct config_names *next;
};

struct config_parse {
	struct config *config;
	struct config_names *names; /* of files, as long as a place can refer to them */
	FILE *errors;
	unsigned int problems; /* also those that are not shown */
	int err;	       /* the first one's -errno */
	struct config_place at;
	enum config_section section;
	struct config_place set[CONFIG_KEYS_MAX]; /* where each key was set last */
	struct rule_draft draft;	      /* its section is being read; kept when that ends */
	struct rule_draft kept[DUPCQE_RULES]; /* in the order of the files */
	unsigned int kept_count;
	bool too_many_rules;
};

/* config.c: one line for errors at the present place. */
void config_problem(struct config_parse *parse, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void config_warning(struct config_parse *parse, const struct config_place *at, const char *format,
		    ...) __attribute__((format(printf, 3, 4)));

/* config_keys.c */
extern const struct config_key config_keys[];
extern const size_t config_keys_count;
extern const char *const config_sections[SECTION_NONE];
void config_set_defaults(struct config_parse *parse, enum config_section section);
/* One line NAME = TEXT of the present section. */
void config_set(struct config_parse *parse, const char *name, const char *text);

/* config_nearest.c: of names (ended by NULL) the nearest to a mistyped word; NULL if none is near */
const char *config_nearest(const char *word, const char *const names[]);

/* config_file.c: what is wrong goes to config_problem(). */
void config_read_file(struct config_parse *parse, const char *path);

/* Whether one can rely on it: owned by root, not writable by others. Only asked for by root. */
struct stat;
bool config_is_trusted(struct config_parse *parse, const struct stat *stat, const char *what);

/* config_lines.c: all lines of a file; parse->at is in front of the first. */
void config_read_lines(struct config_parse *parse, const char *text, size_t length);

/* config_rules.c */
void config_rule_begin(struct config_parse *parse, const char *name);
void config_rule_end(struct config_parse *parse);
/* After the last file: move those that are enabled into the config, warn of what cannot work. */
void config_rules_finish(struct config_parse *parse);
/* Free all that was kept and not moved. */
void config_rules_drop(struct config_parse *parse);
void config_rule_clear(struct config_rule *rule);

/* config_value.c: single values */
bool config_parse_bool(const struct config_value *value);
bool config_parse_number(const struct config_value *value);    /* uint32_t */
bool config_parse_size(const struct config_value *value);      /* uint64_t, bytes */
bool config_parse_duration(const struct config_value *value);  /* uint64_t, nanoseconds */
bool config_parse_threshold(const struct config_value *value); /* struct dupcqe_rule */
bool config_parse_scope(const struct config_value *value);     /* enum dupcqe_scope */
bool config_parse_on(const struct config_value *value);	       /* enum dupcqe_on */
bool config_parse_source(const struct config_value *value);    /* enum config_source */
bool config_parse_mode(const struct config_value *value);      /* enum panic_mode */
bool config_parse_clock(const struct config_value *value);     /* char[16] */
bool config_parse_seen_path(const struct config_value *value);
bool config_parse_path(
	const struct config_value *value); /* char[CONFIG_PATH]; min 0: can be none */
/* An unsigned number, decimal or 0x and hexadecimal, moving *at behind it. */
bool config_scan_number(const char **at, uint64_t *ret_number);

/* config_list.c: lists and patterns */
bool config_parse_history(const struct config_value *value); /* struct config */
bool config_parse_pattern(const struct config_value *value); /* struct dupcqe_match */
bool config_parse_ranges(const struct config_value *value);  /* struct dupcqe_match */
bool config_parse_reasons(const struct config_value *value); /* struct dupcqe_match */

/* config_action.c */
bool config_parse_action(const struct config_value *value); /* struct rule_draft */

/*
 * config_words.c: split into words, as a shell does with blanks and quotes but with nothing else.
 */
enum config_words {
	WORDS_GOOD,
	WORDS_TOO_MANY,
	WORDS_NO_CLOSING_QUOTE,
	WORDS_HASH, /* in front of a word: probably meant as a comment */
	WORDS_NO_MEMORY,
};
/* ret_words[0] to [max] become strings of their own and a NULL; on failure all are NULL. */
enum config_words config_split(const char *text, char **ret_words, size_t max, size_t *ret_count);

#endif
