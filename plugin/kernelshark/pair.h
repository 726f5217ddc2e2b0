/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which command a duplicate belongs to. A pure function of what was collected.
 *
 * A command id is a tag and a generation of 4 bits, which counts the uses of the tag: so the same id comes again
 * after 16 uses, and the latest use with this id before the duplicate is taken. That is only true if no use in
 * between is missing from the trace. It is held against three things: marks of lost events, the generations that
 * follow each other one by one, and the command id that the duplicate's record says the tag had last. Where one of
 * them does not fit there is no link, and the hit says why.
 */
#ifndef KSHARK_PAIR_H
#define KSHARK_PAIR_H

#include "trace.h"

/*
 * Sort the hits by time and fill in what was searched for each. Returns 0, or -ENOMEM: then every hit that was not
 * judged has LINK_NONE.
 */
int pair_trace(struct trace *trace);

#endif
