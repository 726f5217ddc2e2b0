/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events of the main classes, built by hand, for the tests of reading and formatting. */
#ifndef DUPCQE_TESTS_EVENTS_H
#define DUPCQE_TESTS_EVENTS_H

#include "dupcqe/event.h"

struct sample {
	const char *name;
	void (*make)(struct dupcqe_event *event);
};

/* Ends with a name that is NULL. */
extern const struct sample samples[];

/* Make the sample of that name; a wrong name stops the test. */
void sample_make(const char *name, struct dupcqe_event *event);

#endif
