// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What rules have counted, and what follows from one more hit, or from lost records. A key is what
 * a rule counts together: all, one controller, one queue. For each key the times of the last hits within the
 * window are kept, at most as many as make the rule fire; so a window slides exactly, and a hit
 * costs the same whether it is the first or one of a storm.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "rule_parts.h"

/* More than any queue of any controller. */
#define KEY_UNKNOWN UINT64_MAX

/* Of one key. Times only grow, so the oldest is always first. */
struct window {
	uint64_t seen; /* number of the last hit, of all rules: the least was seen longest ago */
	uint64_t fired_ns;
	bool fired; /* ever; fired_ns is valid */
	uint32_t oldest;
	uint32_t count;
};

struct counter {
	struct dupcqe_rule rule;
	uint32_t room; /* keys */
	uint32_t used;
	uint64_t *ids;		/* [room]; apart from the windows, as every hit searches them */
	struct window *windows; /* [room] */
	uint64_t *times;	/* [room][rule.count]; pages that no key has used cost nothing */
};

struct dupcqe_rules {
	size_t count;
	uint64_t now_ns; /* the latest time seen */
	uint64_t hit_ns; /* of this hit */
	uint64_t seen;	 /* hits */
	struct counter counter[];
};

static bool counter_init(struct counter *counter, const struct dupcqe_rule *rule)
{
	counter->rule = *rule;
	counter->room = rule->scope == DUPCQE_PER_TOTAL ? 1 : DUPCQE_RULE_KEYS;
	counter->ids = calloc(counter->room, sizeof(*counter->ids));
	counter->windows = calloc(counter->room, sizeof(*counter->windows));
	counter->times = calloc((size_t)counter->room * rule->count, sizeof(*counter->times));
	return counter->ids && counter->windows && counter->times;
}

int dupcqe_rules_new(const struct dupcqe_rule *rules, size_t count, struct dupcqe_rules **ret_rules)
{
	struct dupcqe_rules *made;
	size_t i;

	if (count > DUPCQE_RULES)
		return -EINVAL;
	for (i = 0; i < count; i++)
		if (!dupcqe_rule_valid(&rules[i]))
			return -EINVAL;
	made = calloc(1, sizeof(*made) + count * sizeof(made->counter[0]));
	if (!made)
		return -ENOMEM;
	made->count = count;
	for (i = 0; i < count; i++) {
		if (!counter_init(&made->counter[i], &rules[i])) {
			dupcqe_rules_free(made);
			return -ENOMEM;
		}
	}
	*ret_rules = made;
	return 0;
}

void dupcqe_rules_free(struct dupcqe_rules *rules)
{
	size_t i;

	if (!rules)
		return;
	for (i = 0; i < rules->count; i++) {
		free(rules->counter[i].ids);
		free(rules->counter[i].windows);
		free(rules->counter[i].times);
	}
	free(rules);
}

static uint64_t key_of(enum dupcqe_scope scope, const struct dupcqe_event *event)
{
	uint64_t controller = (uint32_t)event->ctrl_id;

	if (scope == DUPCQE_PER_TOTAL)
		return 0;
	if (!dupcqe_has(event, DUPCQE_CTRL_ID))
		return KEY_UNKNOWN;
	if (scope == DUPCQE_PER_CONTROLLER)
		return controller;
	return dupcqe_has(event, DUPCQE_QID) ? controller << 16 | event->qid : KEY_UNKNOWN;
}

/* Where a new key goes: to free room, or in place of the one seen longest ago. */
static uint32_t make_room(struct counter *counter)
{
	uint32_t i, oldest = 0;

	if (counter->used < counter->room)
		return counter->used++;
	for (i = 1; i < counter->used; i++)
		if (counter->windows[i].seen < counter->windows[oldest].seen)
			oldest = i;
	return oldest;
}

static uint32_t find_key(struct counter *counter, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < counter->used; i++)
		if (counter->ids[i] == id)
			return i;
	i = make_room(counter);
	counter->ids[i] = id;
	counter->windows[i] = (struct window){0};
	return i;
}

static void forget_oldest(struct window *window, uint32_t size, uint32_t count)
{
	window->oldest = (window->oldest + count) % size;
	window->count -= count;
}

static uint64_t newest_of(const struct window *window, const uint64_t *times, uint32_t size)
{
	return times[(window->oldest + window->count - 1) % size];
}

/* Hits of several CPUs need not come in their order. One that is older than a window's last hit by more than the window
 * can neither be added up with that one, nor undo that it was counted. */
static bool too_old(const struct window *window, const uint64_t *times, const struct dupcqe_rule *rule, uint64_t now_ns)
{
	uint64_t newest = window->count ? newest_of(window, times, rule->count) : 0;

	return rule->count > 1 && newest > now_ns && newest - now_ns > rule->window_ns;
}

/* Count some (1 to rule->count) at now; times is the window's ring of rule->count entries. */
static void window_add(struct window *window, uint64_t *times, const struct dupcqe_rule *rule,
		       uint32_t some, uint64_t now_ns)
{
	uint32_t at, size = rule->count;

	if (window->count && newest_of(window, times, size) > now_ns)
		now_ns = newest_of(window, times, size);
	while (window->count && now_ns - times[window->oldest] > rule->window_ns)
		forget_oldest(window, size, 1);
	if (window->count + some > size)
		forget_oldest(window, size, window->count + some - size);
	at = (window->oldest + window->count) % size;
	window->count += some;
	while (some--) {
		times[at] = now_ns;
		at = at + 1 == size ? 0 : at + 1;
	}
}

static bool cooling(const struct window *window, uint64_t cooldown_ns, uint64_t now_ns)
{
	return window->fired && now_ns - window->fired_ns < cooldown_ns;
}

/* Hits whose key is not known are not added up: they may be of different queues. */
static uint32_t count_key(struct counter *counter, uint32_t key, uint32_t some, uint64_t now_ns)
{
	const struct dupcqe_rule *rule = &counter->rule;
	struct window *window = &counter->windows[key];
	uint64_t *times = counter->times + (size_t)key * rule->count;

	if (counter->ids[key] == KEY_UNKNOWN)
		return 1;
	if (too_old(window, times, rule, now_ns))
		return 0;
	window_add(window, times, rule, some, now_ns);
	return window->count;
}

static void decide_one(struct dupcqe_rules *rules, size_t at, uint64_t id, uint32_t some,
		       struct dupcqe_decision *decision)
{
	struct counter *counter = &rules->counter[at];
	uint32_t key = find_key(counter, id);
	struct window *window = &counter->windows[key];

	window->seen = rules->seen;
	decision->matched |= UINT64_C(1) << at;
	decision->counted[at] = count_key(counter, key, some, rules->hit_ns);
	if (decision->counted[at] < counter->rule.count)
		return;
	if (cooling(window, counter->rule.cooldown_ns, rules->now_ns)) {
		decision->cooling |= UINT64_C(1) << at;
		return;
	}
	decision->fired |= UINT64_C(1) << at;
	window->fired = true;
	window->fired_ns = rules->now_ns;
}

static void begin(struct dupcqe_rules *rules, uint64_t now_ns, struct dupcqe_decision *decision)
{
	memset(decision, 0, sizeof(*decision));
	rules->hit_ns = now_ns;
	if (now_ns > rules->now_ns)
		rules->now_ns = now_ns;
	rules->seen++;
}

void dupcqe_rules_decide(struct dupcqe_rules *rules, const struct dupcqe_event *event,
			 const struct dupcqe_identity *identity, uint64_t now_ns,
			 struct dupcqe_decision *ret_decision)
{
	const struct dupcqe_rule *rule;
	size_t i;

	begin(rules, now_ns, ret_decision);
	for (i = 0; i < rules->count; i++) {
		rule = &rules->counter[i].rule;
		if (rule->on == DUPCQE_ON_HIT && dupcqe_match(&rule->match, event, identity))
			decide_one(rules, i, key_of(rule->scope, event), 1, ret_decision);
	}
}

void dupcqe_rules_lost(struct dupcqe_rules *rules, uint64_t count, uint64_t now_ns,
		       struct dupcqe_decision *ret_decision)
{
	const struct dupcqe_rule *rule;
	size_t i;

	begin(rules, now_ns, ret_decision);
	/* they are told in order */
	rules->hit_ns = rules->now_ns;
	for (i = 0; i < rules->count && count; i++) {
		rule = &rules->counter[i].rule;
		if (rule->on == DUPCQE_ON_LOST)
			decide_one(rules, i, 0, count < rule->count ? count : rule->count,
				   ret_decision);
	}
}
