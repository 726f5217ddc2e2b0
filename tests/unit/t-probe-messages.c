// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the filters of probe/ let through is what lib/ takes, and the other way round: both know the driver's messages, and
 * neither knows of the other.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include "decode-case.h"
#include "dupcqe/note.h"
#include "dupcqe/probe.h"

#define ERR  "\001" "3"
#define WARN "\001" "4"

struct message {
	enum dupcqe_probe_event event;
	const char *fmt, *func;
	bool ours;
};

/* As drivers/nvme/host and lib/ratelimit.c have them, 6.1 to 7.3, and what is like them. */
static const struct message messages[] = {
	{ DUPCQE_PROBE_HIT, "invalid id %d completed on queue %d\n", "", true },
	{ DUPCQE_PROBE_HIT, "got bad cqe.command_id %#x on queue %d\n", "", true },
	{ DUPCQE_PROBE_HIT, "invalid id %d completed\n", "", false },
	{ DUPCQE_PROBE_HIT, "invalid id %d completed in time\n", "", false },
	{ DUPCQE_PROBE_HIT, "got bad cqe.status %#x\n", "", false },
	{ DUPCQE_PROBE_HIT, "I/O %d QID %d timeout, completion polled\n", "", false },
	{ DUPCQE_PROBE_HIT, "request %#x genctr mismatch (got %#x expected %#x)\n", "", false },
	{ DUPCQE_PROBE_WHY, "request %#x genctr mismatch (got %#x expected %#x)\n", "", true },
	{ DUPCQE_PROBE_WHY, ERR "could not locate request for tag %#x\n", "", true },
	{ DUPCQE_PROBE_WHY, ERR "nvme_tcp: could not locate request for tag %#x\n", "", true },
	{ DUPCQE_PROBE_WHY, WARN "%s: %d callbacks suppressed\n", "nvme_handle_cqe", true },
	{ DUPCQE_PROBE_WHY, WARN "%s: %d callbacks suppressed\n", "nvme_find_rq", false },
	{ DUPCQE_PROBE_WHY, "invalid id %d completed on queue %d\n", "", false },
	{ DUPCQE_PROBE_WHY, "request %#x genctr is well\n", "", false },
	{ DUPCQE_PROBE_WHY, ERR "could not locate request for bio\n", "", false },
	{ DUPCQE_PROBE_WHY, ERR "could not locate\n", "", false },
};

enum { MESSAGES = sizeof(messages) / sizeof(messages[0]), TERMS = 8 };

struct term {
	char field[8], op[4], value[64];
};

/* FIELD OP "VALUE" || ... */
static unsigned int terms_of(enum dupcqe_probe_event of, struct term term[TERMS])
{
	const char *at = dupcqe_probe_filter(of);
	unsigned int count = 0;
	int used;

	for (; *at; at += strspn(at, " |")) {
		assert_true(count < TERMS);
		assert_int_equal(sscanf(at, "%7s %3s \"%63[^\"]\"%n", term[count].field, term[count].op, term[count].value,
					&used), 3);
		at += used;
		count++;
	}
	return count;
}

static bool matches(const struct term *term, const struct message *message)
{
	if (!strcmp(term->op, "~"))
		return !fnmatch(term->value, message->fmt, FNM_NOESCAPE);
	return !strcmp(term->value, message->func);
}

static int decode_message(const struct message *message)
{
	struct dupcqe_note_decoder why;
	struct dupcqe_note note;
	int err;

	made_start(&made, false);
	made_string(&made, "__data_loc char[]", "fmt", message->fmt);
	made_string(&made, "__data_loc char[]", "func", message->func);
	made_number(&made, "u8", "probe", 1, 1);
	made_number(&made, "u64", "device", 8, 0);
	made_number(&made, "u16", "cid", 2, 0x1001);
	made_number(&made, "u16", "sq_id", 2, 1);
	made_number(&made, "u16", "tag", 2, 1);
	made_number(&made, "u8", "genctr", 1, 1);
	made_number(&made, "u8", "expected_genctr", 1, 2);
	made_number(&made, "u32", "suppressed", 4, 7);
	if (message->event == DUPCQE_PROBE_HIT) {
		assert_int_equal(dupcqe_decoder_init(made_event(&made), &decoder), 0);
		err = dupcqe_decode(&decoder, made.record, made.dynamic_at, &event);
	} else {
		assert_int_equal(dupcqe_note_decoder_init(made_event(&made), &why), 0);
		err = dupcqe_note_decode(&why, made.record, made.dynamic_at, &note);
	}
	made_end(&made);
	return err;
}

static void of_event(enum dupcqe_probe_event of)
{
	struct term term[TERMS];
	unsigned int terms = terms_of(of, term), seen[TERMS] = { 0 }, i, j;
	bool passes;

	for (i = 0; i < MESSAGES; i++) {
		if (messages[i].event != of)
			continue;
		for (passes = false, j = 0; j < terms; j++)
			if (matches(&term[j], &messages[i])) {
				passes = true;
				seen[j]++;
			}
		assert_int_equal(passes, messages[i].ours);
		assert_int_equal(decode_message(&messages[i]), messages[i].ours ? 0 : -ENOMSG);
	}
	/* nothing is let through that is not held against lib/ here */
	for (j = 0; j < terms; j++)
		assert_true(seen[j]);
}

static void hits(void **state)
{
	(void)state;
	of_event(DUPCQE_PROBE_HIT);
}

static void notes(void **state)
{
	(void)state;
	of_event(DUPCQE_PROBE_WHY);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(hits), cmocka_unit_test(notes) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("probe-messages", tests, NULL, NULL);
}
