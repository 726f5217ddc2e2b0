// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which hits a rule is for. */
#include <fnmatch.h>
#include <string.h>
#include "rule_parts.h"

/* The field of the event that a number comes from. */
static const enum dupcqe_field numbers[] = {
	[DUPCQE_BY_QID] = DUPCQE_QID,
	[DUPCQE_BY_CID] = DUPCQE_CID,
	[DUPCQE_BY_STATUS] = DUPCQE_STATUS,
	[DUPCQE_BY_REASON] = DUPCQE_REASON,
};

void dupcqe_rule_controller_name(int32_t ctrl_id, char name[DUPCQE_CONTROLLER_NAME])
{
	struct dupcqe_text text;

	dupcqe_text_init(&text, name, DUPCQE_CONTROLLER_NAME);
	dupcqe_text_puts(&text, "nvme");
	dupcqe_text_sdec(&text, ctrl_id);
}

/* The string that a pattern is for, or "" if it is not known. */
static const char *string_of(enum dupcqe_criterion criterion, const struct dupcqe_event *event,
			     const struct dupcqe_identity *identity,
			     char name[DUPCQE_CONTROLLER_NAME])
{
	switch (criterion) {
	case DUPCQE_BY_CONTROLLER:
		if (!dupcqe_has(event, DUPCQE_CTRL_ID) || event->ctrl_id < 0)
			return "";
		dupcqe_rule_controller_name(event->ctrl_id, name);
		return name;
	case DUPCQE_BY_ADDRESS:
		return dupcqe_has(event, DUPCQE_ADDR) ? event->addr : "";
	case DUPCQE_BY_TRANSPORT:
		return dupcqe_has(event, DUPCQE_TRANSPORT) ? event->transport : "";
	case DUPCQE_BY_MODEL:
		return identity ? identity->model : "";
	default:
		return identity ? identity->serial : "";
	}
}

/* "*" is for every known string, not for one that is not known. */
static bool pattern_matches(const char *pattern, const char *string)
{
	return string[0] && fnmatch(pattern, string, 0) == 0;
}

static uint32_t number_of(enum dupcqe_criterion criterion, const struct dupcqe_event *event)
{
	switch (criterion) {
	case DUPCQE_BY_QID:
		return event->qid;
	case DUPCQE_BY_CID:
		return event->cid;
	case DUPCQE_BY_STATUS:
		return event->status >> 1;
	default:
		return event->reason;
	}
}

static bool in_ranges(const struct dupcqe_match *match, enum dupcqe_criterion criterion,
		      uint32_t number)
{
	const struct dupcqe_range *range = match->range[criterion - DUPCQE_BY_QID];
	size_t i;

	for (i = 0; i < match->ranges[criterion - DUPCQE_BY_QID]; i++)
		if (number >= range[i].first && number <= range[i].last)
			return true;
	return false;
}

static bool criterion_matches(const struct dupcqe_match *match, enum dupcqe_criterion criterion,
			      const struct dupcqe_event *event,
			      const struct dupcqe_identity *identity)
{
	char name[DUPCQE_CONTROLLER_NAME];

	if (criterion < DUPCQE_BY_QID)
		return pattern_matches(match->pattern[criterion],
				       string_of(criterion, event, identity, name));
	return dupcqe_has(event, numbers[criterion]) &&
	       in_ranges(match, criterion, number_of(criterion, event));
}

bool dupcqe_match(const struct dupcqe_match *match, const struct dupcqe_event *event,
		  const struct dupcqe_identity *identity)
{
	unsigned int criterion;

	for (criterion = 0; criterion < DUPCQE_CRITERIA; criterion++)
		if (DUPCQE_MATCHES_BY(match, criterion) &&
		    !criterion_matches(match, criterion, event, identity))
			return false;
	return true;
}

static bool valid_pattern(const char *pattern, size_t size)
{
	return pattern[0] && strnlen(pattern, size) < size;
}

static bool valid_ranges(const struct dupcqe_range *range, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < DUPCQE_RULE_RANGES; i++)
		if (range[i].first > range[i].last)
			return false;
	return count >= 1 && count <= DUPCQE_RULE_RANGES;
}

static bool valid_match(const struct dupcqe_match *match)
{
	unsigned int criterion, number;

	if (match->set >= UINT32_C(1) << DUPCQE_CRITERIA)
		return false;
	for (criterion = 0; criterion < DUPCQE_CRITERIA; criterion++) {
		if (!DUPCQE_MATCHES_BY(match, criterion))
			continue;
		number = criterion - DUPCQE_BY_QID;
		if (criterion < DUPCQE_BY_QID
			    ? !valid_pattern(match->pattern[criterion], sizeof(match->pattern[0]))
			    : !valid_ranges(match->range[number], match->ranges[number]))
			return false;
	}
	return true;
}

/* Of a record that was lost nothing is known. */
static bool valid_on(const struct dupcqe_rule *rule)
{
	if (rule->on == DUPCQE_ON_LOST)
		return !rule->match.set && rule->scope == DUPCQE_PER_TOTAL;
	return rule->on == DUPCQE_ON_HIT;
}

bool dupcqe_rule_valid(const struct dupcqe_rule *rule)
{
	return rule->count >= 1 && rule->count <= DUPCQE_THRESHOLD_MAX &&
	       (unsigned int)rule->scope <= DUPCQE_PER_QUEUE && valid_match(&rule->match) &&
	       valid_on(rule);
}
