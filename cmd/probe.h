/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The probe in words. */
#ifndef NVME_DUPCQE_PROBE_H
#define NVME_DUPCQE_PROBE_H

#include "dupcqe/probe.h"

/* Why it failed, in one line on stderr, with the next best way. Returns EXIT_FAILED. */
int probe_complain(const struct dupcqe_probe_found *found);

/* What the definitions are made of: functions, registers, offsets. */
void probe_print_found(const struct dupcqe_probe_found *found);

/* Who records it, and which registers have proved themselves in what is recorded. */
void probe_print_use(const struct dupcqe_probe_place *place);

#endif
