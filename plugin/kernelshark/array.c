// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "array.h"

enum { FIRST_BYTES = 1 << 16 };

static void *grow(struct array *array)
{
	size_t bytes = array->bytes ? 2 * array->bytes : FIRST_BYTES;
	void *at = array->bytes ? mremap(array->at, array->bytes, bytes, MREMAP_MAYMOVE) :
				  mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	array->at = at;
	array->bytes = bytes;
	return at;
}

void *array_add(struct array *array, size_t size)
{
	void *element;

	if ((array->count + 1) * size > array->bytes && !grow(array))
		return NULL;
	element = (char *)array->at + array->count++ * size;
	return memset(element, 0, size);
}

void array_sort(struct array *array, size_t size, int (*compare)(const void *, const void *))
{
	const char *at = array->at;
	size_t i = 1;

	while (i < array->count && compare(at + (i - 1) * size, at + i * size) <= 0)
		i++;
	if (i < array->count)
		qsort(array->at, array->count, size, compare);
}

void array_free(struct array *array)
{
	if (array->bytes)
		munmap(array->at, array->bytes);
	memset(array, 0, sizeof(*array));
}
