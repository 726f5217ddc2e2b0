/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of probe/ agree on. */
#ifndef DUPCQE_PROBE_PARTS_H
#define DUPCQE_PROBE_PARTS_H

#include "dupcqe/probe.h"
#include "dupcqe/text.h"

/* A place with its defaults filled in. */
struct probe_place {
	char tracefs[256];
	const char *root;
	char machine[65];
};

/* -- machine.c: what an architecture has -- */

enum { PROBE_ARGUMENTS = 5 };

struct probe_machine {
	const char *name;			/* as uname -m says it */
	const char *argument[PROBE_ARGUMENTS];	/* of a function, at its entry */
	/* CONFIG_KPROBES_ON_FTRACE: a probe at the start of a function is a call of ftrace, and off with it */
	bool is_on_ftrace;
	const char *const *saved;		/* what a called function leaves alone, in the order of use; ends with NULL */
};

/* NULL: no table. */
const struct probe_machine *probe_machine_find(const char *name);

/* -- offsets.c -- */

/* Bytes of each place of enum dupcqe_probe_offset. */
struct probe_layout {
	int32_t offset[DUPCQE_OFFSETS]; /* -1: not found */
	uint8_t size[DUPCQE_OFFSETS];
	uint32_t queue_size; /* of a struct nvme_queue; 0: not known */
};

/* From the BTF below root. Returns 0, -ENOENT if the kernel has none, or -errno. */
int probe_layout_read(const char *root, struct probe_layout *ret_layout);

/* -- define.c -- */

struct probe_point {
	enum dupcqe_probe_event event;
	const char *function;
	const char *module; /* the point is only of use where this one is loaded; NULL: always */
};

extern const struct probe_point probe_points[DUPCQE_PROBE_POINTS];

/*
 * The line for one point, "p:nvme/... FUNCTION ...". registers gets the names of those that are captured.
 * Returns 0 or -E2BIG.
 */
int probe_define(const struct probe_point *point, const struct probe_machine *machine, const struct probe_layout *layout,
		 char ret_line[DUPCQE_PROBE_LINE], char *registers, size_t size);

/* Whether a line of the kernel's list of probes is of our making; name is that of the event, without the group. */
bool probe_is_ours(const char *line);

/* -- tracefs.c: files of tracefs, below path -- */

/* The whole of a file, terminated; to be freed. Returns 0 or -errno. */
int probe_read(const char *path, const char *file, char **ret_text);
/* One write. Returns 0 or -errno. */
int probe_write(const char *path, const char *file, const char *text);
bool probe_exists(const char *path, const char *file);

/* What the kernel says of the last definition that it refused; "" if nothing. */
void probe_last_error(const char *tracefs, char *ret_text, size_t size);

/* -- look.c -- */

void probe_place_init(const struct dupcqe_probe_place *given, struct probe_place *ret_place);

/* -- lock.c -- */

/* The lock of all who change something, an open file; or -errno, -ETIMEDOUT after 20 s. */
int probe_lock(const char *tracefs);
void probe_unlock(int lock);

/* -- users.c -- */

/* dupcqe_probe_users() */
bool probe_users(const char *tracefs, char *ret_names, size_t size);

/* -- listed.c: what is there -- */

enum probe_owner { PROBE_NOBODY, PROBE_DRIVER, PROBE_OURS, PROBE_OTHERS };

/* Whose event nvme:NAME is. Returns enum probe_owner, or -errno. */
int probe_owner(const char *tracefs, enum dupcqe_probe_event event);

/* Whether there is an event of the driver's under the name of ours: it has no folder, and is in the list all the same. */
bool probe_shadows(const char *tracefs);

/* Whether the kernel's list of probes has this line. */
bool probe_is_listed(const char *list, const char *line);

enum probe_point_state { PROBE_POINT_THERE, PROBE_POINT_MISSING, PROBE_POINT_STALE /* with other arguments */ };

enum probe_point_state probe_point_state(const char *list, const struct dupcqe_probe_found *found, unsigned int i);

/* The name without its group. */
const char *probe_short_name(enum dupcqe_probe_event event);

#endif
