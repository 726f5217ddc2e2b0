/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace event that fires when a test program calls uprobe_hit(): a uprobe on that function. So
 * records of one's choice come out of the real ring buffer of the machine that runs the tests.
 */
#ifndef TESTS_UPROBE_H
#define TESTS_UPROBE_H

#include <stdint.h>

#define UPROBE_TRACEFS "/sys/kernel/tracing"

/* Why this machine cannot have it, or NULL. */
const char *uprobe_refusal(void);

/*
 * Remove what tests left that were killed: instances dupcqe-test-PID, dupcqe-test-PID-hits and
 * dupcqe-snapshot-PID, ledgers and events of these names, of processes that are no more.
 */
void uprobe_sweep(void);

/* Make or remove the event dupcqe_test:NAME. Returns 0 or -errno (-EBUSY: somebody enabled it). */
int uprobe_make(const char *name);
int uprobe_make_fields(const char *name, const char *fields);
int uprobe_remove(const char *name);

/*
 * The same as a kernel's probe would have it (dupcqe/probe.h): dupcqe_test:NAME, and NAME_why beside it. Both see every
 * call of uprobe_hit(); what it is about is told by its text, so the next functions are for these alone.
 */
int uprobe_make_probe(const char *name);
int uprobe_remove_probe(const char *name);
/* NAME_why alone, with the fields that its filter names, and as no reader knows it. */
int uprobe_make_why_of_another_form(const char *name);
void uprobe_probe_hit(int ctrl_id, unsigned int cid, unsigned int sq_id);
void uprobe_probe_stale(int ctrl_id, unsigned int cid, unsigned int expected_genctr);
void uprobe_probe_suppressed(unsigned int count);
void uprobe_probe_other(void); /* another driver's message */

/* The probed function. */
void uprobe_hit(int ctrl_id, unsigned int qid, unsigned int cid, unsigned int status,
		unsigned long result, const char *addr);

/* Call it count times on a CPU (-1: any), with command ids first, first + 1, ..., the qid, and the
 * result count up. */
void uprobe_storm(int cpu, unsigned int qid, uint64_t first, uint64_t count);

#endif
