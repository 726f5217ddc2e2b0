// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A rule as a filter of ftrace (kernel/trace/trace_events_filter.c, lib/glob.c). It has to say
 * exactly what dupcqe_match() says, or nothing: a filter that lets a little more through would act
 * on a hit that the rule is not for.
 */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include "rule_parts.h"

/* A filter and the words before it have to fit into a page, less its last byte. */
enum { FILTER_MAX = 4096 - 64 };

/* A controller pattern is tried on these: all that it can be for, as without a "*" it has a length.
 */
enum { CONTROLLERS = 10000 };

struct field {
	const char *name;
	uint32_t max;	/* of its type: the kernel cuts larger numbers down to it */
	bool has_phase; /* the number is in bits 15:1, bit 0 can be anything */
};

static const struct field controller_field = {"ctrl_id", INT32_MAX, false};

static const struct field number_fields[] = {
	[DUPCQE_BY_QID] = {"qid", UINT16_MAX, false},
	[DUPCQE_BY_CID] = {"cid", UINT16_MAX, false},
	[DUPCQE_BY_STATUS] = {"status", UINT16_MAX >> 1, true},
	[DUPCQE_BY_REASON] = {"reason", UINT8_MAX, false},
};

static void put_range(struct dupcqe_text *text, const struct field *field, uint32_t first,
		      uint32_t last)
{
	if (field->has_phase) {
		first = first << 1;
		last = last << 1 | 1;
	}
	if (first == last)
		dupcqe_text_printf(text, "%s == %u", field->name, first);
	else
		dupcqe_text_printf(text, "(%s >= %u && %s <= %u)", field->name, first, field->name,
				   last);
}

/* One more alternative of a "(... || ...)" that begins at start. */
static void put_or(struct dupcqe_text *text, size_t start, const struct field *field,
		   uint32_t first, uint32_t last)
{
	dupcqe_text_puts(text, text->len == start ? "(" : " || ");
	put_range(text, field, first, last);
}

static const char *put_ranges(struct dupcqe_text *text, const struct field *field,
			      const struct dupcqe_range *range, size_t count)
{
	size_t i, start = text->len;

	for (i = 0; i < count; i++)
		if (range[i].first <= field->max)
			put_or(text, start, field, range[i].first,
			       range[i].last < field->max ? range[i].last : field->max);
	if (text->len == start)
		return "a number is larger than any that the event can have";
	dupcqe_text_putc(text, ')');
	return NULL;
}

/*
 * Whether the kernel's glob_match() takes the pattern as fnmatch() does: it knows neither "[^a]"
 * nor
 * "[[:digit:]]", and a backslash in brackets is an ordinary character for it.
 */
static bool plain_set(const char **at)
{
	const char *p = *at + 1;

	if (*p == '^')
		return false;
	if (*p == '!')
		p++;
	if (*p == ']')
		return false;
	for (; *p != ']'; p++)
		if (!*p || *p == '[')
			return false;
	*at = p;
	return true;
}

static bool kernel_glob(const char *pattern)
{
	const char *p;

	/* in front it means "not" */
	if (pattern[0] == '!')
		return false;
	for (p = pattern; *p; p++)
		if (*p == '[' && !plain_set(&p))
			return false;
	return true;
}

static void put_glob(struct dupcqe_text *text, const char *pattern)
{
	/* nothing but "*": any string, though not the empty one */
	if (pattern[strspn(pattern, "*")] == '\0')
		dupcqe_text_puts(text, "?*");
	/* the kernel does not look for wildcards behind a digit in front (filter_parse_regex()) */
	else if (pattern[0] >= '0' && pattern[0] <= '9')
		dupcqe_text_printf(text, "[%c]%s", pattern[0], pattern + 1);
	else
		dupcqe_text_puts(text, pattern);
}

static const char *put_string(struct dupcqe_text *text, const char *field, const char *pattern)
{
	/* there is no escaping in a filter */
	char quote = strchr(pattern, '"') ? '\'' : '"';
	bool wild = strpbrk(pattern, "*?[");

	if (strchr(pattern, '\\') || strchr(pattern, quote))
		return "a pattern has characters that a filter cannot have";
	if (wild && !kernel_glob(pattern))
		return "a pattern is of a kind that the kernel does not know";
	dupcqe_text_printf(text, "%s %s %c", field, wild ? "~" : "==", quote);
	if (wild)
		put_glob(text, pattern);
	else
		dupcqe_text_puts(text, pattern);
	dupcqe_text_putc(text, quote);
	return NULL;
}

/* The runs of instances that the pattern is for. */
static const char *put_instances(struct dupcqe_text *text, const char *pattern)
{
	char name[DUPCQE_CONTROLLER_NAME];
	size_t start = text->len;
	int32_t i, first = -1;

	for (i = 0; i <= CONTROLLERS; i++) {
		dupcqe_rule_controller_name(i, name);
		if (i < CONTROLLERS && fnmatch(pattern, name, 0) == 0) {
			first = first < 0 ? i : first;
		} else if (first >= 0) {
			put_or(text, start, &controller_field, first, i - 1);
			first = -1;
		}
	}
	if (text->len == start)
		return "the controller pattern is for none from nvme0 to nvme9999";
	dupcqe_text_putc(text, ')');
	return NULL;
}

/* The record has the instance as a number: a pattern becomes the numbers that it is for. */
static const char *put_controller(struct dupcqe_text *text, const char *pattern)
{
	if (strcmp(pattern, "nvme*") == 0 || strcmp(pattern, "*") == 0) {
		dupcqe_text_puts(text, "ctrl_id >= 0");
		return NULL;
	}
	if (strchr(pattern, '*'))
		return "the controller pattern is for more than the kernel can be told";
	return put_instances(text, pattern);
}

/* What each criterion is about; of those that no event has nothing is said here. */
static const struct {
	uint64_t needs;
	const char *missing;
} subjects[DUPCQE_CRITERIA] = {
	[DUPCQE_BY_CONTROLLER] = {DUPCQE_BIT(DUPCQE_CTRL_ID), "the kernel's record does not have the controller"},
	[DUPCQE_BY_ADDRESS] = {DUPCQE_BIT(DUPCQE_ADDR), "the kernel's record does not have the address"},
	[DUPCQE_BY_TRANSPORT] = {DUPCQE_BIT(DUPCQE_TRANSPORT), "the kernel's record does not have the transport"},
	[DUPCQE_BY_QID] = {DUPCQE_BIT(DUPCQE_QID), "the kernel's record does not have the queue"},
	[DUPCQE_BY_CID] = {DUPCQE_BIT(DUPCQE_CID), "the kernel's record does not have the command id"},
	[DUPCQE_BY_STATUS] = {DUPCQE_BIT(DUPCQE_STATUS), "the kernel's record does not have the status"},
	[DUPCQE_BY_REASON] = {DUPCQE_BIT(DUPCQE_REASON), "the kernel's record does not have the reason"},
};

static const char *put_criterion(struct dupcqe_text *text, const struct dupcqe_match *match,
				 enum dupcqe_criterion criterion, uint64_t has)
{
	if (subjects[criterion].needs & ~has)
		return subjects[criterion].missing;
	switch (criterion) {
	case DUPCQE_BY_CONTROLLER:
		return put_controller(text, match->pattern[criterion]);
	case DUPCQE_BY_ADDRESS:
		return put_string(text, "addr", match->pattern[criterion]);
	case DUPCQE_BY_TRANSPORT:
		return put_string(text, "transport", match->pattern[criterion]);
	case DUPCQE_BY_MODEL:
		return "the kernel's record does not have the model";
	case DUPCQE_BY_SERIAL:
		return "the kernel's record does not have the serial number";
	default:
		return put_ranges(text, &number_fields[criterion],
				  match->range[criterion - DUPCQE_BY_QID],
				  match->ranges[criterion - DUPCQE_BY_QID]);
	}
}

static const char *put_match(struct dupcqe_text *text, const struct dupcqe_match *match, uint64_t has)
{
	size_t start = text->len;
	unsigned int criterion;
	const char *why;

	for (criterion = 0; criterion < DUPCQE_CRITERIA; criterion++) {
		if (!DUPCQE_MATCHES_BY(match, criterion))
			continue;
		if (text->len != start)
			dupcqe_text_puts(text, " && ");
		why = put_criterion(text, match, criterion, has);
		if (why)
			return why;
	}
	/* without a condition the kernel acts before the record is in the buffer */
	if (text->len == start)
		dupcqe_text_puts(text, has & DUPCQE_BIT(DUPCQE_REASON) ? "reason > 0" : "cid >= 0");
	if (text->cut || text->len - start > FILTER_MAX)
		return "the filter is longer than the kernel takes";
	return NULL;
}

static const char *not_for_the_kernel(const struct dupcqe_rule *rule)
{
	if (!dupcqe_rule_valid(rule))
		return "the rule is not valid";
	if (rule->on == DUPCQE_ON_LOST)
		return "the kernel does not act on records that it loses";
	if (rule->count > 1)
		return "the kernel does not count hits within a time";
	if (rule->cooldown_ns && rule->scope != DUPCQE_PER_TOTAL)
		return "the kernel does not keep a cooldown for each controller or queue";
	return NULL;
}

int dupcqe_rule_filter(const struct dupcqe_rule *rule, uint64_t has, struct dupcqe_text *text,
		       const char **ret_why)
{
	struct dupcqe_text before = *text;
	const char *why = not_for_the_kernel(rule);

	if (!why)
		why = put_match(text, &rule->match, has);
	if (!why)
		return 0;
	*text = before;
	text->at[text->len] = '\0';
	*ret_why = why;
	return -EOPNOTSUPP;
}
