// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include "gate.h"
#include "journal.h"
#include "scene.h"

static char sent[65536];
static int refuse;

static int fake_send(const struct iovec *fields, int count)
{
	size_t len = 0;
	int i;

	for (i = 0; i < count; i++) {
		memcpy(sent + len, fields[i].iov_base, fields[i].iov_len);
		len += fields[i].iov_len;
		sent[len++] = '|';
	}
	sent[len] = '\0';
	errno = EIO;
	return refuse;
}

static int setup(void **state)
{
	refuse = 0;
	*sent = '\0';
	journal_send_to(fake_send);
	return scene_setup(state);
}

static int teardown(void **state)
{
	journal_send_to(NULL);
	return scene_teardown(state);
}

static void fields_are_sent_once(void **state)
{
	(void)state;
	journal_field("DUPCQE_QID", "%d", 7);
	journal_field("DUPCQE_RULE", "%s", "a\nb");
	errno = ENOENT;
	journal_printf(LOG_WARNING, JOURNAL_PLAIN, "hit %d", 1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(sent, "MESSAGE=hit 1|PRIORITY=4|SYSLOG_IDENTIFIER=nvme-dupcqed|"
				  "DUPCQE_QID=7|DUPCQE_RULE=a\nb|");
	journal_printf(LOG_ERR, JOURNAL_PLAIN, "next");
	assert_string_equal(sent, "MESSAGE=next|PRIORITY=3|SYSLOG_IDENTIFIER=nvme-dupcqed|");
	assert_string_equal(scene_log(), "");
}

/* 32 lower case hex digits, and no two alike. */
static void every_kind_has_an_id_of_its_own(void **state)
{
	char ids[JOURNAL_IDS][33];
	int id, other;
	char *at;

	(void)state;
	for (id = JOURNAL_STARTED; id < JOURNAL_IDS; id++) {
		journal_printf(LOG_INFO, id, "x");
		at = strstr(sent, "|MESSAGE_ID=");
		assert_non_null(at);
		at += strlen("|MESSAGE_ID=");
		assert_int_equal(strspn(at, "0123456789abcdef"), 32);
		memcpy(ids[id], at, 32);
		ids[id][32] = '\0';
		for (other = JOURNAL_STARTED; other < id; other++)
			assert_string_not_equal(ids[id], ids[other]);
	}
}

/* Nothing may be said twice, or not at all. */
static void too_much_is_dropped(void **state)
{
	static char large[40000];
	int i;

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	journal_field("LARGE", "%s", large);
	journal_field("SMALL", "%s", "1");
	journal_printf(LOG_INFO, JOURNAL_PLAIN, "%s", large);
	assert_non_null(strstr(sent, "SMALL=1|"));
	assert_null(strstr(sent, "LARGE="));
	for (i = 0; i < 1000; i++)
		journal_field("MANY", "%d", i);
	journal_printf(LOG_INFO, JOURNAL_PLAIN, "many");
	assert_non_null(strstr(sent, "MANY=0|"));
	journal_printf(LOG_INFO, JOURNAL_PLAIN, "after");
	assert_null(strstr(sent, "MANY"));
}

static void what_the_journal_refuses_is_on_stderr(void **state)
{
	(void)state;
	refuse = -5;
	journal_field("DUPCQE_QID", "%d", 7);
	journal_printf(LOG_ERR, JOURNAL_HIT, "hit");
	assert_string_equal(scene_log(), "nvme-dupcqed: error: hit [DUPCQE_QID=7]\n");
}

static void in_the_foreground_it_is_one_line(void **state)
{
	(void)state;
	journal_open(true);
	journal_field("DUPCQE_RULE", "%s", "a\x1b[31mb\n");
	journal_field("DUPCQE_JSON", "%s", "{}");
	journal_field("DUPCQE_QID", "%d", 7);
	errno = ENOENT;
	journal_printf(LOG_WARNING, JOURNAL_HIT, "evil \x1b[2J\n\tname");
	assert_int_equal(errno, ENOENT);
	assert_string_equal(
		scene_log(),
		"nvme-dupcqed: warning: evil ?[2J??name [DUPCQE_RULE=a?[31mb? DUPCQE_QID=7]\n");
	journal_printf(LOG_INFO, JOURNAL_STARTED, "started");
	assert_string_equal(scene_log(), "nvme-dupcqed: started\n");
}

static void a_burst_passes(void **state)
{
	struct gate gate = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < GATE_BURST; i++)
		assert_true(gate_pass(&gate, 5 + i));
	assert_true(gate_due(&gate) == UINT64_MAX);
	assert_false(gate_pass(&gate, 100));
	assert_false(gate_pass(&gate, 5 + 2 * GATE_PERIOD_NS));
	assert_true(gate_due(&gate) == 5 + GATE_PERIOD_NS);
	assert_int_equal(gate_flush(&gate, 5 + GATE_PERIOD_NS), 2);
	assert_int_equal(gate_flush(&gate, 5 + GATE_PERIOD_NS), 0);
}

static void a_storm_gets_quieter_and_ends(void **state)
{
	uint64_t now = 1, period;
	struct gate gate = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < GATE_BURST; i++)
		gate_pass(&gate, now);
	for (period = GATE_PERIOD_NS; period < GATE_PERIOD_MAX_NS; period *= 2) {
		assert_false(gate_pass(&gate, now + 1));
		now += period;
		assert_true(gate_due(&gate) == now);
		assert_int_equal(gate_flush(&gate, now), 1);
	}
	assert_false(gate_pass(&gate, now + 1));
	now += GATE_PERIOD_MAX_NS;
	assert_true(gate_due(&gate) == now);
	gate_flush(&gate, now);
	/* quiet for a whole period */
	assert_true(gate_pass(&gate, now + GATE_PERIOD_MAX_NS));
	assert_true(gate.period_ns == GATE_PERIOD_NS);
}

/* Ten messages in each period are no storm. */
static void a_slow_stream_passes(void **state)
{
	struct gate gate = { 0 };
	uint64_t now;

	(void)state;
	for (now = 1; now < 1000 * GATE_PERIOD_NS; now += GATE_PERIOD_NS / GATE_BURST)
		assert_true(gate_pass(&gate, now));
}

static void time_going_back_does_no_harm(void **state)
{
	struct gate gate = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < GATE_BURST; i++)
		assert_true(gate_pass(&gate, 1000 * GATE_PERIOD_NS));
	assert_false(gate_pass(&gate, 1));
	assert_int_equal(gate_flush(&gate, 1), 1);
	assert_true(gate_pass(&gate, 1 + 2 * GATE_PERIOD_NS));
}

#define WITH_JOURNAL(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_JOURNAL(fields_are_sent_once),
		WITH_JOURNAL(every_kind_has_an_id_of_its_own),
		WITH_JOURNAL(too_much_is_dropped),
		WITH_JOURNAL(what_the_journal_refuses_is_on_stderr),
		WITH_JOURNAL(in_the_foreground_it_is_one_line),
		cmocka_unit_test(a_burst_passes),
		cmocka_unit_test(a_storm_gets_quieter_and_ends),
		cmocka_unit_test(a_slow_stream_passes),
		cmocka_unit_test(time_going_back_does_no_harm),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
