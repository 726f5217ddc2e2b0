/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace instance of ours: made, or taken over, and removed. Nothing outside of it is ever
 * written.
 */
#ifndef NVME_DUPCQED_SOURCE_INSTANCE_H
#define NVME_DUPCQED_SOURCE_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>
#include "config.h"

struct source_instance {
	char path[CONFIG_PATH];
	int folder;	 /* of path, locked: -1 if it is not open */
	bool taken_over; /* it was there before */
};

/*
 * Make tracefs/instances/NAMESUFFIX or take it over. Two daemons must not share one: the second
 * gets -EBUSY. Returns 0 or -errno, which is in the log.
 */
int source_instance_open(struct source_instance *instance, const char *tracefs, const char *name,
			 const char *suffix);

/* A setting, logged when it cannot be made. */
int source_instance_set(const struct source_instance *instance, const char *file,
			const char *value);

/* Enable or disable system:event, or all of a system. -ENOENT if the kernel has no such event now;
 * not logged. */
int source_instance_enable(const struct source_instance *instance, const char *event, bool enable);

/* Whether the event is enabled. */
bool source_instance_has(const struct source_instance *instance, const char *event);

/* Disable all enabled events but those of wanted ("system:event" or "system"). */
int source_instance_only(const struct source_instance *instance, const char *const *wanted,
			 unsigned int count);

/* Whether the kernel made it at boot, in memory that the next boot finds again (since 6.12). */
bool source_instance_is_persistent(const struct source_instance *instance);

/* Throw away all that it holds. Returns 0 or -errno, which is in the log. */
int source_instance_clear(const struct source_instance *instance);

/* Take away the triggers of an event that stop or save something, whoever set them. */
void source_instance_disarm(const struct source_instance *instance, const char *event);

/* Set the filter of an event, whoever set another one; NULL: none. */
int source_instance_filter(const struct source_instance *instance, const char *event, const char *filter);

/*
 * Disable all and remove it if remove, else just close it. Returns whether it was removed; a persistent one never is.
 */
bool source_instance_close(struct source_instance *instance, bool remove);

#endif
