/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is on this machine to keep the scene of a duplicate completion. A check looks at files below one folder
 * (the machine's root, or a test's) and says what it found and what to do; it only reads, and loads and mounts nothing.
 */
#ifndef NVME_DUPCQE_DOCTOR_H
#define NVME_DUPCQE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include "dupcqe/probe.h"
#include "state.h"

enum finding_state {
	FINDING_OK,
	FINDING_ADVICE,		/* something that is not needed is missing, or could be better */
	FINDING_MISSING,	/* of a check that is not needed it becomes FINDING_ADVICE */
	FINDING_UNKNOWN,	/* it could not be looked at */
	FINDING_STATES,
};

struct finding {
	enum finding_state state;
	char found[512];
	char advice[512];	/* "": there is nothing to do */
};

/* What more than one check wants to know, asked once. */
struct machine {
	int root;		/* the folder that all paths are relative to */
	const char *instance;	/* the daemon's */
	char release[64];	/* of the kernel; "" if it is not known */
	char cmdline[4096];	/* likewise */
	char tracefs[256];	/* where it is mounted; "" */
	int trace_err;		/* 0, or why it says nothing: -ENODEV not in the kernel, -ENXIO not mounted, ... */
	bool pstore_mounted;
	struct state daemon;
	int daemon_err;		/* 0, or there is nothing in .daemon: -ENOENT there is no state file, ... */
	char daemon_why[512];	/* in words */
	bool panic_wanted;	/* the daemon may panic the machine, and has a rule that does */
	struct dupcqe_probe_found probe; /* what can take the event's place */
	bool crash_loaded;	/* a crash kernel */
	bool crash_first;	/* and it takes over before the dying one has printed the trace, and told pstore */
};

typedef void check_function(const struct machine *machine, struct finding *finding);

/* doctor_trace.c */
check_function check_event, check_recording, check_history, check_persistent;
/* doctor_probe.c */
check_function check_probe, check_guard;
void ask_probe(struct machine *machine);
/* doctor_plugin.c */
check_function check_plugin;
/* doctor_daemon.c */
check_function check_daemon, check_panic, check_snapshot_space;
/* doctor_panic.c */
check_function check_instant, check_sysrq, check_lockdown, check_crash_kernel, check_crash_space;
/* doctor_machine.c */
check_function check_pstore, check_trace_dump, check_reboot, check_oops, check_iommu;

/* doctor_find.c: ask what more than one check wants to know; root and instance are there. For machine_free(). */
void machine_ask(struct machine *machine);
void machine_free(struct machine *machine);

/*
 * What not every version of the daemon says in its state: a truth (-1: it does not say) or a text (NULL) in the part of
 * that name (NULL: in the state itself).
 */
int machine_flag(const struct machine *machine, const char *part, const char *key);
const char *machine_text(const struct machine *machine, const char *part, const char *key);

/* doctor_words.c: what a check says. A second call replaces what the first one said. */
void found(struct finding *finding, enum finding_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void advise(struct finding *finding, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* FINDING_UNKNOWN: path cannot be looked at. err is negative. */
void found_closed(struct finding *finding, const char *path, int err);
/* "WORD, WORD" of as many as fit, then "...". text is empty before the first. */
void add_word(char *text, size_t size, const char *word);

#endif
