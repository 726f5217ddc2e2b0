// SPDX-License-Identifier: GPL-2.0-or-later
/* The arithmetic of lost records, without a kernel. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "source_ring.h"

struct step {
	uint64_t hits, undecodable;	/* handed on since the last step */
	struct source_ring_stats kernel;
	uint64_t lost;			/* told by it */
};

/* One story; each step is settled twice, because once settled it stays settled. */
static void run(const struct step *step, unsigned int count)
{
	struct source_account account = { 0 };
	uint64_t lost = 0, hits = 0;
	unsigned int i;

	for (i = 0; i < count; i++, step++) {
		account.hits += step->hits;
		account.undecodable += step->undecodable;
		assert_int_equal(source_account_settle(&account, &step->kernel), step->lost);
		assert_int_equal(source_account_settle(&account, &step->kernel), 0);
		lost += step->lost;
		hits += step->hits;
		assert_int_equal(account.stolen + account.dropped, lost);
		assert_int_equal(account.hits, hits);
	}
}

#define RUN(steps) run(steps, sizeof(steps) / sizeof((steps)[0]))

static void settles(void **state)
{
	static const struct step steps[] = {
		{ 0, 0, { 0, 0, 0 }, 0 },	{ 10, 0, { 0, 10, 0 }, 0 },
		{ 0, 0, { 5, 10, 7 }, 7 },	{ 3, 2, { 0, 15, 9 }, 2 },
		{ 0, 0, { 0, 18, 9 }, 3 }, /* taken out, never handed on */
		{ 4, 1, { 0, 25, 13 }, 6 }, /* two of seven, and four dropped */
	};

	(void)state;
	RUN(steps);
}

static void settles_when_emptied(void **state)
{
	static const struct step all[] = {
		{ 10, 0, { 0, 10, 7 }, 7 }, { 0, 0, { 0, 0, 0 }, 0 }, { 5, 0, { 0, 6, 2 }, 3 },
	};
	static const struct step lost[] = { { 10, 0, { 0, 10, 7 }, 7 }, { 0, 0, { 0, 10, 2 }, 2 } };
	static const struct step read[] = { { 10, 0, { 0, 10, 7 }, 7 }, { 4, 0, { 0, 4, 9 }, 9 } };

	(void)state;
	RUN(all);
	RUN(lost);
	RUN(read);
}

/* What was before is not known: it was read, and not told. */
static void begins_anywhere(void **state)
{
	const struct source_ring_stats kernel = { 0, 1000, 50 };
	struct source_account account = { 0 };

	(void)state;
	source_account_begin(&account, &(struct source_ring_stats){ .read = 1000 });
	assert_int_equal(source_account_settle(&account, &kernel), 50);
	account.hits++;
	assert_int_equal(source_account_settle(&account, &(struct source_ring_stats){ 0, 1001, 50 }), 0);
	source_account_begin(&account, &(struct source_ring_stats){ 0 });
	assert_int_equal(source_account_settle(&account, &(struct source_ring_stats){ 0, 3, 1 }), 4);
	assert_int_equal(account.hits, 1);
	assert_int_equal(account.stolen, 3);
	assert_int_equal(account.dropped, 51);
}

/* A probe's: a record without a hit is read like any, and a hit without a record is none of the ring's. */
static void notes_are_read_and_suppressed_hits_are_not(void **state)
{
	struct source_account account = { .hits = 2, .beside = 3 };

	(void)state;
	assert_int_equal(source_account_settle(&account, &(struct source_ring_stats){ 0, 5, 0 }), 0);
	account.suppressed += 1000;
	assert_int_equal(source_account_settle(&account, &(struct source_ring_stats){ 0, 5, 0 }), 0);
	assert_int_equal(source_account_settle(&account, &(struct source_ring_stats){ 0, 6, 1 }), 2);
	assert_int_equal(account.stolen, 1);
	assert_int_equal(account.dropped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settles),
		cmocka_unit_test(settles_when_emptied),
		cmocka_unit_test(begins_anywhere),
		cmocka_unit_test(notes_are_read_and_suppressed_hits_are_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("source-account", tests, NULL, NULL);
}
