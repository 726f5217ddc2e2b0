/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A storm of equal messages becomes one line with a count. The first GATE_BURST messages of a
 * period pass; what comes then is held and counted, and told at the period's end. While the storm
 * lasts nothing passes, and the periods double up to GATE_PERIOD_MAX_NS. After a quiet period all
 * is as at the start.
 *
 * Pure: the caller has the clock, and a timer for gate_due().
 */
#ifndef NVME_DUPCQED_GATE_H
#define NVME_DUPCQED_GATE_H

#include <stdbool.h>
#include <stdint.h>

#define GATE_SECOND	   UINT64_C(1000000000)
#define GATE_PERIOD_NS	   (10 * GATE_SECOND)
#define GATE_PERIOD_MAX_NS (640 * GATE_SECOND)

enum { GATE_BURST = 10 };

struct gate {
	uint64_t start_ns;
	uint64_t period_ns; /* 0: never used */
	uint64_t held;
	uint32_t passed;
};

/* Whether a message of this moment is to be written; if not, it was counted. */
bool gate_pass(struct gate *gate, uint64_t now_ns);

/* When gate_flush() is to be called; UINT64_MAX: nothing is held. */
uint64_t gate_due(const struct gate *gate);

/* How many were held since the last time, and a new period. */
uint64_t gate_flush(struct gate *gate, uint64_t now_ns);

#endif
