/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The probe (dupcqe/probe.h) as the daemon's source: made where the driver has no event of its own, made anew for
 * another driver, and taken away if it was the daemon that made it. It sits on functions of the kernel proper, so it
 * outlives the driver; but what it knows of the driver's structures does not, and while it is there a patched driver
 * cannot show its event. So it goes when the driver goes.
 */
#ifndef NVME_DUPCQED_SOURCE_PROBE_H
#define NVME_DUPCQED_SOURCE_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "config.h"
#include "dupcqe/probe.h"

/* The drivers that are loaded, told from each other also when one takes its own place; 0: it is not loaded. */
struct source_drivers {
	uint64_t core, pci, tcp;	/* of which a probe sees hits */
};

struct source_probe {
	bool applies;			/* the event is the one that a probe can be for */
	bool ours;			/* made by this daemon, or by one of the same name that was killed */
	bool asked;			/* made, or refused, for these drivers: */
	struct source_drivers drivers;
	enum dupcqe_probe_answer answer; /* of the last time that it was asked */
	char why[256];			/* why there is none, or what is wrong with it; "" */
	bool limited;			/* the kernel does not tell of each hit */
	char blind[256];		/* why it sees nothing, though it is there; "" */
	time_t looked;			/* when that was looked for last, in seconds since the machine was started */
	const char *modules;		/* the kernel's folder of modules; tests have another one */
	char name[80];			/* of the daemon's own instances */
	char tracefs[CONFIG_PATH];
	char mark[CONFIG_PATH];		/* the file that tells the next daemon whose it is */
};

/* Nothing is changed yet. event is "system:event"; name that of the instance. */
void source_probe_init(struct source_probe *probe, const char *tracefs, const char *event, const char *run,
		       const char *name);

/* An earlier daemon's is ours if its mark says so of the event with this id (-1: there is none). */
void source_probe_recover(struct source_probe *probe, int id);

/*
 * Whether ours has to go: the driver that it was made for is not there any more, or the configuration does not want it.
 * It can only go when no buffer records it.
 */
bool source_probe_is_stale(const struct source_probe *probe, enum config_source wanted);

/* Take ours away. Returns whether it is gone; what stands in the way is in the log. */
bool source_probe_remove(struct source_probe *probe);

/*
 * Whether it still sees anything: kprobes can be switched off beneath it, and be what nothing was made for when it was
 * asked. Not more often than once a minute, but while there is something wrong. watched: it is there.
 */
void source_probe_look(struct source_probe *probe, bool watched);

/* The next time that it may be looked is now. */
void source_probe_look_soon(struct source_probe *probe);

/*
 * One that was made by hand becomes ours, and is stale, if it does not fit the drivers and nobody else records it: only
 * so can it be made anew, or make room for the driver's own event.
 */
void source_probe_adopt(struct source_probe *probe, int id);

/* Whether there are other drivers than it was asked for last. */
bool source_probe_is_news(struct source_probe *probe);

/* Make it, if there is none and it is wanted, for the drivers that are there. id as above. */
void source_probe_make(struct source_probe *probe, enum config_source wanted, int id);

/* Some hits were not told of: that is so also where the kernel's version does not say so. */
void source_probe_limited(struct source_probe *probe);

/* Why there is none, or what it does not tell; "" */
const char *source_probe_why(const struct source_probe *probe);

/*
 * The record's address is that of a PCI device alone: where there are others, a filter on it would pass them over in
 * silence.
 */
bool source_probe_has_address(const struct source_probe *probe);

/* The event is there, with this id. */
void source_probe_mark(const struct source_probe *probe, int id);

#endif
