/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an event's trigger file tells: a trigger that acts once stays there with count=0 when it has acted. */
#ifndef NVME_DUPCQED_TRIGGER_H
#define NVME_DUPCQED_TRIGGER_H

/* Whether the trigger `name` ("snapshot") of the file has acted. 1 it has, 0 not yet, -ENOENT there is none, or -errno. */
int trigger_used(const char *path, const char *name);

/* Take it away: from then on it does not act. That there is none is no trouble. */
void trigger_remove(const char *path, const char *name);

#endif
