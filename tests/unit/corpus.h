/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The corpus of real records: tests/fuzz/corpus, which tests/fuzz/make-corpus records. */
#ifndef TESTS_UNIT_CORPUS_H
#define TESTS_UNIT_CORPUS_H

#include <stddef.h>

#define CORPUS "tests/fuzz/corpus"

/* All of folder/name, of which there must be something, and less than size bytes. Returns how much. */
size_t corpus_read(const char *folder, const char *name, void *buffer, size_t size);

#endif
