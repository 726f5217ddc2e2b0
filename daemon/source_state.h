/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The source inside: source.c opens, looks after and closes it, source_setup.c and source_rings.c
 * make its parts ready, source_read.c reads it.
 *
 * There are two instances, because whoever reads a ring buffer takes the records out of it and is
 * woken up by each: NAME has the history and the event, is never read, and is what snapshots are
 * made of; NAME-hits has the event alone, and is what wakes the daemon.
 */
#ifndef NVME_DUPCQED_SOURCE_STATE_H
#define NVME_DUPCQED_SOURCE_STATE_H

#include "identity.h"
#include "source.h"
#include "source_event.h"
#include "source_instance.h"
#include "source_ledger.h"
#include "source_news.h"
#include "source_probe.h"
#include "source_ring.h"

#define SOURCE_RUN "/run/nvme-dupcqed"

enum {
	SOURCE_TAG_NEWS = UINT32_MAX, /* in inner_fd; a ring has its index */
	SOURCE_AT_ONCE = 64,	      /* rings read in turns */
	SOURCE_BUDGET = 4096,	      /* records, after which the rings' turn is over */
};

struct source {
	struct source_calls calls;
	struct source_instance history, hits;
	struct source_instance left;	/* a persistent one that cannot be the history now; else not open */
	struct source_event event;
	struct source_probe probe;
	struct source_news news;
	struct source_ledger ledger;
	struct source_ring *rings; /* one for each possible CPU */
	unsigned int ring_count;
	int epoll_fd; /* the caller's */
	int inner_fd; /* an epoll of the rings and the news, which is in the caller's */
	struct identity_cache *identity;
	void *page;
	struct hit hit;
	bool opened;
	bool has_event;
	char said[256];			/* why there is no event, as it was told last */
	const char *unused;		/* why an event that is there is not watched, or NULL */
	bool unfiltered, unfiltered_why; /* it cannot be filtered, so it is not recorded; what is beside it likewise */
	bool persistent;		/* the history */
	bool limits_said;		/* ... what of the configuration it does not do */
	enum config_source kind;	/* what the configuration wants */
	char name[80];			/* of the instances */
	bool waits;			/* for a snapshot to be saved, before the probe is made anew */
	int broken;			/* -errno: it has none any more */
	char clock[16];
	uint64_t buffer_size;		/* bytes of the history for each CPU; 0: as it is */
	bool other_clock;		/* the hits' clock is another one than the history's */
	char wanted[CONFIG_EVENTS][64]; /* of the history */
	bool missing[CONFIG_EVENTS];	/* ... and said so */
	unsigned int wanted_count;
};

/* The clock that the configuration, or the kind of the history, asks for. */
const char *source_clock(const struct source *source, const struct config *config);

/* source_setup.c: all return 0 or -errno; what was wrong is in the log. */
int source_prepare_history(struct source *source);
int source_prepare_hits(struct source *source);
bool source_enable_history(struct source *source); /* whether there are others than before */
int source_enable_event(struct source *source); /* -ENOENT: there is none, not logged */
/* A probe's events are others' as well: nothing records them without their filters. */
int source_filter_event(struct source *source);
/* In both instances, and no trigger is on it any more: who made it can take it away. */
void source_disable_event(struct source *source);
/* Give the hits the history's clock, if the event is not recorded now and nothing waits to be read; else it stays. */
int source_adopt_clock(struct source *source);

/* source_rings.c */
int source_make_rings(struct source *source, const char *name);
int source_open_rings(struct source *source);
int source_settle_all(struct source *source);

/* source_event_life.c: from the probe that may have to be made to the event that is watched. As look() of source.c. */
int source_find_event(struct source *source);

/* source_renew.c: the driver has the event, but it cannot be seen in these instances; make them anew */
bool source_event_is_hidden(const struct source *source);
int source_renew(struct source *source);

/* source_read.c: read the rings of these indexes in turns. */
int source_read(struct source *source, const uint32_t *rings, unsigned int count);

/* Bring the account of a ring up to date, and report what was lost. */
int source_settle(struct source *source, struct source_ring *ring);

#endif
