/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state for people. */
#ifndef NVME_DUPCQE_STATUS_H
#define NVME_DUPCQE_STATUS_H

#include "state.h"

/* Print it on stdout; now is in seconds since 1970. */
void status_print(const struct state *state, int64_t now);

#endif
