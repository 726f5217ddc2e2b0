/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The probe in words. */
#ifndef NVME_DUPCQE_PROBE_H
#define NVME_DUPCQE_PROBE_H

#include "dupcqe/probe.h"

/* Why it failed, in one line on stderr, with the next best way. Returns EXIT_FAILED. */
int probe_complain(const struct dupcqe_probe_found *found);

/* What add could not make, and why; nothing if it is all there. */
void probe_print_left_out(const struct dupcqe_probe_found *found);

/* What the definitions are made of: functions, registers, offsets. */
void probe_print_found(const struct dupcqe_probe_found *found);

/* "bx has the queue, bp the entry": which registers proved themselves in a record that is in a trace buffer. */
bool probe_proved(const char *tracefs, char *ret_proved, size_t size);

/* Who records it, and which registers have proved themselves in what is recorded. */
void probe_print_use(const struct dupcqe_probe_place *place, const char *tracefs);

#endif
