/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is drawn on which row: the row of a CPU, or of a task. A row has millions of pixels less than a trace may have
 * duplicates; so all is sorted by row and time once, and drawing looks up no more than it shows.
 */
#ifndef KSHARK_ROWS_H
#define KSHARK_ROWS_H

#include "trace.h"

#ifdef __cplusplus
extern "C" {
#endif

enum row_kind {
	ROW_CPU,
	ROW_TASK, /* of the task that submitted the command */
	ROW_KINDS,
};

/* What of a hit stands at an anchor. */
enum role {
	ROLE_HIT,
	ROLE_SUBMISSION,
	ROLE_COMPLETION, /* the first one */
	ROLE_TAKER, /* the submission of the command in danger */
	ROLE_TAKEN, /* the duplicate, on the row of the command in danger */
	ROLES,
};

struct anchor {
	const struct kshark_entry *entry;
	uint32_t hit; /* index in trace.hits; where several share an entry, the first one */
	int32_t row;  /* CPU, or process id */
};

struct rows {
	struct array anchors[ROW_KINDS][ROLES]; /* struct anchor, by row, then by time */
};

/* The anchors of one row, by time. */
struct row {
	const struct anchor *at;
	size_t count;
};

/* Of a trace that is paired. Returns 0 or -ENOMEM. */
int rows_init(struct rows *rows, const struct trace *trace);
void rows_free(struct rows *rows);

struct row rows_find(const struct rows *rows, enum row_kind kind, enum role role, int32_t row);

/* The entry that stands for a role of a hit; NULL if there is none. */
const struct kshark_entry *hit_entry(const struct hit *hit, enum role role);

/* The row of a hit's role; false if it has none of this kind. */
bool hit_row(const struct hit *hit, enum row_kind kind, enum role role, int32_t *ret_row);

/* What of a trace is visible: pixel 0 begins at min, each is bin_size nanoseconds wide. */
struct view {
	int64_t min;
	int64_t max;	  /* included */
	int64_t bin_size; /* > 0 */
	int bins;
};

/* The pixel of a time, 0 to bins - 1: what is outside stands at the edge. */
int view_pixel(const struct view *view, int64_t ts);

static inline bool view_shows(const struct view *view, int64_t ts)
{
	return ts >= view->min && ts <= view->max;
}

/* Anchors that stand so close together that one mark stands for all. */
struct cluster {
	size_t first, count; /* in the row */
	int pixel;	     /* of the first */
};

/*
 * The next cluster of anchors that are visible, at or behind index from (0 for the first one); its anchors lie less
 * than width pixels behind the first. Returns false if there is none. Takes O(log row->count).
 */
bool row_next(const struct row *row, const struct view *view, size_t from, int width,
	      struct cluster *ret_cluster);

#ifdef __cplusplus
}
#endif

#endif
