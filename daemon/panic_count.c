// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "journal.h"
#include "panic_count.h"
#include "panic_guard.h"

bool panic_count_is_another(const char *name, const char *by)
{
	const char *blank = strchr(by, ' ');

	return blank && strcmp(blank + 1, name);
}

/* In the child: -ECANCELED if a guard says no, which the answer tells. */
static int ask(const struct panic_order *order)
{
	struct panic_facts *facts = order->answer;

	panic_gather(order->room, facts);
	facts->has_way = true;
	return panic_refusal(facts) || panic_count_is_another(strchr(order->by, ' ') + 1, facts->armed_by) ? -ECANCELED
													   : 0;
}

static int count(const struct panic_order *order, const char **ret_why)
{
	int err = budget_arm(order->folder, &order->now, order->max_per_day, order->by, ret_why);

	if (!err)
		panic_gather(order->room, order->answer);
	return err;
}

static int work(void *arg)
{
	const struct panic_order *order = arg;
	const char *why = "it cannot be given back";
	int err = order->task == PANIC_GIVE_BACK ? 0 : ask(order);

	if (err || order->task == PANIC_ASK)
		return err;
	if (order->task == PANIC_COUNT)
		err = count(order, &why);
	else
		err = budget_give_back(order->folder, &order->now, order->by);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "an armed panic in '%s/%s': %s: %s", order->folder, BUDGET_FILE,
			       why, strerror(-err));
	return err;
}

static int give_order(struct panic_arm *arm, enum panic_task task, enum panic_way way)
{
	const struct action_room *room = arm->room;
	struct panic_order *order = &arm->order;

	*order = (struct panic_order){
		.task = task, .room = room, .answer = arm->answer,
		.max_per_day = room->config ? room->config->panic_max_per_day : 0,
	};
	snprintf(order->folder, sizeof(order->folder), "%s", room->paths->state_dir);
	snprintf(order->by, sizeof(order->by), "%s %s", panic_way_name(way), arm->name);
	return budget_now(room->paths->boot_id, &order->now);
}

void panic_count_start(struct panic_arm *arm, enum panic_task task, enum panic_way way)
{
	bool back = task == PANIC_GIVE_BACK;
	int err;

	if (arm->busy)
		return;
	err = give_order(arm, task, way);
	if (!err)
		err = child_start(&arm->child, arm->room, work, &arm->order);
	arm->busy = !err;
	arm->tried |= task == PANIC_COUNT;
	if (err && back)
		arm->kept = true;
	else if (err)
		arm->failed = "it cannot be counted on disk: no process can be started";
}

void panic_count_give_back(struct panic_arm *arm)
{
	if (!give_order(arm, PANIC_GIVE_BACK, arm->way))
		work(&arm->order);
}

static void take_answer(struct panic_arm *arm, int result)
{
	bool refused = result == -ECANCELED;

	if (arm->order.task == PANIC_COUNT)
		arm->counted = !result;
	arm->known = !result || refused;
	arm->failed = arm->known ? NULL : "it cannot be counted on disk: the log says why";
}

void panic_count_ended(struct panic_arm *arm, int result)
{
	arm->busy = false;
	if (arm->order.task == PANIC_GIVE_BACK) {
		arm->kept = result != 0;
		arm->counted = arm->tried = arm->kept;
		arm->known = false;
	} else {
		take_answer(arm, result);
	}
}
