/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of decoding share: one made record at a time, its decoder and what comes out. */
#ifndef TESTS_UNIT_DECODE_CASE_H
#define TESTS_UNIT_DECODE_CASE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "dupcqe/decode.h"
#include "event-format.h"

#define BIT(name) DUPCQE_BIT(DUPCQE_##name)

static struct made made;
static struct dupcqe_decoder decoder;
static struct dupcqe_event event;

static inline int start(void **state)
{
	(void)state;
	made_start(&made, false);
	memset(&decoder, 0xa5, sizeof(decoder));
	memset(&event, 0xa5, sizeof(event));
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	made_end(&made);
	return 0;
}

static inline void decode_made(void)
{
	assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
	assert_int_equal(decode_copy(&decoder, made.record, made.dynamic_at, &event), 0);
}

/* The least that makes an event ours. */
static inline void put_minimum(void)
{
	made_number(&made, "u16", "qid", 2, 1);
	made_number(&made, "u16", "cid", 2, 0x3001);
}

static const uint64_t minimum __attribute__((unused)) = BIT(QID) | BIT(CID) | BIT(TAG) | BIT(GENCTR);

#endif
