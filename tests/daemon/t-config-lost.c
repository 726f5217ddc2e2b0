// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules on lost records: what they can have, and what not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "config-lab.h"

#define SECOND UINT64_C(1000000000)

static void lost_records(void **state)
{
	const struct dupcqe_rule *rule;

	(void)state;
	assert_int_equal(lab_good("[rule r]\naction = log\n")->rule[0].rule.on, DUPCQE_ON_HIT);
	assert_int_equal(lab_good("[rule r]\non = hit\naction = log\n")->rule[0].rule.on, DUPCQE_ON_HIT);
	rule = &lab_good("[rule r]\nthreshold = 9 in 1s\ncooldown = 1h\nper = total\non = lost\n"
			 "action = log\naction = snapshot\naction = freeze\naction = exec /bin/true\n")
			->rule[0].rule;
	assert_int_equal(rule->on, DUPCQE_ON_LOST);
	assert_int_equal(rule->count, 9);
	assert_int_equal(rule->cooldown_ns, 3600 * SECOND);
}

#define OF_LOST " in a rule on lost records: of those nothing is known but their number\n"

/* Wherever the key stands, and however often. */
static void rules_on_lost_records(void **state)
{
	static const struct {
		const char *text, *errors;
	} mistakes[] = {
		{"[rule r]\non = loss\naction = log\n", "c.conf:2: on 'loss': expected hit or lost\n"},
		{"[rule r]\non =\naction = log\n", "c.conf:2: on '': expected hit or lost\n"},
		{"[rule r]\non = hit, lost\naction = log\n", "c.conf:2: on 'hit, lost': expected hit or lost\n"},
		{"[rule r]\non = lost\n\ncontroller = *\naction = log\n",
		 "c.conf:4: controller: expected no such key" OF_LOST},
		{"[rule r]\nreason = 1\naction = log\naddress = *\non = lost\nmodel = *\nserial = *\n"
		 "transport = *\nqid = 1\ncid = 1\nstatus = 1\n",
		 "c.conf:4: address: expected no such key" OF_LOST
		 "c.conf:6: model: expected no such key" OF_LOST
		 "c.conf:7: serial: expected no such key" OF_LOST
		 "c.conf:8: transport: expected no such key" OF_LOST
		 "c.conf:9: qid: expected no such key" OF_LOST
		 "c.conf:10: cid: expected no such key" OF_LOST
		 "c.conf:11: status: expected no such key" OF_LOST
		 "c.conf:2: reason: expected no such key" OF_LOST},
		{"[rule r]\nper = queue\non = lost\naction = log\n", "c.conf:2: per: expected total" OF_LOST},
		{"[rule r]\non = lost\naction = log\naction = reset\naction = reset\n[exec]\nfoo = 1\n",
		 "c.conf:4: action reset: expected another action" OF_LOST
		 "c.conf:7: unknown key 'foo' in [exec]: expected time-limit or another key of this section\n"},
		/* another rule's keys are not its own */
		{"[rule q]\nqid = 1\naction = log\n[rule r]\non = lost\n[rule s]\nqid = 1\naction = log\n",
		 "c.conf:4: rule 'r' has no action: expected 'action = log' or another\n"},
		{"[rule a b]\non = lost\nqid = 1\n[exec]\nfoo = 1\n",
		 "c.conf:1: rule name 'a b': expected 1 to 31 letters, digits, '.', '_' or '-'\n"
		 "c.conf:3: qid: expected no such key" OF_LOST
		 "c.conf:5: unknown key 'foo' in [exec]: expected time-limit or another key of this section\n"},
	};

	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		lab_bad(mistakes[i].text, mistakes[i].errors);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lost_records),
		TEST(rules_on_lost_records),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config-lost", tests, NULL, NULL);
}
