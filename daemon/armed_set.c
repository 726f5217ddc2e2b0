// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing triggers. What the kernel says to it is not taken for granted: it is read back. Each removal makes the kernel
 * wait for all CPUs, some 10 to 100 ms, even where there is none to remove; so what is right already is left alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "armed.h"
#include "trigger.h"

static const struct kind {
	const char *trigger;
	const char *rival; /* there is room for one of both; NULL: it has none */
	const char *missing;
	bool real;	   /* there is none that never acts */
} kinds[] = {
	[ARMED_SNAPSHOT] = { "snapshot", NULL, "this kernel has no snapshot trigger", false },
	[ARMED_FREEZE] = { "traceoff", "traceon", "this kernel has no traceoff trigger", false },
	[ARMED_PANIC] = { "panic", NULL, "this kernel has no panic trigger", true },
};

const char armed_bad_filter[] = "the kernel refuses its filter: the event may have no such field";

/* One place to arm at. */
struct place {
	const char *path;
	int fd;
	const struct config *config;
};

static int put_text(const struct place *place, const char *text)
{
	ssize_t length = strlen(text), written = write(place->fd, text, length);

	if (written < 0)
		return -errno;
	return written == length ? 0 : -EIO;
}

/* Older kernels answer "done" when they had no memory for a snapshot. */
static int put(const struct place *place, const struct kind *kind, const char *text)
{
	int err = put_text(place, text), used;

	if (err)
		return err;
	used = trigger_used(place->path, kind->trigger);
	if (used == -ENOENT)
		return -ENOMEM;
	return used < 0 ? used : 0;
}

/* Whoever made it, and whatever its filter: it may be left from a daemon that was killed. */
static int take_away(const struct place *place, const struct kind *kind)
{
	int used = trigger_used(place->path, kind->trigger);
	char text[32];

	if (used == -ENOENT && kind->rival)
		used = trigger_used(place->path, kind->rival);
	if (used == -ENOENT)
		return 0;
	snprintf(text, sizeof(text), "!%s", kind->trigger);
	/* what it says to it is of no use */
	put_text(place, text);
	used = trigger_used(place->path, kind->trigger);
	if (used == -ENOENT)
		return 0;
	return used < 0 ? used : -EBUSY;
}

/*
 * One that never acts, to hear what the kernel says to it: filter may be NULL. Where there is no such trigger it is the
 * real one, for a moment: what a rule wants, and its guards let it.
 */
static int probe(const struct place *place, const struct kind *kind, const char *filter)
{
	char text[ARMED_TRIGGER_MAX + 32];
	int err;

	if (kind->real && !filter)
		return 0;
	snprintf(text, sizeof(text), "%s:%d%s%s", kind->trigger, kind->real, filter ? " if " : "",
		 filter ? filter : "");
	err = put(place, kind, text);
	return err ? err : take_away(place, kind);
}

static const char *why_no_kind(const struct kind *kind, int err)
{
	if (err == -EINVAL)
		return kind->missing;
	return err == -ENOMEM ? "the kernel has no memory for it" : "the kernel refuses the trigger";
}

static const char *why_not_this(int err)
{
	if (err == -EPERM)
		return "the kernel does not let the daemon set the trigger (CAP_SYS_BOOT, lockdown)";
	return armed_bad_filter;
}

/* The kernel refuses it as a whole: find out what of it, so that one bad filter does not disarm all. */
static void sort_out(const struct place *place, enum armed_kind of, struct armed *plan)
{
	const struct kind *kind = &kinds[of];
	char filter[ARMED_TRIGGER_MAX];
	int err = probe(place, kind, NULL);
	const char *why;
	unsigned int i;

	if (err) {
		armed_refuse(plan, of, UINT64_MAX, why_no_kind(kind, err));
		return;
	}
	for (i = 0; i < place->config->rules; i++) {
		if (!(plan->can[of] >> i & 1) || armed_filter(&place->config->rule[i], plan->event, filter, &why))
			continue;
		err = probe(place, kind, filter);
		if (err)
			armed_refuse(plan, of, UINT64_C(1) << i, why_not_this(err));
	}
}

/* Whether the trigger "snapshot:1 if FILTER" is there and has not acted: "snapshot:count=1 if FILTER". */
static bool is_there(const struct place *place, const char *text)
{
	size_t name = strcspn(text, ":") + 1, size = 0, length = strlen(text);
	FILE *file = fopen(place->path, "re");
	bool there = false;
	char *line = NULL;

	while (file && !there && getline(&line, &size, file) > 0)
		there = strncmp(line, text, name) == 0 && strncmp(line + name, "count=", 6) == 0 &&
			strncmp(line + name + 6, text + name, length - name) == 0 && line[length + 6] == '\n';
	free(line);
	if (file)
		fclose(file);
	return there;
}

static int put_kind(const struct place *place, enum armed_kind of, struct armed *plan)
{
	char text[ARMED_TRIGGER_MAX];
	int err = armed_trigger(place->config, plan, of, text);

	if (!err && is_there(place, text))
		return 0;
	/* somebody's traceon is not in the way of nothing */
	if (err == -ENOENT && trigger_used(place->path, kinds[of].trigger) == -ENOENT)
		return 0;
	err = take_away(place, &kinds[of]);
	return err || !*text ? err : put(place, &kinds[of], text);
}

static int arm(const struct place *place, enum armed_kind of, struct armed *plan)
{
	int err = put_kind(place, of, plan);

	/* no event any more, or one that cannot be taken away: nothing that sorting out could change */
	if (!err || err == -ENODEV || err == -EBUSY || !plan->can[of])
		return err;
	sort_out(place, of, plan);
	err = put_kind(place, of, plan);
	if (err && err != -ENODEV && err != -EBUSY) {
		armed_refuse(plan, of, UINT64_MAX, "the kernel refuses the trigger");
		err = put_kind(place, of, plan);
	}
	return err;
}

static int arm_kinds(const char *path, const struct config *config, struct armed *plan, int first, int end)
{
	struct place place = { path, open(path, O_WRONLY | O_CLOEXEC), config };
	int kind, err;

	err = place.fd < 0 ? -errno : 0;
	for (kind = first; kind < end && !err; kind++)
		err = arm(&place, kind, plan);
	for (kind = first; kind < end && err; kind++) {
		armed_refuse(plan, kind, UINT64_MAX, "it could not be armed: the log says why");
		if (place.fd >= 0)
			take_away(&place, &kinds[kind]);
	}
	if (place.fd >= 0)
		close(place.fd);
	return err;
}

int armed_set(const char *path, const struct config *config, struct armed *plan)
{
	return arm_kinds(path, config, plan, 0, ARMED_PANIC);
}

int armed_set_panic(const char *path, const struct config *config, struct armed *plan)
{
	return arm_kinds(path, config, plan, ARMED_PANIC, ARMED_KINDS);
}
