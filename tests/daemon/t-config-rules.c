// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules: criteria, thresholds, actions and command lines; which of two of one name counts. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "config-lab.h"

#define SECOND UINT64_C(1000000000)

static const char *rule_line(const char *key, const char *value)
{
	static char text[1000];

	snprintf(text, sizeof(text), "[rule r]\naction = log\n%s = %s\n", key, value);
	return text;
}

static const struct config_rule *rule_of(const char *key, const char *value)
{
	const struct config *config = lab_good(rule_line(key, value));

	assert_int_equal(config->rules, 1);
	return &config->rule[0];
}

static void refused(const char *key, const char *value)
{
	char begin[300];

	if (lab_read_text(rule_line(key, value)) == 0)
		fail_msg("%s = %s is taken", key, value);
	snprintf(begin, sizeof(begin), "c.conf:3: %s '%.80s': expected ", key, value);
	if (strncmp(lab_errors, begin, strlen(begin)) != 0)
		fail_msg("'%s' does not begin with '%s'", lab_errors, begin);
}

static void least_rule(void **state)
{
	const struct config *config = lab_good("[rule a.B_c-9]\naction = log\n");
	const struct config_rule *rule = &config->rule[0];

	(void)state;
	assert_int_equal(config->rules, 1);
	assert_string_equal(rule->name, "a.B_c-9");
	assert_int_equal(rule->rule.match.set, 0);
	assert_int_equal(rule->rule.count, 1);
	assert_int_equal(rule->rule.cooldown_ns, 0);
	assert_int_equal(rule->rule.scope, DUPCQE_PER_TOTAL);
	assert_int_equal(rule->actions, 1);
	assert_int_equal(rule->action[0].kind, ACTION_LOG);
}

static void patterns(void **state)
{
	static const struct {
		const char *key, *good;
		enum dupcqe_criterion criterion;
	} cases[] = {
		{"controller", "nvme0", DUPCQE_BY_CONTROLLER},
		{"controller", "nvme[0-3]", DUPCQE_BY_CONTROLLER},
		{"controller", "*", DUPCQE_BY_CONTROLLER},
		{"controller", "nvme12345", DUPCQE_BY_CONTROLLER},
		{"controller", "nvme[[:digit:]]", DUPCQE_BY_CONTROLLER},
		{"model", "x[]a]\\[*", DUPCQE_BY_MODEL},
		{"address", "0000:01:00.0", DUPCQE_BY_ADDRESS},
		{"model", "ACME SSD 9?0*", DUPCQE_BY_MODEL},
		{"serial", "S4EWNX0", DUPCQE_BY_SERIAL},
		{"transport", "pcie", DUPCQE_BY_TRANSPORT},
		{"serial", "a123456789b123456789c123456789d123456789e123456789f123456789g12",
		 DUPCQE_BY_SERIAL},
	};
	const struct dupcqe_match *match;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		match = &rule_of(cases[i].key, cases[i].good)->rule.match;
		assert_int_equal(match->set, 1 << cases[i].criterion);
		assert_string_equal(match->pattern[cases[i].criterion], cases[i].good);
	}
}

/* What could never match is a mistake. */
static void bad_patterns(void **state)
{
	static const char *const controllers[] = {"",	       "/dev/nvme0", "nvme0n1", "nvme",
						  "sda",       "nvme[12",    "nvme[",	"nvme[]",
						  "\"nvme0\"", "'nvme0'",    "sd*",	"nvme0n?",
						  "nvme[!]",   "nvme00",     "NVME*",	"nvme?x",
						  "nvme0\\",   "nvme99999999999"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++)
		refused("controller", controllers[i]);
	refused("address", "");
	refused("model", "\"ACME\"");
	refused("model", "a[1][!]");
	refused("model", "a[[:digit:]");
	refused("model", "[a\\]");
	refused("model", "ACME\\");
	refused("serial", "a123456789b123456789c123456789d123456789e123456789f123456789g123");
}

static void ranges_are(const char *key, const char *value, enum dupcqe_criterion criterion,
		       const char *expected)
{
	const struct dupcqe_match *match = &rule_of(key, value)->rule.match;
	unsigned int i, number = criterion - DUPCQE_BY_QID;
	char list[300] = "";

	assert_int_equal(match->set, 1 << criterion);
	for (i = 0; i < match->ranges[number]; i++)
		sprintf(list + strlen(list), "%u-%u ", match->range[number][i].first,
			match->range[number][i].last);
	assert_string_equal(list, expected);
}

static void ranges(void **state)
{
	(void)state;
	ranges_are("qid", "5", DUPCQE_BY_QID, "5-5 ");
	ranges_are("qid", "1-8,16", DUPCQE_BY_QID, "1-8 16-16 ");
	ranges_are("qid", "0-65535", DUPCQE_BY_QID, "0-65535 ");
	ranges_are("qid", "0 1 2 3, 4, 5,6 7", DUPCQE_BY_QID, "0-0 1-1 2-2 3-3 4-4 5-5 6-6 7-7 ");
	ranges_are("cid", "0x1000-0x1FFF, 65535", DUPCQE_BY_CID, "4096-8191 65535-65535 ");
	ranges_are("status", "0, 0x2002-0x7fff", DUPCQE_BY_STATUS, "0-0 8194-32767 ");
	ranges_are("reason", "stale-generation", DUPCQE_BY_REASON, "2-2 ");
	ranges_are("reason", "unknown-tag, not-in-flight", DUPCQE_BY_REASON, "1-1 3-3 ");
	ranges_are("reason", "1-2, 255", DUPCQE_BY_REASON, "1-2 255-255 ");
}

static void bad_ranges(void **state)
{
	static const char *const bad[] = {
		"",	   ",",		 "-",
		"1-",	   "-1",	 "8-1",
		"1-2-3",   "0x",	 "65536",
		"1-65536", "4294967297", "0,1,2,3,4,5,6,7,8",
		"all",	   "1;2",	 "1, 000000000000000000000000000000001",
		"1..8"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused("qid", bad[i]);
		refused("cid", bad[i]);
	}
	refused("status", "32768");
	refused("reason", "0");
	refused("reason", "256");
	refused("reason", "stale generation");
	refused("reason", "stale");
	refused("reason", "stale-generation-");
	refused("reason", "");
}

static void threshold_is(const char *value, uint32_t count, uint64_t window_ns)
{
	const struct config_rule *rule = rule_of("threshold", value);

	assert_int_equal(rule->rule.count, count);
	assert_int_equal(rule->rule.window_ns, window_ns);
}

static void thresholds(void **state)
{
	static const char *const bad[] = {
		"", "5", "5 in", "in 5s", "0 in 5s", "4097 in 5s", "5 in 0", "5in 5s", "5 in5s", "5 per 5s", "-1 in 5s",
		"5 in 366d", "5 in 999ns", "5 in 5", "5 in 5s or so", "many in 5s", "4294967297 in 1s",
	};
	size_t i;

	(void)state;
	threshold_is("5 in 10s", 5, 10 * SECOND);
	threshold_is("1 in 1us", 1, 1000);
	threshold_is("4096 in 365d", 4096, 365 * 86400 * SECOND);
	threshold_is("3  in  2 min", 3, 120 * SECOND);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("threshold", bad[i]);
}

/* A threshold does not undo what other keys of the same rule have set. */
static void keys_of_a_rule_in_any_order(void **state)
{
	const struct config_rule *rule;

	(void)state;
	rule = &lab_good("[rule r]\ncooldown = 1h\nper = queue\nqid = 1\nmodel = A*\naction = log\n"
			 "threshold = 7 in 2s\n")
			->rule[0];
	assert_int_equal(rule->rule.count, 7);
	assert_int_equal(rule->rule.window_ns, 2 * SECOND);
	assert_int_equal(rule->rule.cooldown_ns, 3600 * SECOND);
	assert_int_equal(rule->rule.scope, DUPCQE_PER_QUEUE);
	assert_int_equal(rule->rule.match.set, 1 << DUPCQE_BY_QID | 1 << DUPCQE_BY_MODEL);
}

static void scope_and_cooldown(void **state)
{
	(void)state;
	assert_int_equal(rule_of("per", "total")->rule.scope, DUPCQE_PER_TOTAL);
	assert_int_equal(rule_of("per", "controller")->rule.scope, DUPCQE_PER_CONTROLLER);
	assert_int_equal(rule_of("per", "queue")->rule.scope, DUPCQE_PER_QUEUE);
	refused("per", "");
	refused("per", "device");
	assert_int_equal(rule_of("cooldown", "0")->rule.cooldown_ns, 0);
	assert_int_equal(rule_of("cooldown", "1ns")->rule.cooldown_ns, 1);
	assert_int_equal(rule_of("cooldown", "365d")->rule.cooldown_ns, 365 * 86400 * SECOND);
	refused("cooldown", "366d");
	refused("cooldown", "5");
}

static void actions_keep_their_order(void **state)
{
	static const enum action_kind kinds[] = {ACTION_FREEZE,	  ACTION_LOG,  ACTION_EXEC,
						 ACTION_SNAPSHOT, ACTION_EXEC, ACTION_RESET,
						 ACTION_PANIC,	  ACTION_LOG};
	const struct config_rule *rule;
	unsigned int i;

	(void)state;
	rule = &lab_good("[panic]\nallow-panic = yes\n[rule r]\naction = freeze\naction = log\n"
			 "action = exec /bin/true 1\naction = snapshot\naction = exec /bin/false\n"
			 "action = reset\naction = panic\naction = log\n")
			->rule[0];
	assert_int_equal(rule->actions, CONFIG_ACTIONS);
	for (i = 0; i < CONFIG_ACTIONS; i++)
		assert_int_equal(rule->action[i].kind, kinds[i]);
	assert_string_equal(rule->action[2].argv[0], "/bin/true");
	assert_string_equal(rule->action[2].argv[1], "1");
	assert_null(rule->action[2].argv[2]);
	assert_string_equal(rule->action[4].argv[0], "/bin/false");
	assert_null(rule->action[0].argv[0]);
}

static void argv_is(const char *command, const char *expected)
{
	const struct action *action = &rule_of("action", command)->action[1];
	char list[500] = "";
	unsigned int i;

	assert_int_equal(action->kind, ACTION_EXEC);
	for (i = 0; action->argv[i]; i++)
		sprintf(list + strlen(list), "<%s>", action->argv[i]);
	assert_string_equal(list, expected);
}

static void command_lines(void **state)
{
	(void)state;
	argv_is("exec /bin/echo", "</bin/echo>");
	argv_is("exec /bin/echo a  b\tc", "</bin/echo><a><b><c>");
	argv_is("exec /bin/echo \"a b\" 'c d'", "</bin/echo><a b><c d>");
	argv_is("exec /bin/echo a\"b c\"'d e'f", "</bin/echo><ab cd ef>");
	argv_is("exec /bin/echo \"\" ''", "</bin/echo><><>");
	argv_is("exec /bin/echo \"a\\\"b\\\\c\\d\"", "</bin/echo><a\"b\\c\\d>");
	argv_is("exec /bin/echo 'a\\b\"c' a\\ b \\\"", "</bin/echo><a\\b\"c><a b><\">");
	argv_is("exec /bin/echo 'a\\\"b\\\\'", "</bin/echo><a\\\"b\\\\>");
	argv_is("exec /bin/echo a\\", "</bin/echo><a\\>");
	/* there is no shell */
	argv_is("exec /bin/echo $HOME `id` $(id) > /x | y && z * ~",
		"</bin/echo><$HOME><`id`><$(id)><>></x><|><y><&&><z><*><~>");
	argv_is("exec /bin/echo '#1' a#b x=y", "</bin/echo><#1><a#b><x=y>");
	argv_is("exec /bin/echo 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
		"</bin/echo><2><3><4><5><6><7><8><9><10><11><12><13><14><15><16>");
}

static void bad_actions(void **state)
{
	static const char *const bad[] = {
		"",
		"lo",
		"Log",
		"log snapshot",
		"log, snapshot",
		"panic now",
		"exec",
		"exec true",
		"exec ./true",
		"exec \"\"",
		"exec $x",
		"exec /bin/echo \"a",
		"exec /bin/echo 'a",
		"exec /bin/echo # a comment",
		"/bin/echo",
		"exec /bin/echo 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused("action", bad[i]);
}

static void nine_actions(void **state)
{
	(void)state;
	lab_bad("[rule r]\naction = log\naction = log\naction = log\naction = log\naction = log\n"
		"action = log\naction = log\naction = log\naction = log\n",
		"c.conf:10: action 'log': expected at most 8 actions in a rule\n");
}

static void names_are(const char *expected)
{
	char list[500] = "";
	unsigned int i;

	assert_non_null(lab_config);
	for (i = 0; i < lab_config->rules; i++)
		sprintf(list + strlen(list), "%s/%u ", lab_config->rule[i].name,
			lab_config->rule[i].rule.count);
	assert_string_equal(list, expected);
}

/* Nothing of the earlier rule is left: neither its criteria nor its actions. */
static void later_file_replaces_the_whole_rule(void **state)
{
	(void)state;
	lab_write("c.conf.d/1.conf",
		  "[rule b]\nthreshold = 9 in 1s\naction = freeze\n[rule d]\naction = log\n");
	lab_good("[rule a]\naction = log\n"
		 "[rule b]\nqid = 1\ncooldown = 1h\nper = queue\naction = exec /bin/true\naction = "
		 "log\n"
		 "[rule c]\naction = log\n");
	names_are("a/1 b/9 c/1 d/1 ");
	assert_int_equal(lab_config->rule[1].rule.match.set, 0);
	assert_int_equal(lab_config->rule[1].rule.cooldown_ns, 0);
	assert_int_equal(lab_config->rule[1].rule.scope, DUPCQE_PER_TOTAL);
	assert_int_equal(lab_config->rule[1].actions, 1);
	assert_int_equal(lab_config->rule[1].action[0].kind, ACTION_FREEZE);
	assert_null(lab_config->rule[1].action[0].argv[0]);
}

static void rules_can_be_switched_off(void **state)
{
	(void)state;
	lab_write("c.conf.d/1.conf", "[rule b]\nenabled = no\n[rule x]\nenabled = no\n");
	lab_write("c.conf.d/2.conf", "[rule x]\naction = log\n");
	lab_good("[rule a]\nenabled = no\naction = exec /bin/true\n[rule b]\naction = log\n"
		 "[rule c]\nenabled = yes\naction = exec /bin/true\n");
	names_are("c/1 x/1 ");
	assert_string_equal(lab_config->rule[0].action[0].argv[0], "/bin/true");
}

static void sixty_four_rules(void **state)
{
	char text[8000] = "";
	int i;

	(void)state;
	for (i = 0; i < DUPCQE_RULES; i++)
		sprintf(text + strlen(text), "[rule r%d]\naction = log\nqid = %d\n", i, i);
	assert_int_equal(lab_good(text)->rules, DUPCQE_RULES);
	assert_string_equal(lab_config->rule[63].name, "r63");
	assert_int_equal(lab_config->rule[63].rule.match.range[0][0].first, 63);
	/* one of a known name is not one more */
	lab_write("c.conf.d/1.conf", "[rule r5]\naction = log\nqid = 1000\n");
	assert_int_equal(lab_good(text)->rules, DUPCQE_RULES);
	assert_int_equal(lab_config->rule[5].rule.match.range[0][0].first, 1000);
	/* told once, and what is wrong in them is still told */
	strcat(text, "[rule r64]\naction = exec /bin/true\n[rule r65]\nqid = x\naction = log\n");
	lab_bad(text, "c.conf:193: rule 'r64' is one too many: expected at most 64\n"
		      "c.conf:196: qid 'x': expected at most 8 numbers or ranges from 0 to 65535, "
		      "as 1-8, 16\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(least_rule),
		TEST(patterns),
		TEST(bad_patterns),
		TEST(ranges),
		TEST(bad_ranges),
		TEST(thresholds),
		TEST(keys_of_a_rule_in_any_order),
		TEST(scope_and_cooldown),
		TEST(actions_keep_their_order),
		TEST(command_lines),
		TEST(bad_actions),
		TEST(nine_actions),
		TEST(later_file_replaces_the_whole_rule),
		TEST(rules_can_be_switched_off),
		TEST(sixty_four_rules),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config-rules", tests, NULL, NULL);
}
