/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A strict reader of Prometheus' text format, version 0.0.4. */
#ifndef TESTS_EXPOSITION_H
#define TESTS_EXPOSITION_H

/*
 * What is wrong with text, or NULL: every line is a HELP, a TYPE or a sample; each metric has one HELP and one TYPE, in
 * that order and before its samples, which stand together; names, labels and escapes are well formed; no sample stands
 * twice; counters end in _total and are not negative; the last line is ended. The answer is static.
 */
const char *exposition_wrong(const char *text);

#endif
