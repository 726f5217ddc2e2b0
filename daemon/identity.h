/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record does not say of its controller: model and serial number, from sysfs. Kept while the
 * controller is there; a controller of the same number but another address is another one, of which
 * nothing is known.
 */
#ifndef NVME_DUPCQED_IDENTITY_H
#define NVME_DUPCQED_IDENTITY_H

#include "dupcqe/event.h"
#include "dupcqe/rule.h"

enum { IDENTITY_CONTROLLERS = 64 }; /* kept at a time */

struct identity_cache;

/* folder: "/sys/class/nvme" (tests use others). Returns NULL without memory. */
struct identity_cache *identity_new(const char *folder);
void identity_free(struct identity_cache *cache);

/* Look anew whether the controllers are still the same ones, at the next use of each. */
void identity_refresh(struct identity_cache *cache);

/* The identity of the event's controller; unknown parts are "". */
void identity_get(struct identity_cache *cache, const struct dupcqe_event *event,
		  struct dupcqe_identity *ret_identity);

/*
 * Whether the address of an event ("0000:01:00.0", "192.0.2.1") is the one that sysfs has: the same or,
 * of a fabrics controller, "traddr=192.0.2.1,trsvcid=4420,...". One that is "" speaks against nothing.
 */
bool identity_same_address(const char *sysfs, const char *event);

#endif
