/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is fuzzed, and what tests/unit/t-corpus.c runs over the corpus without a fuzzer. They abort,
 * or make a sanitizer abort, when something is wrong; 0 otherwise, as libFuzzer wants it.
 */
#ifndef TESTS_FUZZ_TARGETS_H
#define TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

struct dupcqe_event;
struct dupcqe_decoder;
struct dupcqe_note_decoder;

/* data is a record under the real format, in both byte orders. */
int fuzz_record(const uint8_t *data, size_t size);
/* data is a record under the formats of the probe, in both byte orders. */
int fuzz_probe(const uint8_t *data, size_t size);
/* data is a format in the code of tests/fuzz/make-format.h, and a record. */
int fuzz_format(const uint8_t *data, size_t size);
/* likewise, and a print format: for each event that the plugin handles. */
int fuzz_plugin(const uint8_t *data, size_t size);
/* data is a kernel log: behind a byte 0 its text, else the memory that holds it. */
int fuzz_log(const uint8_t *data, size_t size);
/* data is a dump's file, and a kernel log. */
int fuzz_dump(const uint8_t *data, size_t size);

/* Decode, and check what must hold of any result; the formatters too. */
void check_record(const struct dupcqe_decoder *decoder, const uint8_t *record, size_t size);
/* The same for what a probe tells beside a hit: the bytes are the note, and the hit that it is joined to. */
void check_note(const struct dupcqe_note_decoder *why, const struct dupcqe_decoder *decoder, const uint8_t *record,
		size_t size);

#endif
