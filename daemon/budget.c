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

static bool take_line(const char **at, struct budget_boot *ret_boot)
{
	ret_boot->panicked = take_word(at, "panic ");
	return (ret_boot->panicked || take_word(at, "seen ")) && take_boot(at, ret_boot->boot) &&
	       take_word(at, " ") && take_number(at, &ret_boot->uptime_s) && take_word(at, " ") &&
	       take_number(at, &ret_boot->unix_s) && take_word(at, "\n");
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

void budget_format(struct dupcqe_text *text, const struct budget *budget)
{
	unsigned int i;

	dupcqe_text_puts(text, head);
	for (i = 0; i < budget->count; i++)
		dupcqe_text_printf(text, "%s %s %llu %llu\n",
				   budget->of[i].panicked ? "panic" : "seen", budget->of[i].boot,
				   (unsigned long long)budget->of[i].uptime_s,
				   (unsigned long long)budget->of[i].unix_s);
	dupcqe_text_printf(text, "end %u\n", budget->count);
}

static bool is_same(const struct budget_boot *one, const struct budget_boot *other)
{
	return !strcmp(one->boot, other->boot);
}

const char *budget_refusal(const struct budget *budget, const struct budget_boot *now,
			   uint32_t max_per_day)
{
	const struct budget_boot *of;
	uint64_t seen_s = now->uptime_s;
	uint32_t of_a_day = 0;

	for (of = budget->of + budget->count; of-- > budget->of;) {
		if (is_same(of, now) && of->panicked)
			return "this boot has had its panic";
		if (seen_s < BUDGET_DAY_S)
			of_a_day += of->panicked;
		/* what was seen of this boot before is in its uptime */
		seen_s += is_same(of, now) ? 0 : of->uptime_s;
	}
	if (of_a_day >= max_per_day)
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

/* What this boot said before; or, where there is no room, the first that only tells of time. */
static void drop_seen(struct budget *budget, const struct budget_boot *now)
{
	bool full = budget->count == BUDGET_BOOTS;
	unsigned int i;

	for (i = 0; i < budget->count; i++)
		if (!budget->of[i].panicked && (full || is_same(&budget->of[i], now))) {
			drop(budget, i, 1);
			return;
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
