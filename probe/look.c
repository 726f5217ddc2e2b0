// SPDX-License-Identifier: LGPL-2.1-or-later
/* What this kernel can give: everything is found out, nothing is changed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "probe_look.h"

static void usual_tracefs(struct probe_place *place)
{
	static const char *const usual[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	unsigned int i;

	for (i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		snprintf(place->tracefs, sizeof(place->tracefs), "%s%s", place->root, usual[i]);
		if (probe_exists(place->tracefs, "events"))
			return;
	}
	snprintf(place->tracefs, sizeof(place->tracefs), "%s%s", place->root, usual[0]);
}

void probe_place_init(const struct dupcqe_probe_place *given, struct probe_place *ret_place)
{
	static const struct dupcqe_probe_place none;
	struct utsname machine;

	if (!given)
		given = &none;
	ret_place->root = given->root ? given->root : "";
	if (given->tracefs)
		snprintf(ret_place->tracefs, sizeof(ret_place->tracefs), "%s", given->tracefs);
	else
		usual_tracefs(ret_place);
	if (uname(&machine))
		machine.machine[0] = '\0';
	snprintf(ret_place->machine, sizeof(ret_place->machine), "%s",
		 given->machine ? given->machine : machine.machine);
}

static bool is_locked_down(const struct probe_place *place)
{
	char *text;
	bool locked;

	if (probe_read(place->root, "sys/kernel/security/lockdown", &text))
		return false;
	locked = strstr(text, "[confidentiality]");
	free(text);
	return locked;
}

static bool is_zero(const char *root, const char *file)
{
	char *text;
	bool zero;

	if (probe_read(root, file, &text))
		return false;
	zero = text[0] == '0' && strchr("\n", text[1]);
	free(text);
	return zero;
}

/* The kernel takes a probe all the same, and it records nothing. */
static bool is_switched_off(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	static const char sysctl[] = "proc/sys/kernel/ftrace_enabled", debug[] = "sys/kernel/debug/kprobes/enabled";
	const struct probe_machine *machine = probe_machine_find(place->machine);
	const char *by = NULL;

	if ((!machine || machine->is_on_ftrace) && is_zero(place->root, sysctl))
		by = sysctl;
	else if (is_zero(place->root, debug))
		by = debug;
	if (by)
		snprintf(found->refused, sizeof(found->refused), "/%s is 0", by);
	return by;
}

static bool is_loaded(const struct probe_place *place, const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "sys/module/%s", module);
	return probe_exists(place->root, path);
}

/* What tracefs itself says; DUPCQE_PROBE_ADDED: nothing stands in the way. */
static enum dupcqe_probe_answer look_at_tracefs(const struct probe_place *place, int *ret_err)
{
	char *list;
	int err;

	if (is_locked_down(place))
		return DUPCQE_PROBE_LOCKED_DOWN;
	if (!probe_exists(place->tracefs, "events"))
		return errno == EACCES ? DUPCQE_PROBE_NOT_ROOT : DUPCQE_PROBE_NO_TRACEFS;
	err = probe_read(place->tracefs, "kprobe_events", &list);
	if (!err) {
		free(list);
		return DUPCQE_PROBE_ADDED;
	}
	*ret_err = err;
	if (err == -ENOENT)
		return DUPCQE_PROBE_NO_KPROBES;
	if (err == -EPERM && !geteuid())
		return DUPCQE_PROBE_LOCKED_DOWN;
	return err == -EACCES || err == -EPERM ? DUPCQE_PROBE_NOT_ROOT : DUPCQE_PROBE_FAILED;
}

static enum dupcqe_probe_answer look_at_owners(const struct probe_place *place, int *ret_err)
{
	int hit = probe_owner(place->tracefs, DUPCQE_PROBE_HIT), why = probe_owner(place->tracefs, DUPCQE_PROBE_WHY);

	if (hit < 0 || why < 0) {
		*ret_err = hit < 0 ? hit : why;
		return DUPCQE_PROBE_FAILED;
	}
	if (hit == PROBE_DRIVER)
		return DUPCQE_PROBE_PATCHED;
	if (hit == PROBE_OTHERS || why == PROBE_OTHERS || why == PROBE_DRIVER)
		return DUPCQE_PROBE_FOREIGN;
	/* one may have been taken away by hand */
	return hit == PROBE_OURS || why == PROBE_OURS ? DUPCQE_PROBE_THERE : DUPCQE_PROBE_ADDED;
}

static enum dupcqe_probe_answer define(const struct probe_place *place, const struct probe_machine *machine,
				       const struct probe_layout *layout, struct dupcqe_probe_found *found)
{
	const struct probe_point *point;
	char registers[sizeof(found->registers)];
	unsigned int i;

	for (i = 0; i < DUPCQE_PROBE_POINTS; i++) {
		point = &probe_points[i];
		if (point->module && !is_loaded(place, point->module))
			continue;
		if (probe_define(point, machine, layout, found->line[found->points], registers, sizeof(registers)))
			return DUPCQE_PROBE_FAILED;
		if (!found->points)
			strcpy(found->registers, registers);
		found->event[found->points] = point->event;
		found->function[found->points++] = point->function;
	}
	return DUPCQE_PROBE_ADDED;
}

static enum dupcqe_probe_answer look_at_types(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	const struct probe_machine *machine = probe_machine_find(place->machine);
	struct probe_layout layout;

	if (!machine)
		return DUPCQE_PROBE_NO_REGISTERS;
	found->err = probe_layout_read(place->root, &layout);
	if (found->err)
		return found->err == -ENOENT ? DUPCQE_PROBE_NO_BTF : DUPCQE_PROBE_BAD_BTF;
	memcpy(found->offset, layout.offset, sizeof(found->offset));
	found->queue_size = layout.queue_size;
	if (layout.offset[DUPCQE_OFF_DEVICE_NAME] < 0)
		return DUPCQE_PROBE_BAD_BTF;
	if (layout.offset[DUPCQE_OFF_CTRL_INSTANCE] < 0)
		return is_loaded(place, "nvme_core") ? DUPCQE_PROBE_BAD_BTF : DUPCQE_PROBE_NO_DRIVER;
	return define(place, machine, &layout, found);
}

static bool has_state(const struct probe_place *place, const struct dupcqe_probe_found *found, unsigned int wanted)
{
	bool has = false;
	unsigned int i;
	char *list;

	if (probe_read(place->tracefs, "kprobe_events", &list))
		return false;
	for (i = 0; i < found->points; i++)
		has = has || (!found->left_out[i] && wanted & 1U << probe_point_state(list, found, i));
	free(list);
	return has;
}

bool probe_is_stale(const struct probe_place *place, const struct dupcqe_probe_found *found)
{
	return has_state(place, found, 1U << PROBE_POINT_STALE);
}

bool probe_is_outdated(const struct probe_place *place, const struct dupcqe_probe_found *found)
{
	return has_state(place, found, 1U << PROBE_POINT_STALE | 1U << PROBE_POINT_MISSING);
}

enum dupcqe_probe_answer probe_look_owners(const struct probe_place *place, int *ret_err)
{
	enum dupcqe_probe_answer answer = look_at_tracefs(place, ret_err), owner;

	/* the driver's own event wants no kprobes */
	if (answer != DUPCQE_PROBE_ADDED && answer != DUPCQE_PROBE_NO_KPROBES)
		return answer;
	owner = look_at_owners(place, ret_err);
	return owner == DUPCQE_PROBE_ADDED ? answer : owner;
}

void probe_look(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	enum dupcqe_probe_answer types;
	int event;

	memset(found, 0, sizeof(*found));
	strcpy(found->tracefs, place->tracefs);
	memset(found->offset, 0xff, sizeof(found->offset));
	found->answer = probe_look_owners(place, &found->err);
	for (event = 0; event < DUPCQE_PROBE_EVENTS; event++)
		found->was_there[event] = probe_owner(place->tracefs, event) == PROBE_OURS;
	if (found->answer == DUPCQE_PROBE_THERE && probe_shadows(place->tracefs))
		found->answer = DUPCQE_PROBE_SHADOWS;
	if (found->answer != DUPCQE_PROBE_ADDED && found->answer != DUPCQE_PROBE_THERE)
		return;
	if (is_switched_off(place, found)) {
		found->answer = DUPCQE_PROBE_OFF;
		return;
	}
	types = look_at_types(place, found);
	if (found->answer == DUPCQE_PROBE_THERE)
		found->outdated = types == DUPCQE_PROBE_ADDED && probe_is_outdated(place, found);
	else
		found->answer = types;
}
