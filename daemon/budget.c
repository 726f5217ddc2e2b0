// SPDX-License-Identifier: GPL-2.0-or-later
/* What the budget file says, and what follows from it: no files here, no clock. */
#include <errno.h>
#include <string.h>
#include "budget.h"

static const char head[] = "nvme-dupcqed panic budget 1\n";

/* Each takes what it knows from *at and moves on. */
static bool take_word(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len))
		return false;
	*at += len;
	return true;
}

/* Twelve digits at most: no sum of 64 of them can overflow. */
static bool take_number(const char **at, uint64_t *ret_number)
{
	const char *start = *at;
	uint64_t number = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		if (*at - start == 12)
			return false;
		number = number * 10 + (uint64_t)(**at - '0');
	}
	*ret_number = number;
	return *at > start;
}

static bool take_boot(const char **at, char *ret_boot)
{
	if (strspn(*at, "0123456789abcdef-") != BUDGET_BOOT_ID)
		return false;
	memcpy(ret_boot, *at, BUDGET_BOOT_ID);
	ret_boot[BUDGET_BOOT_ID] = '\0';
	*at += BUDGET_BOOT_ID;
	return true;
}

/* " WAY NAME" */
static bool take_by(const char **at, char ret_by[BUDGET_BY])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t way, name;

	if (!take_word(at, " "))
		return false;
	way = strspn(*at, letters);
	name = (*at)[way] == ' ' ? strspn(*at + way + 1, letters) : 0;
	if (!way || !name || way + name + 2 > BUDGET_BY)
		return false;
	memcpy(ret_by, *at, way + 1 + name);
	*at += way + 1 + name;
	return true;
}

static bool take_line(const char **at, struct budget_boot *ret_boot)
{
	memset(ret_boot, 0, sizeof(*ret_boot));
	ret_boot->armed = take_word(at, "armed ");
	ret_boot->panicked = ret_boot->armed || take_word(at, "panic ");
	return (ret_boot->panicked || take_word(at, "seen ")) && take_boot(at, ret_boot->boot) &&
	       take_word(at, " ") && take_number(at, &ret_boot->uptime_s) && take_word(at, " ") &&
	       take_number(at, &ret_boot->unix_s) && (!ret_boot->armed || take_by(at, ret_boot->by)) &&
	       take_word(at, "\n");
}

int budget_parse(const char *text, struct budget *ret_budget)
{
	const char *at = text;
	uint64_t count;

	ret_budget->count = 0;
	if (!take_word(&at, head))
		return -EBADMSG;
	while (!take_word(&at, "end ")) {
		if (ret_budget->count == BUDGET_BOOTS ||
		    !take_line(&at, &ret_budget->of[ret_budget->count]))
			return -EBADMSG;
		ret_budget->count++;
	}
	if (!take_number(&at, &count) || count != ret_budget->count || strcmp(at, "\n"))
		return -EBADMSG;
	return 0;
}

static void put_line(struct dupcqe_text *text, const struct budget_boot *of)
{
	dupcqe_text_printf(text, "%s %s %llu %llu%s%s\n",
			   of->armed	  ? "armed"
			   : of->panicked ? "panic"
					  : "seen",
			   of->boot, (unsigned long long)of->uptime_s, (unsigned long long)of->unix_s,
			   of->armed ? " " : "", of->armed ? of->by : "");
}

void budget_format(struct dupcqe_text *text, const struct budget *budget)
{
	unsigned int i;

	dupcqe_text_puts(text, head);
	for (i = 0; i < budget->count; i++)
		put_line(text, &budget->of[i]);
	dupcqe_text_printf(text, "end %u\n", budget->count);
}

static bool is_same(const struct budget_boot *one, const struct budget_boot *other)
{
	return !strcmp(one->boot, other->boot);
}

const struct budget_boot *budget_armed(const struct budget *budget, const struct budget_boot *now)
{
	unsigned int i;

	for (i = 0; i < budget->count; i++)
		if (budget->of[i].armed && is_same(&budget->of[i], now))
			return &budget->of[i];
	return NULL;
}

static bool has_panicked(const struct budget *budget, const struct budget_boot *now)
{
	unsigned int i;

	for (i = 0; i < budget->count; i++)
		if (budget->of[i].panicked && !budget->of[i].armed && is_same(&budget->of[i], now))
			return true;
	return false;
}

/* Those of other boots, from the youngest: the one with which the day is full has to become a day old. */
uint64_t budget_wait_s(const struct budget *budget, const struct budget_boot *now, uint32_t max_per_day)
{
	const struct budget_boot *of;
	uint64_t seen_s = now->uptime_s;
	uint32_t panics = 0;

	if (!max_per_day || has_panicked(budget, now))
		return UINT64_MAX;
	for (of = budget->of + budget->count; of-- > budget->of && seen_s < BUDGET_DAY_S;) {
		/* what was seen of this boot before is in its uptime */
		if (is_same(of, now))
			continue;
		if (of->panicked && ++panics == max_per_day)
			return BUDGET_DAY_S - seen_s;
		seen_s += of->uptime_s;
	}
	return 0;
}

const char *budget_refusal(const struct budget *budget, const struct budget_boot *now,
			   uint32_t max_per_day)
{
	if (has_panicked(budget, now))
		return "this boot has had its panic";
	if (budget_wait_s(budget, now, max_per_day))
		return "the panics of this day of running are used up";
	return NULL;
}

static void drop(struct budget *budget, unsigned int first, unsigned int count)
{
	budget->count -= count;
	memmove(budget->of + first, budget->of + first + count,
		(budget->count - first) * sizeof(*budget->of));
}

/* Panics that a day was seen since, and all before them. It cannot matter to the age of what comes
 * later. */
static void drop_old(struct budget *budget, const struct budget_boot *now)
{
	uint64_t seen_s = now->uptime_s;
	unsigned int first = budget->count;

	while (first > 0 && seen_s < BUDGET_DAY_S)
		seen_s += budget->of[--first].uptime_s;
	drop(budget, 0, first);
	/* time alone, with no panic before it */
	while (budget->count && !budget->of[0].panicked)
		drop(budget, 0, 1);
}

/* What this boot said before, but for its panic; or, where there is no room, the first that only tells of time. */
static void drop_seen(struct budget *budget, const struct budget_boot *now)
{
	bool full = budget->count == BUDGET_BOOTS;
	const struct budget_boot *of;
	unsigned int i;

	for (i = 0; i < budget->count; i++) {
		of = &budget->of[i];
		if ((full && !of->panicked) || (is_same(of, now) && (of->armed || !of->panicked))) {
			drop(budget, i, 1);
			return;
		}
	}
}

int budget_add(struct budget *budget, const struct budget_boot *now)
{
	drop_seen(budget, now);
	drop_old(budget, now);
	if (budget->count == BUDGET_BOOTS)
		return -ENOSPC;
	budget->of[budget->count++] = *now;
	return 0;
}
