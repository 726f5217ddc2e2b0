/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hit tells to others by name: as fields of the journal and as environment of a program. */
#ifndef NVME_DUPCQED_HIT_FIELDS_H
#define NVME_DUPCQED_HIT_FIELDS_H

#include "dupcqe/text.h"
#include "hit.h"

/*
 * The name ("DUPCQE_QID") of field number index, or NULL behind the last one; its value goes into
 * an empty text of at least 160 bytes: printable ASCII, and "" if the hit does not have it.
 */
const char *hit_field(const struct hit *hit, unsigned int index, struct dupcqe_text *text);

/* "nvme0"; "an unknown controller" if the event does not tell; "lost records" if it is no hit. */
const char *hit_device(const struct hit *hit, char ret_name[24]);

/* "event", "probe"; NULL of HIT_BY_NOBODY. */
const char *hit_source_name(enum hit_source source);

#endif
