// SPDX-License-Identifier: GPL-2.0-or-later
/* Which event is watched: the driver's own, or the probe's, which may have to be made first. */
#include <errno.h>
#include <string.h>
#include "journal.h"
#include "source_state.h"

/* The kernel empties all buffers that had it. */
static void read_all_rings(struct source *source)
{
	uint32_t ring, rings[1];

	for (ring = 0; ring < source->ring_count; ring++) {
		rings[0] = ring;
		if (source->rings[ring].fd >= 0)
			source_read(source, rings, 1);
	}
}

/* NULL: it is to be watched. */
static const char *why_not(const struct source *source)
{
	if (source_event_is_probe(&source->event))
		return source->kind == SOURCE_EVENT   ? "there is a probe of that name, and source is event" :
		       *source->probe.blind ? source->probe.blind :
					      NULL;
	if (source->probe.applies && source->event.is_made)
		return "somebody else has made an event of that name, whose records are not all hits";
	return NULL;
}

static bool is_saving(const struct source *source)
{
	return source->calls.is_saving && source->calls.is_saving(source->calls.context);
}

/*
 * Not until the source is open: no hit is handed on before, and removing the probe takes what is unread. Nor while a
 * snapshot is being saved, which is what one of the last hits may lead to.
 */
static void drop_if_stale(struct source *source)
{
	source->waits = false;
	if (!source->opened || !source_probe_is_stale(&source->probe, source->kind))
		return;
	/* what the kernel took for a hit is known by its trigger */
	read_all_rings(source);
	if (!is_saving(source)) {
		source_disable_event(source);
		read_all_rings(source);
	}
	source->waits = is_saving(source);
	if (!source->waits && source_probe_remove(&source->probe))
		source_event_forget(&source->event);
}

/* Take away what is not good any more, make what is missing. */
static void make_event(struct source *source)
{
	int id = source_event_id(&source->event, source->hits.folder);

	if (source->kind != SOURCE_EVENT && source_probe_is_news(&source->probe))
		source_probe_adopt(&source->probe, id);
	drop_if_stale(source);
	/* what is stale before the source is open goes then */
	if (source->waits || (!source->opened && source_probe_is_stale(&source->probe, source->kind)))
		return;
	id = source_event_id(&source->event, source->hits.folder);
	if (!source_probe_is_news(&source->probe))
		return;
	if (id < 0 && source_event_is_hidden(source))
		source->broken = source_renew(source);
	else
		source_probe_make(&source->probe, source->kind, id);
}

int source_find_event(struct source *source)
{
	int before = source->event.id, err;

	source_probe_look(&source->probe, source_event_is_probe(&source->event));
	make_event(source);
	if (source->broken)
		return source->broken;
	err = source_event_look(&source->event, source->hits.folder);
	source->unused = err ? NULL : why_not(source);
	if (!err && source->unused)
		source_disable_event(source);
	if (!err)
		err = source_filter_event(source);
	if (!err && before != source->event.id)
		source_probe_mark(&source->probe, source->event.id);
	return !err && source->unused ? -ENOENT : err;
}
