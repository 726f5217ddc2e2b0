// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "panic_count.h"
#include "panic_left.h"

/* That the module is armed from here: what the budget says of that may be gone, when a reactive panic was begun. */
static void mark_path(const struct panic_arm *arm, char ret_path[CONFIG_PATH])
{
	const char *run_dir = arm->room->paths->run_dir;

	snprintf(ret_path, CONFIG_PATH, "%s/%s.module", run_dir ? run_dir : "/nonexistent", arm->name);
}

void panic_left_mark(struct panic_arm *arm)
{
	char path[CONFIG_PATH];
	int fd;

	mark_path(arm, path);
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

void panic_left_unmark(struct panic_arm *arm)
{
	char path[CONFIG_PATH];

	mark_path(arm, path);
	unlink(path);
}

static bool is_marked(const struct panic_arm *arm)
{
	char path[CONFIG_PATH];

	mark_path(arm, path);
	return !access(path, F_OK);
}

void panic_left_find(struct panic_arm *arm)
{
	const struct budget_boot *armed;
	struct budget_boot now;
	struct budget budget;
	const char *why;

	if (is_marked(arm))
		arm->way = PANIC_BY_MODULE;
	if (budget_now(arm->room->paths->boot_id, &now) ||
	    budget_read(arm->room->paths->state_dir, &budget, &why))
		return;
	armed = budget_armed(&budget, &now);
	if (!armed || panic_count_is_another(arm->name, armed->by))
		return;
	arm->way = panic_way_from_name(armed->by, strcspn(armed->by, " "));
	arm->counted = arm->tried = arm->left = true;
}
