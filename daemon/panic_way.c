// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "panic_module.h"
#include "panic_way.h"
#include "source.h"
#include "source_files.h"
#include "trigger.h"

static const char *const names[] = { "none", "trigger", "module" };

const char *panic_way_name(enum panic_way way)
{
	return names[way];
}

enum panic_way panic_way_from_name(const char *name, size_t len)
{
	int way;

	for (way = PANIC_BY_TRIGGER; way <= PANIC_BY_MODULE; way++)
		if (strlen(names[way]) == len && !strncmp(name, names[way], len))
			return way;
	return PANIC_BY_NONE;
}

/* A trigger file without triggers tells which ones there are. */
static bool is_offered(const char *path)
{
	static const char head[] = "# Available triggers:";
	char *text, *word, *rest;
	bool offered = false;
	size_t length;

	if (source_file_read(AT_FDCWD, path, &text, &length))
		return false;
	rest = strstr(text, head);
	rest = rest ? rest + sizeof(head) - 1 : NULL;
	while (!offered && (word = strsep(&rest, " \t\n#")))
		offered = !strcmp(word, "panic");
	free(text);
	return offered;
}

/* In the instance of the hits nobody sets triggers. */
static bool has_trigger(const struct action_room *room, const char *trigger)
{
	size_t instance = strlen(room->instance), name = instance;
	char path[PATH_MAX];

	/* a history that stands in for one that is left alone */
	if (name > strlen(SOURCE_NOW) && !strcmp(room->instance + name - strlen(SOURCE_NOW), SOURCE_NOW))
		name -= strlen(SOURCE_NOW);
	if (!strncmp(trigger, room->instance, instance) &&
	    snprintf(path, sizeof(path), "%.*s-hits%s", (int)name, room->instance, trigger + instance) <
		    (int)sizeof(path) &&
	    is_offered(path))
		return true;
	/* a file that has triggers does not tell */
	return is_offered(trigger) || trigger_used(trigger, "panic") >= 0;
}

static int first_of(uint64_t rules)
{
	return rules ? __builtin_ctzll(rules) : -1;
}

/* It holds one rule: the first that it can be told of, whether or not that one keeps still now. */
static void fit_module(const struct action_room *room, struct armed *plan)
{
	struct panic_module module;
	bool taken = false;
	const char *why;
	unsigned int i;

	for (i = 0; i < room->config->rules; i++) {
		if (!(plan->can[ARMED_PANIC] >> i & 1))
			continue;
		why = panic_module_from_rule(&room->config->rule[i].rule, &module);
		if (!why && taken)
			why = "nvme_dup_cqe_panic holds one rule, and has another one";
		if (why)
			armed_refuse(plan, ARMED_PANIC, UINT64_C(1) << i, why);
		else
			taken = true;
	}
}

static const char *why_no_module(const struct action_room *room, bool module_is_ours)
{
	int armed = panic_module_armed(room->paths->sysfs);

	if (armed == -ENOENT)
		return "this kernel has no panic trigger, and the module nvme_dup_cqe_panic is not loaded";
	if (armed < 0)
		return "nvme_dup_cqe_panic cannot be read";
	return armed && !module_is_ours ? "nvme_dup_cqe_panic is armed already, by somebody else" : NULL;
}

enum panic_way panic_way_choose(const struct action_room *room, const char *trigger, bool module_is_ours,
				struct armed *plan)
{
	const char *why = trigger ? NULL : "the kernel does not have the event now";

	if (!plan->can[ARMED_PANIC])
		return PANIC_BY_NONE;
	if (trigger && has_trigger(room, trigger))
		return PANIC_BY_TRIGGER;
	if (!why && plan->event->is_probe)
		why = "this kernel has no panic trigger, and nvme_dup_cqe_panic works with the patched driver alone";
	if (!why)
		why = why_no_module(room, module_is_ours);
	if (why)
		armed_refuse(plan, ARMED_PANIC, UINT64_MAX, why);
	else
		fit_module(room, plan);
	return why ? PANIC_BY_NONE : PANIC_BY_MODULE;
}

static int arm_module(const struct action_room *room, struct armed *plan)
{
	int err, rule = first_of(plan->now[ARMED_PANIC]);
	struct panic_module module;

	if (panic_module_from_rule(&room->config->rule[rule].rule, &module))
		return -EOPNOTSUPP;
	err = panic_module_arm(room->paths->sysfs, &module);
	if (err)
		armed_refuse(plan, ARMED_PANIC, UINT64_MAX, "nvme_dup_cqe_panic cannot be set: the log says why");
	return err;
}

int panic_way_arm(enum panic_way way, const struct action_room *room, const char *trigger, struct armed *plan)
{
	if (way == PANIC_BY_MODULE)
		return arm_module(room, plan);
	return armed_set_panic(trigger, room->config, plan);
}

bool panic_way_is_armed(enum panic_way way, const struct action_room *room, const char *trigger)
{
	if (way == PANIC_BY_MODULE)
		return panic_module_armed(room->paths->sysfs) == 1;
	return way == PANIC_BY_TRIGGER && *trigger && trigger_used(trigger, "panic") >= 0;
}

static int disarm_trigger(const struct action_room *room, const char *trigger)
{
	struct armed nothing = { .armable = 0 };
	int err = armed_set_panic(trigger, room->config, &nothing);

	return err == -ENOENT || err == -ENODEV ? 0 : err;
}

int panic_way_disarm(enum panic_way way, const struct action_room *room, const char *trigger)
{
	if (way == PANIC_BY_MODULE)
		return panic_module_disarm(room->paths->sysfs);
	return *trigger ? disarm_trigger(room, trigger) : 0;
}

void panic_way_text(enum panic_way way, const struct action_room *room, const struct armed *plan,
		    char ret_text[ARMED_TRIGGER_MAX])
{
	int rule = first_of(plan->now[ARMED_PANIC]);
	struct panic_module module;
	struct dupcqe_text text;

	if (way == PANIC_BY_TRIGGER) {
		armed_trigger(room->config, plan, ARMED_PANIC, ret_text);
		return;
	}
	dupcqe_text_init(&text, ret_text, ARMED_TRIGGER_MAX);
	if (rule >= 0 && !panic_module_from_rule(&room->config->rule[rule].rule, &module))
		panic_module_text(&text, &module);
}
