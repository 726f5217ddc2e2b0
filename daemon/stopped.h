/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The history stopped for a while: for a snapshot on a kernel that has none, and before a panic that may
 * not happen after all. Who stops it lets it go on, unless somebody wants it to stay as it is. A mark in
 * a file tells the next run of what a killed daemon could not let go on.
 */
#ifndef NVME_DUPCQED_STOPPED_H
#define NVME_DUPCQED_STOPPED_H

#include "action.h"

/* Each has its stopped_release(), unless it fails. Returns 0 or -errno. */
int stopped_hold(const struct action_room *room);

/* With the last one the history goes on, if it was running before the first. */
void stopped_release(const struct action_room *room);

/* It stays stopped. */
void stopped_keep(const struct action_room *room);

/* At the start: let the history of instance (a path) go on, if the mark below run_dir tells of it. Returns
 * whether it did. */
bool stopped_recover(const char *run_dir, const char *instance);

#endif
