/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To make and to take away. The caller has the lock. */
#ifndef DUPCQE_PROBE_MAKE_H
#define DUPCQE_PROBE_MAKE_H

#include "probe_look.h"

/*
 * Make those points that are missing. ADDED, THERE if there was nothing to do, or why it failed; then what was made is
 * gone again.
 */
enum dupcqe_probe_answer probe_make(const struct probe_place *place, struct dupcqe_probe_found *found);

/* Both events, or none. Returns 0 or -errno. */
int probe_remove_ours(const struct probe_place *place);

/* Of the main buffer, where there are none. Returns 0 or -errno. */
int probe_set_filters(const char *tracefs);

#endif
