// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include "corpus.h"

size_t corpus_read(const char *folder, const char *name, void *buffer, size_t size)
{
	char path[512];
	size_t count;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (!file)
		fail_msg("cannot open '%s'", path);
	count = fread(buffer, 1, size, file);
	fclose(file);
	assert_true(count > 0 && count < size);
	return count;
}
