// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of lists: number ranges, reasons, events; and patterns. */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>
#include "config_parse.h"
#include "dupcqe/names.h"

#define SEPARATORS ", \t"

enum { CONTROLLERS = 10000 }; /* that a pattern is tried on */

/* Copy the next word of a list, move *at behind it. False at the end, or at a word as long as the
 * buffer. */
static bool next_word(const char **at, char *word, size_t size)
{
	size_t length;

	*at += strspn(*at, SEPARATORS);
	length = strcspn(*at, SEPARATORS);
	if (!length || length >= size)
		return false;
	memcpy(word, *at, length);
	word[length] = '\0';
	*at += length;
	return true;
}

typedef bool scan_fn(const char *word, const struct config_key *key,
		     struct dupcqe_range *ret_range);

/* All words of the text as ranges, at most DUPCQE_RULE_RANGES. */
static bool scan_ranges(const struct config_value *value, scan_fn *scan)
{
	struct dupcqe_match *match = value->at;
	unsigned int number = value->key->criterion - DUPCQE_BY_QID, count = 0;
	const char *at = value->text;
	char word[CONFIG_NAME];

	for (; next_word(&at, word, sizeof(word)); count++)
		if (count == DUPCQE_RULE_RANGES ||
		    !scan(word, value->key, &match->range[number][count]))
			return false;
	match->ranges[number] = count;
	match->set |= 1u << value->key->criterion;
	return count && !*at;
}

/* "5" or "1-8" */
static bool scan_range(const char *word, const struct config_key *key,
		       struct dupcqe_range *ret_range)
{
	uint64_t first, last;

	if (!config_scan_number(&word, &first))
		return false;
	last = first;
	if (*word == '-') {
		word++;
		if (!config_scan_number(&word, &last))
			return false;
	}
	*ret_range = (struct dupcqe_range){first, last};
	return !*word && first >= key->min && first <= last && last <= key->max;
}

bool config_parse_ranges(const struct config_value *value)
{
	if (scan_ranges(value, scan_range))
		return true;
	dupcqe_text_printf(value->expected, "at most %d numbers or ranges from %u to %u, as %s",
			   DUPCQE_RULE_RANGES, (unsigned int)value->key->min,
			   (unsigned int)value->key->max, value->key->hint);
	return false;
}

/* "stale-generation" is "stale generation": no blanks within a word of a list. */
static bool is_reason(const char *word, const char *name)
{
	while (*word && *name && (*word == *name || (*word == '-' && *name == ' '))) {
		word++;
		name++;
	}
	return !*word && !*name;
}

static bool scan_reason(const char *word, const struct config_key *key,
			struct dupcqe_range *ret_range)
{
	const char *name;
	unsigned int i;

	for (i = 1; (name = dupcqe_reason_name(i)); i++) {
		if (is_reason(word, name)) {
			*ret_range = (struct dupcqe_range){i, i};
			return true;
		}
	}
	return scan_range(word, key, ret_range);
}

bool config_parse_reasons(const struct config_value *value)
{
	const char *name;
	unsigned int i;

	if (scan_ranges(value, scan_reason))
		return true;
	dupcqe_text_puts(value->expected, "a list of ");
	for (i = 1; (name = dupcqe_reason_name(i)); i++) {
		for (; *name; name++)
			dupcqe_text_putc(value->expected, *name == ' ' ? '-' : *name);
		dupcqe_text_puts(value->expected, ", ");
	}
	dupcqe_text_printf(value->expected, "or numbers from %u to %u",
			   (unsigned int)value->key->min, (unsigned int)value->key->max);
	return false;
}

/* "nvme7", but not "nvme07". */
static bool is_controller(const char *name)
{
	size_t digits = strncmp(name, "nvme", 4) == 0 ? strspn(name + 4, "0123456789") : 0;

	return digits && digits < 10 && !name[4 + digits] && (name[4] != '0' || digits == 1);
}

/* A pattern that can never match is a mistake: "/dev/nvme0", "nvme0n*", "sd?". */
static bool can_be_controller(const char *pattern)
{
	char name[16];
	int i;

	if (is_controller(pattern))
		return true;
	for (i = 0; i < CONTROLLERS; i++) {
		snprintf(name, sizeof(name), "nvme%d", i);
		if (fnmatch(pattern, name, 0) == 0)
			return true;
	}
	return false;
}

/* Where the "[...]" that begins at p ends; NULL if it does not. A "]" in front is one of its characters. */
static const char *end_of_set(const char *p)
{
	p++;
	if (*p == '!' || *p == '^')
		p++;
	if (*p == ']')
		p++;
	for (; *p && *p != ']'; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '[' && p[1] == ':' && strstr(p, ":]"))
			p = strstr(p, ":]") + 1;
	}
	return *p ? p : NULL;
}

/* All that is begun ends: "[12", "[!]" or a backslash at the end would be taken for themselves, or match nothing. */
static bool is_whole(const char *p)
{
	for (; *p; p++) {
		if (*p == '[')
			p = end_of_set(p);
		else if (*p == '\\')
			p = p[1] ? p + 1 : NULL;
		if (!p)
			return false;
	}
	return true;
}

bool config_parse_pattern(const struct config_value *value)
{
	struct dupcqe_match *match = value->at;
	enum dupcqe_criterion criterion = value->key->criterion;
	const char *text = value->text;

	if (*text && *text != '"' && *text != '\'' && strlen(text) < sizeof(match->pattern[0]) &&
	    is_whole(text) &&
	    (criterion != DUPCQE_BY_CONTROLLER || can_be_controller(text))) {
		strcpy(match->pattern[criterion], text);
		match->set |= 1u << criterion;
		return true;
	}
	dupcqe_text_printf(value->expected,
			   "a shell pattern of at most %d characters, without quotes, as %s",
			   (int)sizeof(match->pattern[0]) - 1, value->key->hint);
	return false;
}

/* A name of one's choice for several events. */
static const struct {
	const char *name;
	const char *events;
} histories[] = {
	{"none", ""},
	/* what becomes of a request, without the many events of the page cache */
	{"nvme+block", "nvme block:block_rq_insert block:block_rq_issue block:block_rq_requeue "
		       "block:block_rq_error block:block_rq_complete"},
};

static bool is_event(const char *word)
{
	const char *p;
	int colons = 0;

	for (p = word; *p; p++) {
		if (*p == ':' ? ++colons > 1 || p == word || !p[1]
			      : !isalnum((unsigned char)*p) && *p != '_')
			return false;
	}
	return true;
}

static bool add_event(struct config *config, const char *event)
{
	unsigned int i;

	for (i = 0; i < config->history_count; i++)
		if (strcmp(config->history[i], event) == 0)
			return true;
	if (config->history_count == CONFIG_EVENTS || !is_event(event))
		return false;
	strcpy(config->history[config->history_count++], event);
	return true;
}

static bool add_events(struct config *config, const char *list)
{
	char word[sizeof(config->history[0])];

	while (next_word(&list, word, sizeof(word)))
		if (!add_event(config, word))
			return false;
	return !*list;
}

static bool add_history(struct config *config, const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(histories) / sizeof(histories[0]); i++)
		if (strcmp(word, histories[i].name) == 0)
			return add_events(config, histories[i].events);
	return add_event(config, word);
}

/* All words of the text; "none" only by itself. */
static bool scan_history(struct config *config, const char *text, bool again)
{
	char word[sizeof(config->history[0])];
	bool none = false;
	unsigned int words;

	for (words = 0; next_word(&text, word, sizeof(word)); words++) {
		none |= strcmp(word, "none") == 0;
		if (!add_history(config, word))
			return false;
	}
	return words && !*text && !(none && (words > 1 || again));
}

bool config_parse_history(const struct config_value *value)
{
	struct config *config = value->at;

	if (!value->again)
		config->history_count = 0;
	if (scan_history(config, value->text, value->again))
		return true;
	dupcqe_text_printf(value->expected,
			   "none, nvme, nvme+block, or a list of at most %d events, as nvme, "
			   "block:block_rq_issue",
			   CONFIG_EVENTS);
	return false;
}
