// SPDX-License-Identifier: GPL-2.0-or-later
/* Every key: good, at its limits, beyond them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "config-lab.h"

#define SECOND UINT64_C(1000000000)
#define DAY    (86400 * SECOND)
#define TIB    (UINT64_C(1) << 40)

/* "[section]\nkey = value\n" */
static const char *line(const char *section, const char *key, const char *value)
{
	static char text[1000];

	snprintf(text, sizeof(text), "[%s]\n%s = %s\n", section, key, value);
	return text;
}

static void refused_at(unsigned int number, const char *text, const char *key, const char *value)
{
	char begin[300];

	if (lab_read_text(text) == 0)
		fail_msg("%s = %s is taken", key, value);
	snprintf(begin, sizeof(begin), "c.conf:%u: %s '%.80s': expected ", number, key, value);
	if (strncmp(lab_errors, begin, strlen(begin)) != 0)
		fail_msg("'%s' does not begin with '%s'", lab_errors, begin);
	/* one line */
	assert_ptr_equal(strchr(lab_errors, '\n'), lab_errors + strlen(lab_errors) - 1);
}

static void defaults(void **state)
{
	const struct config *config = lab_good("");

	(void)state;
	assert_int_equal(config->source, SOURCE_AUTO);
	assert_int_equal(config->history_count, 1);
	assert_string_equal(config->history[0], "nvme");
	assert_int_equal(config->buffer_size, 1 << 20);
	assert_string_equal(config->clock, "mono");
	assert_string_equal(config->metrics_file, "");
	assert_string_equal(config->snapshot_dir, "/var/lib/nvme-dupcqed/snapshots");
	assert_int_equal(config->snapshot_max_number, 32);
	assert_int_equal(config->snapshot_max_bytes, 1 << 30);
	assert_int_equal(config->snapshot_max_age_ns, 90 * DAY);
	assert_int_equal(config->snapshot_min_free, 512 << 20);
	assert_int_equal(config->exec_time_limit_ns, 30 * SECOND);
	assert_int_equal(config->exec_kill_after_ns, 5 * SECOND);
	assert_int_equal(config->exec_max_running, 4);
	assert_false(config->panic_allow);
	assert_int_equal(config->panic_mode, PANIC_AUTO);
	assert_true(config->panic_require_crash_kernel);
	assert_int_equal(config->panic_min_uptime_ns, 600 * SECOND);
	assert_int_equal(config->panic_max_per_day, 1);
	assert_string_equal(config->panic_inhibit_file, "/run/nvme-dupcqed/inhibit-panic");
	assert_int_equal(config->rules, 0);
}

struct number_case {
	const char *section, *key;
	size_t offset, size;
	const char *good;
	uint64_t value;
	const char *least, *most; /* the limits */
	uint64_t least_value, most_value;
	const char *bad[8];
};

#define AT(member) offsetof(struct config, member), sizeof(((struct config *)NULL)->member)

static const struct number_case number_cases[] = {
	{"daemon",
	 "buffer-size",
	 AT(buffer_size),
	 "8M",
	 8 << 20,
	 "64K",
	 "1G",
	 64 << 10,
	 1 << 30,
	 {"63K", "1025M", "1.5M", "8MB", "-1", "", "18446744073709617152", "17592186044417M"}},
	{"snapshots",
	 "max-number",
	 AT(snapshot_max_number),
	 "5",
	 5,
	 "1",
	 "10000",
	 1,
	 10000,
	 {"0", "10001", "5x", "-5", " 5 6", "4294967297", "18446744073709551617", "five"}},
	{"snapshots",
	 "max-bytes",
	 AT(snapshot_max_bytes),
	 "2g",
	 UINT64_C(2) << 30,
	 "1M",
	 "1024T",
	 1 << 20,
	 1024 * TIB,
	 {"1K", "1025T", "18446744073709551615T", "G", "1 2M", "0"}},
	{"snapshots",
	 "max-age",
	 AT(snapshot_max_age_ns),
	 "36h",
	 36 * 3600 * SECOND,
	 "1min",
	 "3650d",
	 60 * SECOND,
	 3650 * DAY,
	 {"59s", "3651d", "0", "5", "5m", "5 days", "99999999999d", "1h30min"}},
	{"snapshots",
	 "min-free",
	 AT(snapshot_min_free),
	 "1048576",
	 1 << 20,
	 "0",
	 "1024T",
	 0,
	 1024 * TIB,
	 {"1025T", "much"}},
	{"exec",
	 "time-limit",
	 AT(exec_time_limit_ns),
	 "500 ms",
	 SECOND / 2,
	 "1ms",
	 "1d",
	 SECOND / 1000,
	 DAY,
	 {"999us", "86401s", "0"}},
	{"exec",
	 "kill-after",
	 AT(exec_kill_after_ns),
	 "10s",
	 10 * SECOND,
	 "1ms",
	 "1h",
	 SECOND / 1000,
	 3600 * SECOND,
	 {"0", "3601s"}},
	{"exec", "max-running", AT(exec_max_running), "0x10", 16, "1", "64", 1, 64, {"0", "65"}},
	{"panic",
	 "min-uptime",
	 AT(panic_min_uptime_ns),
	 "1h",
	 3600 * SECOND,
	 "1min",
	 "365d",
	 60 * SECOND,
	 365 * DAY,
	 {"0", "59s", "366d"}},
	{"panic", "max-per-day", AT(panic_max_per_day), "2", 2, "0", "24", 0, 24, {"25", "-1"}},
};

static void number_is(const struct number_case *of, const char *text, uint64_t expected)
{
	const char *at = (const char *)lab_good(line(of->section, of->key, text)) + of->offset;
	uint64_t value = of->size == 8 ? *(const uint64_t *)at : *(const uint32_t *)at;

	if (value != expected)
		fail_msg("%s = %s is %llu", of->key, text, (unsigned long long)value);
}

static void numbers(void **state)
{
	size_t i, bad;

	(void)state;
	for (i = 0; i < sizeof(number_cases) / sizeof(number_cases[0]); i++) {
		const struct number_case *of = &number_cases[i];

		number_is(of, of->good, of->value);
		number_is(of, of->least, of->least_value);
		number_is(of, of->most, of->most_value);
		for (bad = 0; bad < 8 && of->bad[bad]; bad++)
			refused_at(2, line(of->section, of->key, of->bad[bad]), of->key,
				   of->bad[bad] + strspn(of->bad[bad], " "));
	}
}

static void booleans(void **state)
{
	static const char *const yes[] = {"yes", "on", "true", "1"};
	static const char *const no[] = {"no", "off", "false", "0"};
	static const char *const bad[] = {"", "y", "YES", "2", "yes please"};
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_true(lab_good(line("panic", "allow-panic", yes[i]))->panic_allow);
		assert_false(lab_good(line("panic", "allow-panic", no[i]))->panic_allow);
		assert_false(lab_good(line("panic", "require-crash-kernel", no[i]))
				     ->panic_require_crash_kernel);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at(2, line("panic", "allow-panic", bad[i]), "allow-panic", bad[i]);
}

static void sources(void **state)
{
	static const char *const bad[] = { "", "both", "Auto", "kprobe", "event, probe" };
	size_t i;

	(void)state;
	assert_int_equal(lab_good(line("daemon", "source", "auto"))->source, SOURCE_AUTO);
	assert_int_equal(lab_good(line("daemon", "source", "event"))->source, SOURCE_EVENT);
	assert_int_equal(lab_good(line("daemon", "source", "probe"))->source, SOURCE_PROBE);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at(2, line("daemon", "source", bad[i]), "source", bad[i]);
}

static void clocks(void **state)
{
	static const char *const good[] = {"mono",  "mono_raw", "boot", "tai",
					   "local", "global",	"perf", "uptime"};
	static const char *const bad[] = {"", "counter", "x86-tsc", "Mono", "boottime"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_string_equal(lab_good(line("daemon", "clock", good[i]))->clock, good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at(2, line("daemon", "clock", bad[i]), "clock", bad[i]);
}

static void paths(void **state)
{
	static const char *const bad[] = {"relative", "/", "~/x", "\"/x\""};
	size_t i;

	(void)state;
	assert_string_equal(lab_good(line("snapshots", "directory", "/a b/c"))->snapshot_dir,
			    "/a b/c");
	assert_string_equal(lab_good(line("panic", "inhibit-file", "/x"))->panic_inhibit_file,
			    "/x");
	assert_string_equal(lab_good(line("daemon", "metrics-file", "/x.prom"))->metrics_file,
			    "/x.prom");
	assert_string_equal(lab_good(line("daemon", "metrics-file", "none"))->metrics_file, "");
	assert_string_equal(lab_good(line("daemon", "metrics-file", ""))->metrics_file, "");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at(2, line("snapshots", "directory", bad[i]), "directory", bad[i]);
	refused_at(2, line("snapshots", "directory", ""), "directory", "");
	refused_at(2, line("snapshots", "directory", "none"), "directory", "none");
	refused_at(2, line("panic", "inhibit-file", "none"), "inhibit-file", "none");
}

static void history_is(const char *text, const char *expected)
{
	const struct config *config = lab_good(text);
	char list[2000] = "";
	unsigned int i;

	for (i = 0; i < config->history_count; i++) {
		strcat(list, i ? " " : "");
		strcat(list, config->history[i]);
	}
	assert_string_equal(list, expected);
}

static void histories(void **state)
{
	static const char *const bad[] = {
		"",
		"none, nvme",
		"nvme:",
		":x",
		"a:b:c",
		"nvme/../x",
		"*",
		"nvme:*",
		"a+b",
		"nvme a123456789b123456789c123456789d123456789e123456789f123456789g1234",
		"a123456789b123456789c123456789d123456789e123456789f123456789g123"};
	size_t i;

	(void)state;
	history_is("[daemon]\nhistory = none\n", "");
	history_is("[daemon]\nhistory = nvme\n", "nvme");
	history_is("[daemon]\nhistory = nvme+block\n",
		   "nvme block:block_rq_insert block:block_rq_issue block:block_rq_requeue "
		   "block:block_rq_error block:block_rq_complete");
	history_is("[daemon]\nhistory = irq, sched:sched_switch,nvme nvme\n",
		   "irq sched:sched_switch nvme");
	history_is("[daemon]\nhistory = irq\nhistory = nvme:nvme_sq\n", "irq nvme:nvme_sq");
	history_is("[daemon]\nhistory = "
		   "a123456789b123456789c123456789d123456789e123456789f123456789g12\n",
		   "a123456789b123456789c123456789d123456789e123456789f123456789g12");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_at(2, line("daemon", "history", bad[i]), "history", bad[i]);
}

static void history_has_room_for_64(void **state)
{
	char text[2000] = "[daemon]\n";
	size_t at = strlen(text);
	int i;

	(void)state;
	for (i = 0; i < CONFIG_EVENTS; i++)
		at += sprintf(text + at, "history = s:e%d\n", i);
	assert_int_equal(lab_good(text)->history_count, CONFIG_EVENTS);
	sprintf(text + at, "history = one_more\n");
	refused_at(CONFIG_EVENTS + 2, text, "history", "one_more");
}

static void comments(void **state)
{
	(void)state;
	lab_good("; one\n# two\n[exec] ; three\nmax-running = 7 ; four\n[panic]# five\n\t ; six\n");
	assert_int_equal(lab_config->exec_max_running, 7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(defaults), TEST(comments), TEST(numbers),	 TEST(booleans),
		TEST(sources),	TEST(clocks),	TEST(paths),	TEST(histories), TEST(history_has_room_for_64),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
