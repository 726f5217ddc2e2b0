// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "panic-scene.h"

struct panic_arm arm;
struct armed arm_plan;
uint64_t arm_still;
char arm_trigger[300];

void look(void)
{
	armed_plan(&t.config, &armed_driver_event, arm_still, &arm_plan);
	panic_arm_look(&arm, &arm_plan, arm_trigger);
}

static void on_again(struct panic_arm *of)
{
	(void)of;
	look();
}

void make_module(void)
{
	static const char *const empty[] = { "reasons", "ctrl_id", "qid", "addr", "count" };
	char name[100];
	size_t i;

	for (i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
		snprintf(name, sizeof(name), MODULE "%s", empty[i]);
		scene_put(name, "");
	}
	scene_put(MODULE "armed", "0\n");
}

void add_rule(const char *name, enum action_kind kind)
{
	struct config_rule *rule = &t.config.rule[t.config.rules++];

	strcpy(rule->name, name);
	rule->rule.count = 1;
	rule->actions = 1;
	rule->action[0].kind = kind;
}

int panic_setup(void **state)
{
	scene_setup(state);
	make_module();
	scene_put("instance/" TRIGGER, "# Available triggers:\n# traceon traceoff snapshot\n");
	snprintf(arm_trigger, sizeof(arm_trigger), "%s", scene_path("instance/" TRIGGER));
	t.config.panic_allow = true;
	t.config.panic_require_crash_kernel = true;
	t.config.panic_max_per_day = 1;
	strcpy(t.config.panic_inhibit_file, scene_path("run/daemon/inhibit"));
	add_rule("every", ACTION_PANIC);
	arm_still = 0;
	return panic_arm_open(&arm, &t.room, "x", on_again);
}

int panic_teardown(void **state)
{
	panic_arm_close(&arm);
	return scene_teardown(state);
}

bool file_has(const char *name, const char *text)
{
	return strstr(scene_file(name), text);
}

bool is_counted(void)
{
	return file_has(BUDGET, "\narmed " BOOT " ") && file_has(BUDGET, " module x\nend 1\n");
}

bool is_armed(void)
{
	bool armed = !strcmp(scene_file(MODULE "armed"), "1\n");

	assert_int_equal(armed, arm.armed);
	assert_int_equal(armed, arm_plan.now[ARMED_PANIC] != 0);
	if (armed)
		assert_true(is_counted());
	return armed;
}

void arm_now(void)
{
	look();
	scene_wait(20000);
	assert_true(is_armed());
	scene_log();
}

void wait_until(bool (*holds)(void))
{
	int i;

	for (i = 0; i < 1000 && !holds(); i++)
		scene_dispatch(20);
	scene_wait(20000);
	assert_true(holds());
}

bool is_not_armed(void)
{
	return !is_armed();
}

void put_budget(const char *lines)
{
	scene_put(BUDGET, lines);
	chmod(scene_path(BUDGET), 0600);
}

void arm_killed(void)
{
	inhibit_close(&arm.inhibit);
	timer_close(&arm.timer, t.room.epoll_fd);
	assert_int_equal(panic_arm_open(&arm, &t.room, "x", on_again), 0);
}
