// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "dupcqe/reading.h"
#include "events.h"

#define FOUND(finding)	   (1U << DUPCQE_##finding)
#define LACK(event, field) ((event)->has &= ~DUPCQE_BIT(DUPCQE_##field))

static struct dupcqe_event event;
static struct dupcqe_reading reading;

static void read_sample(const char *name)
{
	sample_make(name, &event);
	dupcqe_read(&event, &reading);
}

static void read_again(void)
{
	memset(&reading, 0xa5, sizeof(reading));
	dupcqe_read(&event, &reading);
}

static void every_sample(void **state)
{
	static const struct {
		const char *name;
		uint32_t findings;
		int behind, index, slot, distance;
	} expected[] = {
		{"stale", FOUND(STALE), 2, -1, 0, 0},
		{"fresh", FOUND(FRESH_DUPLICATE) | FOUND(COPY_IN_RING), 1, 6, 2, 1},
		{"large", FOUND(STALE) | FOUND(COPY_IN_RING), 2, 14, 1023, 1022},
		{"unknown-tag", FOUND(TAG_NEVER_USED) | FOUND(WRONG_SQ), 0, -1, 0, 0},
		{"not-in-flight", FOUND(REQUEST_NOT_IN_FLIGHT), 0, -1, 0, 0},
		{"zeroed", FOUND(STALE) | FOUND(ZEROED), 3, -1, 0, 0},
		{"no-window", FOUND(STALE), 2, -1, 0, 0},
		{"tcp", FOUND(FRESH_DUPLICATE), 1, -1, 0, 0},
		{"least", 0, 0, -1, 0, 0},
		{"nothing", 0, 0, -1, 0, 0},
		{"hostile", FOUND(WRONG_PHASE), 0, -1, 0, 0},
	};
	size_t i;

	(void)state;
	for (i = 0; samples[i].name; i++) {
		assert_string_equal(samples[i].name, expected[i].name);
		sample_make(samples[i].name, &event);
		read_again();
		if (reading.findings != expected[i].findings)
			fail_msg("%s: findings %#x", samples[i].name, reading.findings);
		assert_int_equal(reading.behind, expected[i].behind);
		assert_int_equal(reading.copy_index, expected[i].index);
		assert_int_equal(reading.copy_slot, expected[i].slot);
		assert_int_equal(reading.copy_distance, expected[i].distance);
	}
	assert_int_equal(i, sizeof(expected) / sizeof(expected[0]));
}

/* All pairs of generations: fresh is a distance of 1 across the wrap, nothing else. */
static void generations_count_modulo_16(void **state)
{
	unsigned int got, expected;

	(void)state;
	sample_make("no-window", &event);
	for (got = 0; got < 16; got++) {
		for (expected = 0; expected < 16; expected++) {
			event.genctr = got;
			event.expected_genctr = expected;
			read_again();
			assert_int_equal(reading.behind, (expected + 16 - got) % 16);
			assert_int_equal(reading.findings, reading.behind == 1
								   ? FOUND(FRESH_DUPLICATE)
								   : FOUND(STALE));
		}
	}
}

static void stale_without_generations(void **state)
{
	(void)state;
	sample_make("no-window", &event);
	LACK(&event, EXPECTED_GENCTR);
	read_again();
	assert_int_equal(reading.findings, FOUND(STALE));
	assert_int_equal(reading.behind, 0);
	LACK(&event, REASON);
	read_again();
	assert_int_equal(reading.findings, 0);
}

static void each_word_makes_a_copy(void **state)
{
	int word;

	(void)state;
	for (word = 0; word < DUPCQE_CQE_WORDS; word++) {
		read_sample("fresh");
		assert_true(dupcqe_found(&reading, DUPCQE_COPY_IN_RING));
		event.cqw[6][word] ^= word == 3 ? 1U << 17 : 1U << 31;
		read_again();
		assert_false(dupcqe_found(&reading, DUPCQE_COPY_IN_RING));
	}
}

static void nearest_copy_is_taken(void **state)
{
	(void)state;
	sample_make("large", &event);
	memcpy(event.cqw[2], event.cqw[12], sizeof(event.cqw[2]));
	memcpy(event.cqw[9], event.cqw[12], sizeof(event.cqw[9]));
	read_again();
	assert_int_equal(reading.copy_index, 9);
	assert_int_equal(reading.copy_distance, 3);
	assert_int_equal(reading.copy_slot, 1018);
}

/* What the driver has not read yet came in later, wherever it stands; the phase tag tells. */
static void later_entries_are_no_earlier_copy(void **state)
{
	int index;

	(void)state;
	sample_make("fresh", &event);
	memcpy(event.cqw[0], event.cqw[7],
	       sizeof(event.cqw[0])); /* slot 4, with this lap's phase */
	event.cqw[6][0] = 1;
	read_again();
	assert_int_equal(dupcqe_window_age(&event, 0), DUPCQE_WINDOW_NEXT);
	assert_int_equal(reading.copy_index, -1);
	event.cqw[0][3] |= 1 << 16; /* with that of the last one */
	read_again();
	assert_int_equal(dupcqe_window_age(&event, 0), DUPCQE_WINDOW_EARLIER);
	assert_int_equal(reading.copy_index, 0);
	assert_int_equal(reading.copy_distance, 7);
	assert_int_equal(reading.copy_slot, 4);

	sample_make("large", &event);
	for (index = 13; index < 16; index++)
		assert_int_equal(dupcqe_window_age(&event, index), DUPCQE_WINDOW_EARLIER);
	event.cqw[14][3] |= 1 << 16;
	event.cqw[15][3] &= ~(1U << 16);
	read_again();
	assert_int_equal(dupcqe_window_age(&event, 14), DUPCQE_WINDOW_NEXT);
	assert_int_equal(dupcqe_window_age(&event, 15), DUPCQE_WINDOW_NEXT);
	assert_int_equal(reading.copy_index, -1);
}

static void copies_want_depth_slot_and_phase(void **state)
{
	static const enum dupcqe_field wanted[] = {DUPCQE_CQW, DUPCQE_CQW_SLOT, DUPCQE_Q_DEPTH,
						   DUPCQE_CQ_PHASE, DUPCQE_CQ_HEAD};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		sample_make("fresh", &event);
		event.has &= ~DUPCQE_BIT(wanted[i]);
		read_again();
		assert_int_equal(reading.findings, FOUND(FRESH_DUPLICATE));
	}
	sample_make("fresh", &event);
	event.q_depth = 0;
	read_again();
	assert_false(dupcqe_found(&reading, DUPCQE_COPY_IN_RING));
}

/* The copy is of what the driver used; only without that the ring's own entry stands for it. */
static void fields_come_before_the_ring(void **state)
{
	uint32_t words[DUPCQE_CQE_WORDS] = {7, 7, 7, 7};

	(void)state;
	sample_make("fresh", &event);
	event.cqw[7][0] = 1;
	read_again();
	assert_int_equal(reading.copy_index, 6);
	assert_int_equal(dupcqe_cqe_words(&event, words), 0);
	assert_int_equal(words[0], 0);
	LACK(&event, RESULT);
	read_again();
	assert_int_equal(reading.copy_index, -1);
	assert_int_equal(dupcqe_cqe_words(&event, words), 0);
	assert_int_equal(words[0], 1);
	LACK(&event, CQW);
	words[0] = 7;
	assert_int_equal(dupcqe_cqe_words(&event, words), -ENODATA);
	assert_int_equal(words[0], 7);
}

static void zeroed_is_all_but_the_phase(void **state)
{
	(void)state;
	read_sample("zeroed");
	event.status = 1;
	read_again();
	assert_true(dupcqe_found(&reading, DUPCQE_ZEROED));
	event.status = 2;
	read_again();
	assert_false(dupcqe_found(&reading, DUPCQE_ZEROED));
	event.status = 0;
	event.cid = 1;
	read_again();
	assert_false(dupcqe_found(&reading, DUPCQE_ZEROED));
	assert_true(dupcqe_found(&reading, DUPCQE_WRONG_SQ));
}

static void wrong_sq_is_said_of_pcie_only(void **state)
{
	(void)state;
	sample_make("unknown-tag", &event);
	strcpy(event.transport, "rdma");
	read_again();
	assert_false(dupcqe_found(&reading, DUPCQE_WRONG_SQ));
	LACK(&event, TRANSPORT);
	read_again();
	assert_false(dupcqe_found(&reading, DUPCQE_WRONG_SQ));
}

static void phase_wants_the_queues_phase(void **state)
{
	(void)state;
	read_sample("hostile");
	assert_true(dupcqe_found(&reading, DUPCQE_WRONG_PHASE));
	LACK(&event, CQ_PHASE);
	read_again();
	assert_false(dupcqe_found(&reading, DUPCQE_WRONG_PHASE));
}

static void big_endian_ids(void **state)
{
	uint32_t words[DUPCQE_CQE_WORDS];

	(void)state;
	sample_make("fresh", &event);
	event.big_endian = true;
	assert_int_equal(dupcqe_cqe_words(&event, words), 0);
	assert_int_equal(words[3], 0x800401a0);
	assert_int_equal(dupcqe_ring_cid(&event, 0x01a0), 40961);
	event.big_endian = false;
	assert_int_equal(dupcqe_ring_cid(&event, 0x01a0), 0x01a0);
}

static void slots_wrap(void **state)
{
	(void)state;
	sample_make("stale", &event);
	assert_int_equal(dupcqe_window_slot(&event, 0), 4);
	assert_int_equal(dupcqe_window_slot(&event, 3), 7);
	assert_int_equal(dupcqe_window_slot(&event, 4), 0);
	assert_int_equal(dupcqe_window_age(&event, 7), DUPCQE_WINDOW_REFUSED);
	LACK(&event, Q_DEPTH);
	assert_int_equal(dupcqe_window_slot(&event, 0), -1);
	assert_int_equal(dupcqe_window_age(&event, 0), DUPCQE_WINDOW_UNKNOWN);
}

/* One record never tells whose fault it is. */
static void nobody_is_blamed(void **state)
{
	static const char *const blame[] = {"firmware", "bug", "fault", "broken", "defect"};
	const char *means;
	size_t i;
	int finding;

	(void)state;
	for (finding = 0; finding < DUPCQE_FINDINGS; finding++) {
		assert_non_null(dupcqe_finding_name(finding));
		means = dupcqe_finding_means(finding);
		assert_non_null(means);
		assert_in_range(strlen(means), 60, 230);
		for (i = 0; i < sizeof(blame) / sizeof(blame[0]); i++)
			assert_null(strstr(means, blame[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample),
		cmocka_unit_test(generations_count_modulo_16),
		cmocka_unit_test(stale_without_generations),
		cmocka_unit_test(each_word_makes_a_copy),
		cmocka_unit_test(nearest_copy_is_taken),
		cmocka_unit_test(later_entries_are_no_earlier_copy),
		cmocka_unit_test(copies_want_depth_slot_and_phase),
		cmocka_unit_test(fields_come_before_the_ring),
		cmocka_unit_test(zeroed_is_all_but_the_phase),
		cmocka_unit_test(wrong_sq_is_said_of_pcie_only),
		cmocka_unit_test(phase_wants_the_queues_phase),
		cmocka_unit_test(big_endian_ids),
		cmocka_unit_test(slots_wrap),
		cmocka_unit_test(nobody_is_blamed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
