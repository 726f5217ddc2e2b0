/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DUPCQE_PROBE_LOOK_H
#define DUPCQE_PROBE_LOOK_H

#include "probe_parts.h"

/* dupcqe_probe_look() without the kernel's symbols. */
void probe_look(const struct probe_place *place, struct dupcqe_probe_found *found);

/* Whether a point of ours has other arguments than it would get now. */
bool probe_is_stale(const struct probe_place *place, const struct dupcqe_probe_found *found);

/* The same, or a point is missing that was not left out. */
bool probe_is_outdated(const struct probe_place *place, const struct dupcqe_probe_found *found);

/* Whose the events are: THERE, ADDED (nobody's), PATCHED, FOREIGN, or why that cannot be told. */
enum dupcqe_probe_answer probe_look_owners(const struct probe_place *place, int *ret_err);

/* Hold what was found against the kernel's symbols. */
void probe_look_symbols(const struct probe_place *place, struct dupcqe_probe_found *found);

#endif
