/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A string as JSON. */
#ifndef DUPCQE_JSON_H
#define DUPCQE_JSON_H

#include "dupcqe/text.h"

/* Room for a string of length bytes, whatever they are, with its quotes and the terminator. */
#define DUPCQE_JSON_ROOM(length) (6 * (size_t)(length) + 3)

/*
 * Append string with its quotes, as plain ASCII whatever it holds: what is UTF-8 comes as \uXXXX, of
 * which a character beyond U+FFFF takes two; any other byte comes as \u00XX.
 */
void dupcqe_json_string(struct dupcqe_text *text, const char *string);

#endif
