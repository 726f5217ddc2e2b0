// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "file.h"
#include "inhibit.h"
#include "panic_guard.h"

#define SECOND UINT64_C(1000000000)

/* Each is true if the guard says no. */
static bool not_allowed(const struct panic_facts *facts)
{
	return !facts->allowed;
}

static bool no_way(const struct panic_facts *facts)
{
	return !facts->has_way;
}

static bool inhibited(const struct panic_facts *facts)
{
	return facts->inhibited;
}

static bool unsaved(const struct panic_facts *facts)
{
	return facts->unsaved;
}

static bool no_crash_kernel(const struct panic_facts *facts)
{
	return facts->need_crash_kernel && !facts->crash_kernel;
}

static bool too_young(const struct panic_facts *facts)
{
	return facts->uptime_ns < facts->min_uptime_ns;
}

static bool forgets(const struct panic_facts *facts)
{
	return !facts->budget_lasts;
}

static bool no_budget(const struct panic_facts *facts)
{
	return facts->budget;
}

static uint64_t until_old_enough(const struct panic_facts *facts)
{
	return facts->min_uptime_ns - facts->uptime_ns;
}

static uint64_t until_a_day_is_over(const struct panic_facts *facts)
{
	return facts->budget_wait_ns;
}

static const struct guard {
	bool (*says_no)(const struct panic_facts *facts);
	const char *why; /* NULL: facts->budget */
	uint64_t (*wait)(const struct panic_facts *facts);
} guards[] = {
	{ not_allowed, "allow-panic is not set", NULL },
	{ inhibited, "the inhibitor file is there", NULL },
	{ no_way, "the way to trigger it cannot be written", NULL },
	{ no_crash_kernel, "no crash kernel is loaded", NULL },
	{ unsaved, "what the last boot left is not saved yet", NULL },
	{ too_young, "the machine has not been up for the minimum time", until_old_enough },
	{ forgets, "the state folder is not on a disk, so the panic would be forgotten", NULL },
	{ no_budget, NULL, until_a_day_is_over },
};

static const struct guard *first_no(const struct panic_facts *facts)
{
	size_t i;

	for (i = 0; i < sizeof(guards) / sizeof(*guards); i++)
		if (guards[i].says_no(facts))
			return &guards[i];
	return NULL;
}

const char *panic_refusal(const struct panic_facts *facts)
{
	const struct guard *guard = first_no(facts);

	if (!guard)
		return NULL;
	return guard->why ? guard->why : facts->budget;
}

uint64_t panic_wait_ns(const struct panic_facts *facts)
{
	const struct guard *guard = first_no(facts);

	return guard && guard->wait ? guard->wait(facts) : 0;
}

static bool has_crash_kernel(const char *sysfs)
{
	char text[8];

	return !file_get(text, sizeof(text), "%s/kernel/kexec_crash_loaded", sysfs) &&
	       !strcmp(text, "1");
}

static void ask_budget(const struct action_room *room, struct panic_facts *facts)
{
	const struct action_paths *paths = room->paths;
	uint32_t max_per_day = room->config->panic_max_per_day;
	const struct budget_boot *armed;
	struct budget_boot now;
	struct budget budget;
	uint64_t wait_s;

	facts->budget_lasts = paths->any_file_system || budget_folder_lasts(paths->state_dir);
	facts->budget = "the id of this boot cannot be read";
	if (budget_now(paths->boot_id, &now) || budget_read(paths->state_dir, &budget, &facts->budget))
		return;
	facts->budget = budget_refusal(&budget, &now, max_per_day);
	wait_s = budget_wait_s(&budget, &now, max_per_day);
	facts->budget_wait_ns = wait_s == UINT64_MAX ? 0 : wait_s * SECOND;
	armed = budget_armed(&budget, &now);
	if (armed)
		memcpy(facts->armed_by, armed->by, sizeof(facts->armed_by));
}

void panic_gather_quick(const struct action_room *room, struct panic_facts *ret_facts)
{
	const struct action_paths *paths = room->paths;
	const struct config *config = room->config;
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	*ret_facts = (struct panic_facts){
		.allowed = config->panic_allow,
		.has_way = paths->sysrq_trigger && !access(paths->sysrq_trigger, W_OK),
		.inhibited = inhibit_is_there(config->panic_inhibit_file),
		.unsaved = room->last_boot && !access(room->last_boot, F_OK),
		.need_crash_kernel = config->panic_require_crash_kernel,
		.crash_kernel = has_crash_kernel(paths->sysfs),
		.uptime_ns = (uint64_t)up.tv_sec * SECOND + (uint64_t)up.tv_nsec,
		.min_uptime_ns = config->panic_min_uptime_ns,
		.budget_lasts = true,
	};
}

void panic_gather(const struct action_room *room, struct panic_facts *ret_facts)
{
	panic_gather_quick(room, ret_facts);
	ask_budget(room, ret_facts);
}

void panic_use_budget(struct panic_facts *facts, const struct panic_facts *earlier)
{
	uint64_t passed = facts->uptime_ns - earlier->uptime_ns, wait = earlier->budget_wait_ns;

	facts->budget_lasts = earlier->budget_lasts;
	facts->budget = earlier->budget;
	/* it is asked anew when that is over: until then it is not */
	facts->budget_wait_ns = wait > passed ? wait - passed : wait ? 1 : 0;
	memcpy(facts->armed_by, earlier->armed_by, sizeof(facts->armed_by));
}
