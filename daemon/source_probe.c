// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "dupcqe/limit.h"
#include "journal.h"
#include "replace.h"
#include "source.h"
#include "source_news.h"
#include "source_probe.h"

/* In the mark, before the event is made: its number is not known yet. */
enum { MARK_EARLY = 0 };

/* The folder of a module is another one each time that it is loaded. */
static uint64_t module_now(const struct source_probe *probe, const char *name)
{
	char path[CONFIG_PATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", probe->modules, name);
	return stat(path, &st) ? 0 : st.st_ino;
}

static struct source_drivers drivers_now(const struct source_probe *probe)
{
	return (struct source_drivers){
		module_now(probe, "nvme_core"), module_now(probe, "nvme"), module_now(probe, "nvme_tcp"),
	};
}

/* The core alone, which is loaded a moment before, completes nothing. */
static bool is_there(const struct source_drivers *drivers)
{
	return drivers->pci || drivers->tcp;
}

static bool are_same(const struct source_drivers *a, const struct source_drivers *b)
{
	return a->core == b->core && a->pci == b->pci && a->tcp == b->tcp;
}

void source_probe_init(struct source_probe *probe, const char *tracefs, const char *event, const char *run,
		       const char *name)
{
	struct utsname system;

	memset(probe, 0, sizeof(*probe));
	probe->applies = !strcmp(event, dupcqe_probe_name(DUPCQE_PROBE_HIT));
	snprintf(probe->tracefs, sizeof(probe->tracefs), "%s", tracefs);
	snprintf(probe->mark, sizeof(probe->mark), "%s/%s.probe", run, name);
	snprintf(probe->name, sizeof(probe->name), "%s", name);
	probe->modules = "/sys/module";
	probe->limited = probe->applies && !uname(&system) && dupcqe_rate_limit(system.release) == DUPCQE_LIMITED;
}

/* An event of that name with another number is somebody else's. */
void source_probe_recover(struct source_probe *probe, int id)
{
	FILE *file = probe->applies ? fopen(probe->mark, "re") : NULL;
	struct source_drivers was = { 0 };
	int of = -1;

	if (!file)
		return;
	if (fscanf(file, "%d %" SCNu64 " %" SCNu64 " %" SCNu64, &of, &was.core, &was.pci, &was.tcp) == 4 &&
	    id >= 0 && (of == id || of == MARK_EARLY)) {
		probe->ours = true;
		probe->drivers = was;
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN, "took over the probe of an earlier run");
	} else {
		unlink(probe->mark);
	}
	fclose(file);
}

bool source_probe_is_stale(const struct source_probe *probe, enum config_source wanted)
{
	struct source_drivers now = drivers_now(probe);

	return probe->ours && (wanted == SOURCE_EVENT || !are_same(&now, &probe->drivers));
}

bool source_probe_remove(struct source_probe *probe)
{
	const struct dupcqe_probe_place place = { .tracefs = probe->tracefs };
	enum dupcqe_probe_answer answer;

	if (!probe->ours)
		return true;
	answer = dupcqe_probe_remove(&place);
	if (dupcqe_probe_failed(answer) && answer != DUPCQE_PROBE_FOREIGN) {
		journal_printf(LOG_WARNING, JOURNAL_PLAIN, "the probe stays: %s; %s", dupcqe_probe_text(answer),
			       dupcqe_probe_advice(answer));
		return false;
	}
	unlink(probe->mark);
	probe->ours = probe->asked = false;
	probe->why[0] = probe->blind[0] = '\0';
	return true;
}

/* What the kernel has against it is worth more than its number, and that nothing where the text says all. */
static const char *details_of(const struct dupcqe_probe_found *found)
{
	if (*found->refused)
		return found->refused;
	return found->err && found->err != -ENOENT ? strerror(-found->err) : "";
}

static bool is_own(const struct source_probe *probe, const char *instance)
{
	size_t length = strlen(probe->name);

	if (strncmp(instance, probe->name, length))
		return false;
	instance += length;
	return !*instance || !strcmp(instance, "-hits") || !strcmp(instance, SOURCE_NOW);
}

/* The instances of others that record it: "a, b". Returns whether there are any. */
static bool find_others(const struct source_probe *probe, char *ret_names, size_t size)
{
	const struct dupcqe_probe_place place = { .tracefs = probe->tracefs };
	char users[512], *name, *rest = users;

	ret_names[0] = '\0';
	if (!dupcqe_probe_users(&place, users, sizeof(users)))
		return false;
	while ((name = strsep(&rest, ","))) {
		name += strspn(name, " ");
		if (is_own(probe, name))
			continue;
		snprintf(ret_names + strlen(ret_names), size - strlen(ret_names), "%s%s", *ret_names ? ", " : "", name);
	}
	return *ret_names;
}

/* A program that records without tracefs has no name there. */
static void say_outdated(struct source_probe *probe)
{
	char names[120];

	snprintf(probe->why, sizeof(probe->why), "the probe was made while other drivers were loaded, and stays as it is: "
		 "%s records it", find_others(probe, names, sizeof(names)) ? names : "a program (perf?)");
}

static void say_failed(struct source_probe *probe, enum config_source wanted, const struct dupcqe_probe_found *found)
{
	const char *advice = dupcqe_probe_advice(found->answer), *details = details_of(found);

	snprintf(probe->why, sizeof(probe->why), "no probe: %s%s%s", dupcqe_probe_text(found->answer),
		 *details ? ": " : "", details);
	/* a driver that is not loaded yet is nobody's fault */
	journal_printf(wanted == SOURCE_PROBE && found->answer != DUPCQE_PROBE_NO_DRIVER ? LOG_ERR : LOG_NOTICE,
		       JOURNAL_PLAIN, "%s%s%s", probe->why, *advice ? "; " : "", advice);
}

static void say(struct source_probe *probe, enum config_source wanted, const struct dupcqe_probe_found *found)
{
	probe->why[0] = '\0';
	if (dupcqe_probe_failed(found->answer)) {
		say_failed(probe, wanted, found);
		return;
	}
	if (found->answer == DUPCQE_PROBE_PATCHED) {
		if (wanted == SOURCE_PROBE)
			journal_printf(LOG_WARNING, JOURNAL_CONFIG,
				       "source is probe, but the driver has the event itself: that is what is watched");
		return;
	}
	if (found->outdated)
		say_outdated(probe);
	journal_printf(LOG_NOTICE, JOURNAL_PLAIN, "%s the probe, as the driver has no event of its own%s%s",
		       found->answer == DUPCQE_PROBE_ADDED ? "made" : "using", *probe->why ? ": " : "", probe->why);
}

struct mark {
	const struct source_probe *probe;
	int id;
};

static int write_mark(FILE *to, const void *context)
{
	const struct mark *mark = context;
	const struct source_drivers *drivers = &mark->probe->drivers;

	fprintf(to, "%d %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", mark->id, drivers->core, drivers->pci, drivers->tcp);
	return 0;
}

static void put_mark(const struct source_probe *probe, int id)
{
	const struct mark mark = { probe, id };
	int err = replace_file(probe->mark, 0600, false, write_mark, &mark);

	if (err)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "cannot write '%s': %s: if the daemon is killed, the probe stays behind", probe->mark,
			       strerror(-err));
}

/* Of what is there these say nothing about what it sees. */
static bool is_blind(const struct source_probe *probe, enum dupcqe_probe_answer answer)
{
	switch (answer) {
	case DUPCQE_PROBE_FAILED:
		return *probe->blind;
	case DUPCQE_PROBE_SHADOWS:
	case DUPCQE_PROBE_FOREIGN:
		return false;
	default:
		return dupcqe_probe_failed(answer);
	}
}

static void set_blind(struct source_probe *probe, const struct dupcqe_probe_found *found)
{
	bool was = *probe->blind, is = is_blind(probe, found->answer);
	const char *advice = dupcqe_probe_advice(found->answer), *details = details_of(found);

	if (is == was)
		return;
	if (is) {
		snprintf(probe->blind, sizeof(probe->blind), "the probe sees nothing: %s%s%s",
			 dupcqe_probe_text(found->answer), *details ? ": " : "", details);
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "%s%s%s", probe->blind, *advice ? "; " : "", advice);
	} else {
		probe->blind[0] = '\0';
		probe->answer = found->answer;
		/* whether it fits the drivers could not be seen either */
		probe->asked = probe->ours;
		journal_printf(LOG_NOTICE, JOURNAL_PLAIN, "the probe sees hits again: what came meanwhile is not known");
	}
}

static void ask(struct source_probe *probe, enum config_source wanted, int id)
{
	const struct dupcqe_probe_place place = { .tracefs = probe->tracefs };
	struct dupcqe_probe_found *found = calloc(1, sizeof(*found));

	if (!found)
		return;
	/* who is killed in between leaves one that is known nonetheless */
	if (!probe->ours && id < 0)
		put_mark(probe, MARK_EARLY);
	probe->answer = dupcqe_probe_add(&place, found);
	probe->asked = true;
	/* somebody else's may have been made anew: it stays theirs */
	probe->ours |= probe->answer == DUPCQE_PROBE_ADDED && id < 0;
	if (!probe->ours)
		unlink(probe->mark);
	/* there, and the kernel has something against it now */
	if (id >= 0)
		set_blind(probe, found);
	if (!*probe->blind)
		say(probe, wanted, found);
	free(found);
}

static bool is_wrong(const struct source_probe *probe)
{
	return *probe->blind || dupcqe_probe_failed(probe->answer);
}

/* A timer is not exact, and what it does must not be put off until its next turn. */
static bool is_due(struct source_probe *probe)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	if (!is_wrong(probe) && probe->looked && now.tv_sec - probe->looked < SOURCE_PROBE_SECONDS - 1)
		return false;
	probe->looked = now.tv_sec;
	return true;
}

void source_probe_look(struct source_probe *probe, bool watched)
{
	const struct dupcqe_probe_place place = { .tracefs = probe->tracefs };
	struct dupcqe_probe_found *found;

	if (!probe->applies || (!watched && !is_wrong(probe)) || !is_due(probe))
		return;
	found = malloc(sizeof(*found));
	if (!found)
		return;
	dupcqe_probe_look(&place, found);
	if (watched)
		set_blind(probe, found);
	else if (found->answer != probe->answer)
		probe->asked = false;
	free(found);
}

void source_probe_look_soon(struct source_probe *probe)
{
	probe->looked = 0;
}

static bool is_unfit(const struct source_probe *probe)
{
	const struct dupcqe_probe_place place = { .tracefs = probe->tracefs };
	struct dupcqe_probe_found *found = malloc(sizeof(*found));
	bool unfit = false;

	if (!found)
		return false;
	dupcqe_probe_look(&place, found);
	unfit = found->answer == DUPCQE_PROBE_SHADOWS || (found->answer == DUPCQE_PROBE_THERE && found->outdated);
	free(found);
	return unfit;
}

void source_probe_adopt(struct source_probe *probe, int id)
{
	char names[120];

	if (!probe->applies || probe->ours || id < 0 || !is_unfit(probe) || find_others(probe, names, sizeof(names)))
		return;
	probe->ours = true;
	memset(&probe->drivers, 0, sizeof(probe->drivers));
	put_mark(probe, id);
	journal_printf(LOG_NOTICE, JOURNAL_PLAIN,
		       "the probe was made by somebody else, does not fit the drivers that are loaded now, and nobody else "
		       "records it: the daemon makes it anew, and removes it at the end");
}

bool source_probe_is_news(struct source_probe *probe)
{
	struct source_drivers now = drivers_now(probe);

	if (!probe->applies)
		return false;
	if (!is_there(&now)) {
		probe->asked = false;
		snprintf(probe->why, sizeof(probe->why), "the NVMe driver is not loaded");
	}
	return is_there(&now) && !(probe->asked && are_same(&now, &probe->drivers));
}

void source_probe_make(struct source_probe *probe, enum config_source wanted, int id)
{
	probe->drivers = drivers_now(probe);
	if (wanted == SOURCE_EVENT)
		probe->asked = true;
	else
		ask(probe, wanted, id);
}

void source_probe_mark(const struct source_probe *probe, int id)
{
	if (probe->ours)
		put_mark(probe, id);
}

void source_probe_limited(struct source_probe *probe)
{
	probe->limited = true;
}

const char *source_probe_why(const struct source_probe *probe)
{
	if (*probe->why || !probe->limited)
		return probe->why;
	return "this kernel tells of ten hits in five seconds, and of the rest the number alone, which is not known before "
	       "the next hit: what was left out last is not among the lost";
}

bool source_probe_has_address(const struct source_probe *probe)
{
	return !probe->drivers.tcp;
}
