/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands beside a mark: short, ASCII (KernelShark's font has no more). */
#ifndef KSHARK_LABEL_H
#define KSHARK_LABEL_H

#include "trace.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LABEL_MAX = 96 };

/* "nvme0 q1 id 36867 stale by 2": queue, command id, reason; and why there is no link, if the trace should have one */
void label_hit(const struct hit *hit, const struct trace *trace, char text[LABEL_MAX]);

/* "8 duplicates" */
void label_count(size_t count, char text[LABEL_MAX]);

/* "8": where there is no room for more */
void label_count_short(size_t count, char text[LABEL_MAX]);

/* "in danger: id 45059": the command that had taken the tag over; "3 in danger" */
void label_taker(const struct hit *hit, size_t count, char text[LABEL_MAX]);

#ifdef __cplusplus
}
#endif

#endif
