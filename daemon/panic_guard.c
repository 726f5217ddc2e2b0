// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "budget.h"
#include "file.h"
#include "panic_guard.h"

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

static const struct {
	bool (*says_no)(const struct panic_facts *facts);
	const char *why; /* NULL: facts->budget */
} guards[] = {
	{ not_allowed, "allow-panic is not set" },
	{ inhibited, "the inhibitor file is there" },
	{ no_way, "the way to trigger it cannot be written" },
	{ no_crash_kernel, "no crash kernel is loaded" },
	{ too_young, "the machine has not been up for the minimum time" },
	{ forgets, "the state folder is not on a disk, so the panic would be forgotten" },
	{ no_budget, NULL },
};

const char *panic_refusal(const struct panic_facts *facts)
{
	size_t i;

	for (i = 0; i < sizeof(guards) / sizeof(*guards); i++)
		if (guards[i].says_no(facts))
			return guards[i].why ? guards[i].why : facts->budget;
	return NULL;
}

/* Only a clear "no such file" counts as absent. */
static bool is_inhibited(const char *path)
{
	struct stat st;

	if (!*path)
		return false;
	return !lstat(path, &st) || errno != ENOENT;
}

static bool has_crash_kernel(const char *sysfs)
{
	char text[8];

	return !file_get(text, sizeof(text), "%s/kernel/kexec_crash_loaded", sysfs) &&
	       !strcmp(text, "1");
}

static const char *ask_budget(const struct action_room *room)
{
	struct budget_boot now;
	const char *why = NULL;

	if (budget_now(room->paths->boot_id, &now))
		return "the id of this boot cannot be read";
	if (budget_check(room->paths->state_dir, &now, room->config->panic_max_per_day, &why))
		return why;
	return NULL;
}

void panic_gather(const struct action_room *room, struct panic_facts *ret_facts)
{
	const struct action_paths *paths = room->paths;
	const struct config *config = room->config;
	struct timespec up;

	clock_gettime(CLOCK_BOOTTIME, &up);
	*ret_facts = (struct panic_facts){
		.allowed = config->panic_allow,
		.has_way = paths->sysrq_trigger && !access(paths->sysrq_trigger, W_OK),
		.inhibited = is_inhibited(config->panic_inhibit_file),
		.need_crash_kernel = config->panic_require_crash_kernel,
		.crash_kernel = has_crash_kernel(paths->sysfs),
		.uptime_ns = (uint64_t)up.tv_sec * 1000000000 + (uint64_t)up.tv_nsec,
		.min_uptime_ns = config->panic_min_uptime_ns,
		.budget_lasts = true,
	};
}

void panic_gather_budget(const struct action_room *room, struct panic_facts *ret_facts)
{
	const struct action_paths *paths = room->paths;

	ret_facts->budget_lasts = paths->any_file_system || budget_folder_lasts(paths->state_dir);
	ret_facts->budget = ask_budget(room);
}
