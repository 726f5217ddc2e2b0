/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The print format of an event out of the fuzzer's bytes: one that a kernel has, or an expression
 * that no kernel would have but that is one.
 */
#ifndef TESTS_FUZZ_MAKE_PRINT_H
#define TESTS_FUZZ_MAKE_PRINT_H

#include "dupcqe/text.h"
#include "input.h"

struct made_names;

/*
 * Append "print fmt: ..." and a newline. Expressions are about fields that the format has:
 * libtraceevent dies of a list of names for a field that there is not.
 */
void put_print(struct dupcqe_text *text, struct input *input, const struct made_names *names);

#endif
