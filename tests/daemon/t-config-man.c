// SPDX-License-Identifier: GPL-2.0-or-later
/* nvme-dupcqed.conf(5), the file that is shipped and the table of keys say the same. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "action.h"
#include "armed.h"
#include "config-lab.h"
#include "config_parse.h"
#include "dupcqe/names.h"

#define MAN "docs/man/nvme-dupcqed.conf.5"
#define SHIPPED "daemon/nvme-dupcqed.conf"

enum { ENTRIES = 64, TEXT = 65536 };

/* What the page says of one key: its text on one line, without macros and fonts. */
struct entry {
	char section[32], key[32], text[3000];
};

static struct entry entries[ENTRIES];
static unsigned int entry_count;
static char page[TEXT], shipped[TEXT];

static void read_file(const char *path, char text[TEXT])
{
	FILE *file = fopen(path, "r");
	size_t length;

	if (!file)
		fail_msg("cannot open '%s': run this from the top of the tree", path);
	length = fread(text, 1, TEXT - 1, file);
	text[length] = '\0';
	fclose(file);
	assert_in_range(length, 1000, TEXT - 2);
}

/* Append a piece of a line: escapes become what they show. */
static void put_plain(char *to, const char *from, size_t length)
{
	const char *end = from + length;

	to += strlen(to);
	for (; from < end; from++) {
		if (*from != '\\')
			*to++ = *from;
		else if (from[1] == 'f')
			from += 2;
		else if (strncmp(from, "\\(dq", 4) == 0)
			*to++ = '"', from += 3;
		else
			*to++ = *++from == 'e' ? '\\' : *from;
	}
	*to = '\0';
}

/* ".BR a "b c" d" becomes "ab cd", ".B a b" becomes "a b"; other macros nothing. */
static void put_macro(char *to, const char *line)
{
	bool joins = isupper((unsigned char)line[2]), quoted;
	const char *at = line + strcspn(line, " ");
	size_t length;

	if (!strchr("BIR", line[1]) || (joins && !strchr("BIR", line[2])))
		return;
	for (; *at; at += length + quoted) {
		if (!joins)
			put_plain(to, at, 1);
		at++;
		quoted = *at == '"';
		at += quoted;
		length = strcspn(at, quoted ? "\"" : " ");
		put_plain(to, at, length);
	}
}

static void put_line(char *to, const char *line)
{
	if (*line == '.')
		put_macro(to, line);
	else
		put_plain(to, line, strlen(line));
	strcat(to, " ");
}

/* ".SH [daemon]", ".SH "[rule NAME]"": the section's name; ".SH ACTIONS" is one as well; of others "". */
static void begin_section(char section[32], const char *line)
{
	const char *open = strchr(line, '[');

	strcpy(section, strcmp(line, ".SH ACTIONS") ? "" : "ACTIONS");
	if (open)
		snprintf(section, 32, "%.*s", (int)strcspn(open + 1, " ]"), open + 1);
}

static struct entry *begin_entry(const char *section, const char *line)
{
	struct entry *entry = &entries[entry_count++];
	char tag[200] = "";

	assert_true(entry_count < ENTRIES);
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->section, sizeof(entry->section), "%s", section);
	put_macro(tag, line);
	sscanf(tag, "%31s", entry->key);
	return entry;
}

static void read_page(void)
{
	static char source[TEXT];
	struct entry *entry = NULL;
	char section[32] = "", *line, *next;
	bool tagged = false;

	read_file(MAN, source);
	for (line = strtok_r(source, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		if (strncmp(line, ".S", 2) == 0)
			entry = NULL;
		if (strncmp(line, ".SH", 3) == 0)
			begin_section(section, line);
		else if (tagged && *section)
			entry = begin_entry(section, line);
		else if (entry && strcmp(line, ".TP"))
			put_line(entry->text, line);
		tagged = strcmp(line, ".TP") == 0;
		put_line(page, line);
	}
}

static int setup(void **state)
{
	(void)state;
	if (!entry_count) {
		read_page();
		read_file(SHIPPED, shipped);
	}
	return lab_setup(state);
}

static const struct entry *find_entry(const char *section, const char *key)
{
	const struct entry *found = NULL;
	unsigned int i;

	for (i = 0; i < entry_count; i++) {
		if (strcmp(entries[i].key, key) || strcmp(entries[i].section, section))
			continue;
		if (found)
			fail_msg("%s is there twice", key);
		found = &entries[i];
	}
	if (!found)
		fail_msg(MAN " does not have '%s' in %s", key, section);
	return found;
}

static const struct entry *find(const struct config_key *key)
{
	return find_entry(config_sections[key->section], key->name);
}

static void says(const char *where, const char *text, const char *wanted)
{
	if (!strcasestr(text, wanted))
		fail_msg("%s does not say '%s': %s", where, wanted, text == page ? "" : text);
}

static void page_has_every_key_and_its_default(void **state)
{
	char wanted[200];
	size_t i;

	(void)state;
	for (i = 0; i < config_keys_count; i++) {
		if (config_keys[i].fallback)
			snprintf(wanted, sizeof(wanted), " Default: %s. ", config_keys[i].fallback);
		else
			strcpy(wanted, " No default. ");
		says(config_keys[i].name, find(&config_keys[i])->text, wanted);
	}
	/* and no other */
	assert_int_equal(entry_count, config_keys_count + ACTION_KINDS);
}

/* What a refusal of the key says was expected. */
static const char *expectation(const struct config_key *key)
{
	const char *section = key->section == SECTION_RULE ? "rule r" : config_sections[key->section];
	char text[200];

	snprintf(text, sizeof(text), "[%s]\n%s = \"\n", section, key->name);
	assert_int_not_equal(lab_read_text(text), 0);
	assert_non_null(strstr(lab_errors, ": expected "));
	return strstr(lab_errors, ": expected ") + strlen(": expected ");
}

/* Each "from 64K to 1G" of the text; the page may say it with a capital. */
static void says_the_same_limits(const struct config_key *key, const char *expected)
{
	const char *text = find(key)->text, *at;
	char least[20], most[20], wanted[60];
	unsigned int number;

	for (at = expected; (at = strstr(at, "from ")); at++) {
		assert_int_equal(sscanf(at, "from %19s to %19[0-9a-zA-Z]", least, most), 2);
		snprintf(wanted, sizeof(wanted), "from %s to %s", least, most);
		says(key->name, text, wanted);
	}
	for (at = expected; (at = strstr(at, "at most ")); at++) {
		assert_int_equal(sscanf(at, "at most %u", &number), 1);
		snprintf(wanted, sizeof(wanted), "at most %u", number);
		says(MAN, page, wanted);
	}
}

static void page_has_the_limits(void **state)
{
	unsigned int with_limits = 0;
	const char *expected;
	size_t i;

	(void)state;
	for (i = 0; i < config_keys_count; i++) {
		expected = expectation(&config_keys[i]);
		says_the_same_limits(&config_keys[i], expected);
		with_limits += strstr(expected, "from ") || strstr(expected, "at most ");
	}
	assert_in_range(with_limits, 20, config_keys_count);
}

static void page_has_the_choices(void **state)
{
	char wanted[200];
	size_t i;

	(void)state;
	for (i = 0; i < config_keys_count; i++) {
		if (config_keys[i].parse != config_parse_clock && config_keys[i].parse != config_parse_scope &&
		    config_keys[i].parse != config_parse_on && config_keys[i].parse != config_parse_mode)
			continue;
		snprintf(wanted, sizeof(wanted), "%s", expectation(&config_keys[i]));
		wanted[strcspn(wanted, "\n")] = '\0';
		says(config_keys[i].name, find(&config_keys[i])->text, wanted);
	}
}

static void page_has_reasons_and_actions(void **state)
{
	char name[40], *at;
	unsigned int i;

	(void)state;
	for (i = 1; dupcqe_reason_name(i); i++) {
		snprintf(name, sizeof(name), "%s (%u)", dupcqe_reason_name(i), i);
		at = strchr(name, ' ');
		for (; at[1] != '('; at = strchr(at, ' '))
			*at = '-';
		says(MAN, page, name);
	}
	for (i = 0; i < ACTION_KINDS; i++)
		find_entry("ACTIONS", action_name(i));
}

static void page_has_the_numbers(void **state)
{
	static const struct {
		const char *format;
		int number;
	} of[] = {
		{ "A line has at most %d characters", 198 },
		{ "A file has at most %d MiB", CONFIG_FILE_MAX >> 20 },
		{ "NAME has 1 to %d letters", CONFIG_NAME - 1 },
		{ "There can be %d rules", DUPCQE_RULES },
		{ "There can be %d. One that fails", CONFIG_ACTIONS },
		{ "At most %d words behind exec", CONFIG_ARGS },
		{ "keeps count of %d controllers", DUPCQE_RULE_KEYS },
		{ "below %d characters: what does not fit is reactive", ARMED_TRIGGER_MAX },
		{ "After %d lines the rest is only counted", CONFIG_PROBLEMS_SHOWN },
	};
	char wanted[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		snprintf(wanted, sizeof(wanted), of[i].format, of[i].number);
		says(MAN, page, wanted);
	}
}

/* "#key = default" in its section; of a rule's keys, any value. */
static void shipped_has(const struct config_key *key)
{
	bool rule = key->section == SECTION_RULE;
	char head[40], line[300], *section;

	snprintf(head, sizeof(head), rule ? "\n#[%s storm]\n" : "\n[%s]\n", config_sections[key->section]);
	section = strstr(shipped, head);
	if (!section)
		fail_msg("no '%s' in " SHIPPED, head + 1);
	snprintf(line, sizeof(line), "\n#%s = %s%s", key->name, rule ? "" : key->fallback, rule ? "" : "\n");
	section = strstr(section, line);
	if (!section)
		fail_msg("no '%s' in " SHIPPED, line + 1);
	if (!rule && strstr(strstr(shipped, head) + 2, "\n[") < section)
		fail_msg("'%s' is in another section of " SHIPPED, line + 1);
}

static void shipped_file_has_every_key(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < config_keys_count; i++)
		shipped_has(&config_keys[i]);
}

/* Each text between .EX and .EE is a configuration. */
static void examples_are_good(void **state)
{
	static char source[TEXT];
	char text[2000], *line, *next;
	unsigned int examples = 0;
	bool within = false;

	(void)state;
	read_file(MAN, source);
	for (line = strtok_r(source, "\n", &next); line; line = strtok_r(NULL, "\n", &next)) {
		if (strcmp(line, ".EX") == 0) {
			within = true;
			*text = '\0';
		} else if (strcmp(line, ".EE") == 0) {
			within = false;
			examples++;
			if (lab_read_text(text))
				fail_msg("%s%s", text, lab_errors);
		} else if (within) {
			put_plain(text, line, strlen(line));
			strcat(text, "\n");
		}
	}
	assert_in_range(examples, 4, 20);
}

#define CHECK(name) cmocka_unit_test_setup_teardown(name, setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECK(page_has_every_key_and_its_default),
		CHECK(page_has_the_limits),
		CHECK(page_has_the_choices),
		CHECK(page_has_reasons_and_actions),
		CHECK(page_has_the_numbers),
		CHECK(shipped_file_has_every_key),
		CHECK(examples_are_good),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config-man", tests, NULL, NULL);
}
