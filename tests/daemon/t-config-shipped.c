// SPDX-License-Identifier: GPL-2.0-or-later
/* The file that is shipped: harmless, useful, and true where it tells the defaults. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "config-lab.h"

#define SHIPPED "daemon/nvme-dupcqed.conf"

static char *read_shipped(void)
{
	char *text = calloc(1, 65536);
	FILE *file = fopen(SHIPPED, "r");

	assert_non_null(text);
	if (!file)
		fail_msg("cannot open '%s': run this from the top of the tree", SHIPPED);
	assert_in_range(fread(text, 1, 65535, file), 1000, 65534);
	fclose(file);
	return text;
}

static bool has_action(const struct config *config, enum action_kind kind)
{
	unsigned int i, j;

	for (i = 0; i < config->rules; i++)
		for (j = 0; j < config->rule[i].actions; j++)
			if (config->rule[i].action[j].kind == kind)
				return true;
	return false;
}

static void shipped_file_is_harmless_and_useful(void **state)
{
	char *text = read_shipped();
	const struct config *config = lab_good(text);

	(void)state;
	assert_false(config->panic_allow);
	assert_false(has_action(config, ACTION_PANIC));
	assert_false(has_action(config, ACTION_RESET));
	assert_false(has_action(config, ACTION_EXEC));
	assert_false(has_action(config, ACTION_FREEZE));
	assert_true(has_action(config, ACTION_LOG));
	assert_true(has_action(config, ACTION_SNAPSHOT));
	assert_int_equal(config->rule[0].rule.match.set, 0);
	assert_int_equal(config->rule[0].rule.cooldown_ns, 0);
	free(text);
}

/* "#key = value" is a default that it shows, "# Text" is text. */
static void uncomment(char *text)
{
	char *at;

	for (at = text; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (at[0] == '#' && at[1] != ' ' && at[1] != '\n')
			at[0] = ' ';
}

/* The rules have pointers: all before them are plain values. */
static void shipped_file_shows_the_defaults(void **state)
{
	struct config *defaults = malloc(sizeof(*defaults));
	char *text = read_shipped();

	(void)state;
	assert_non_null(defaults);
	memcpy(defaults, lab_good(""), sizeof(*defaults));
	uncomment(text);
	assert_int_equal(lab_read_text(text), 0);
	assert_memory_equal(lab_config, defaults, offsetof(struct config, rules));
	assert_int_equal(lab_config->rules, 3);
	assert_string_equal(lab_config->rule[2].name, "storm");
	assert_int_equal(lab_config->rule[2].rule.match.set, (1 << DUPCQE_CRITERIA) - 1);
	free(text);
	free(defaults);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shipped_file_is_harmless_and_useful),
		TEST(shipped_file_shows_the_defaults),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config-shipped", tests, NULL, NULL);
}
