/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Elements of one size, as many as come. It grows by moving pages, not bytes: a trace of millions is read while its user
 * waits.
 */
#ifndef KSHARK_ARRAY_H
#define KSHARK_ARRAY_H

#include <stddef.h>

/* All zero: empty. */
struct array {
	void *at;
	size_t count;
	size_t bytes; /* that are mapped */
};

/* A new element at the end, zeroed; NULL if there is no memory: then the array is as it was. */
void *array_add(struct array *array, size_t size);

/* qsort(), but for what is in order already, as most of a trace is. */
void array_sort(struct array *array, size_t size, int (*compare)(const void *, const void *));

void array_free(struct array *array);

#endif
