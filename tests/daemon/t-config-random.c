// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random files: bytes, words of the language in any order, a good file with some bytes changed.
 * Whatever comes, reading ends, says why if it fails, and what it returns is within its limits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "config-lab.h"

enum { ROUNDS = 1500, SIZE = 1500 };

static uint32_t seed;

static uint32_t below(uint32_t limit)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % limit;
}

static void strings_end(const struct config *config)
{
	unsigned int i;

	for (i = 0; i < config->history_count; i++)
		assert_in_range(strnlen(config->history[i], sizeof(config->history[i])), 1,
				sizeof(config->history[i]) - 1);
	assert_in_range(config->source, SOURCE_AUTO, SOURCE_PROBE);
	assert_in_range(strnlen(config->clock, sizeof(config->clock)), 1,
			sizeof(config->clock) - 1);
	assert_in_range(strnlen(config->snapshot_dir, CONFIG_PATH), 2, CONFIG_PATH - 1);
	assert_in_range(strnlen(config->metrics_file, CONFIG_PATH), 0, CONFIG_PATH - 1);
	assert_in_range(strnlen(config->panic_inhibit_file, CONFIG_PATH), 2, CONFIG_PATH - 1);
}

static void rule_is_within_limits(const struct config_rule *rule)
{
	unsigned int i;

	assert_in_range(strnlen(rule->name, CONFIG_NAME), 1, CONFIG_NAME - 1);
	assert_in_range(rule->actions, 1, CONFIG_ACTIONS);
	for (i = 0; i < rule->actions; i++)
		assert_int_equal(rule->action[i].kind == ACTION_EXEC,
				 rule->action[i].argv[0] && rule->action[i].argv[0][0] == '/');
}

/* lib/rule.c takes the rules: they are within its limits, too. */
static void rules_are_taken(const struct config *config)
{
	struct dupcqe_rule list[DUPCQE_RULES];
	struct dupcqe_rules *rules;
	unsigned int i;

	assert_in_range(config->rules, 0, DUPCQE_RULES);
	for (i = 0; i < config->rules; i++) {
		rule_is_within_limits(&config->rule[i]);
		list[i] = config->rule[i].rule;
	}
	assert_int_equal(dupcqe_rules_new(list, config->rules, &rules), 0);
	dupcqe_rules_free(rules);
}

static bool read_bytes(const char *bytes, size_t count)
{
	lab_write_bytes("c.conf", bytes, count);
	if (lab_read() != 0)
		return false;
	strings_end(lab_config);
	rules_are_taken(lab_config);
	return true;
}

static void random_bytes(void **state)
{
	char text[SIZE];
	int round, i, count;

	(void)state;
	seed = 1;
	for (round = 0; round < ROUNDS; round++) {
		count = below(SIZE);
		for (i = 0; i < count; i++)
			text[i] = below(4) ? "[]=\n #;rule\"'\\-,:/nvme09 "[below(26)]
					   : (char)below(256);
		read_bytes(text, count);
	}
}

static const char *const words[] = {
	"[daemon]\n",
	"[snapshots]\n",
	"[exec]\n",
	"[panic]\n",
	"[rule a]\n",
	"[rule b]\n",
	"[rule c]\n",
	"history = ",
	"buffer-size = ",
	"source = ",
	"clock = ",
	"metrics-file = ",
	"directory = ",
	"max-number = ",
	"max-age = ",
	"time-limit = ",
	"allow-panic = ",
	"max-per-day = ",
	"controller = ",
	"model = ",
	"qid = ",
	"cid = ",
	"status = ",
	"reason = ",
	"threshold = ",
	"per = ",
	"cooldown = ",
	"on = lost\n",
	"action = ",
	"enabled = ",
	"action = log\n",
	"action = exec /bin/true \"a b\"\n",
	"exec ",
	"/bin/true ",
	"\"",
	"'",
	"\\",
	"nvme0",
	"nvme+block",
	"none",
	"1-8,",
	"0x",
	"99999999999999999999",
	"5 in 10s",
	"1h",
	"64K",
	"yes",
	"queue",
	"stale-generation",
	"; comment",
	"# comment",
	"\n",
	"\n",
	"\n",
	" ",
	"=",
	"[",
	"]",
	"\r\n",
	"\t",
};

static void random_words(void **state)
{
	char text[4096];
	int round, i, count, good = 0;

	(void)state;
	seed = 2;
	for (round = 0; round < ROUNDS; round++) {
		text[0] = '\0';
		count = below(round % 2 ? 8 : 60);
		for (i = 0; i < count; i++)
			strcat(text, words[below(sizeof(words) / sizeof(words[0]))]);
		good += read_bytes(text, strlen(text));
	}
	assert_in_range(good, 10, ROUNDS - 10);
}

static const char sample[] = "[daemon]\nhistory = nvme, block:block_rq_issue\nbuffer-size = "
			     "2M\n[exec]\ntime-limit = 30s\n"
			     "[panic]\nallow-panic = no\n[rule a]\ncontroller = nvme[0-3]\nqid = "
			     "1-8, 16\nreason = stale-generation\n"
			     "threshold = 5 in 10min\nper = queue\ncooldown = 1h\naction = "
			     "log\naction = exec /bin/true 'a b' \"c d\"\n"
			     "[rule b]\nmodel = ACME*\naction = snapshot\n";

static void changed_bytes(void **state)
{
	char text[sizeof(sample)];
	int round, changes, good = 0;

	(void)state;
	seed = 3;
	for (round = 0; round < ROUNDS; round++) {
		memcpy(text, sample, sizeof(sample));
		for (changes = below(4); changes >= 0; changes--)
			text[below(sizeof(sample) - 1)] =
				below(2) ? (char)below(256) : sample[below(sizeof(sample) - 1)];
		good += read_bytes(text, sizeof(sample) - 1 - below(20));
	}
	assert_in_range(good, 10, ROUNDS - 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_bytes),
		TEST(random_words),
		TEST(changed_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config-random", tests, NULL, NULL);
}
