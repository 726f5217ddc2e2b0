// SPDX-License-Identifier: GPL-2.0-or-later
/* What a mistake is told as: the whole text, with file and line; and all mistakes at once. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "config-lab.h"

struct mistake {
	const char *text, *errors;
};

static void all_are_told(const struct mistake *mistakes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		lab_bad(mistakes[i].text, mistakes[i].errors);
}

#define ALL_ARE_TOLD(mistakes) all_are_told(mistakes, sizeof(mistakes) / sizeof((mistakes)[0]))

static void values(void **state)
{
	static const struct mistake mistakes[] = {
		{"[daemon]\n\n  buffer-size = 5Q\n",
		 "c.conf:3: buffer-size '5Q': expected a size from 64K to 1G, as 64K, 8M or 1G\n"},
		{"[daemon]\nsource = kprobe\n", "c.conf:2: source 'kprobe': expected auto, event or probe\n"},
		{"[daemon]\nclock = x86\n",
		 "c.conf:2: clock 'x86': expected mono, mono_raw, boot, tai, local, "
		 "global, perf or uptime\n"},
		{"[daemon]\nmetrics-file = x\n",
		 "c.conf:2: metrics-file 'x': expected an absolute path of at most "
		 "255 characters, or none\n"},
		{"[daemon]\nhistory = a:b:c\n",
		 "c.conf:2: history 'a:b:c': expected none, nvme, nvme+block, or a "
		 "list of at most 64 events, as nvme, block:block_rq_issue\n"},
		{"[snapshots]\nmax-number = 0\n",
		 "c.conf:2: max-number '0': expected a number from 1 to 10000\n"},
		{"[snapshots]\nmax-age = 5\n",
		 "c.conf:2: max-age '5': expected a time from 1min to 3650d, as "
		 "500ms, 5s, 10min, 1h or 2d\n"},
		{"[snapshots]\nmin-free = x\n",
		 "c.conf:2: min-free 'x': expected a size from 0 to 1024T, as 64K, "
		 "8M or 1G\n"},
		{"[panic]\nallow-panic = maybe\n",
		 "c.conf:2: allow-panic 'maybe': expected no, yes, off, on, "
		 "false, true, 0 or 1\n"},
		{"[panic]\nmode = reactiv\n",
		 "c.conf:2: mode 'reactiv': expected auto, instant or reactive\n"},
		{"[panic]\ninhibit-file =\n",
		 "c.conf:2: inhibit-file '': expected an absolute path of at most 255 "
		 "characters\n"},
		{"[panic]\ninhibit-file = /run/user/0/stop\n",
		 "c.conf:2: inhibit-file '/run/user/0/stop': expected a place that the daemon sees "
		 "in its sandbox, not below /run/user\n"},
	};

	(void)state;
	ALL_ARE_TOLD(mistakes);
}

static void rules(void **state)
{
	static const struct mistake mistakes[] = {
		{"[rule r]\naction = log\ncontroller = /dev/nvme0\n",
		 "c.conf:3: controller '/dev/nvme0': expected a shell pattern of at most 63 "
		 "characters, without "
		 "quotes, as nvme0, nvme[0-3] or nvme*\n"},
		{"[rule r]\naction = log\nqid = 8-1\n",
		 "c.conf:3: qid '8-1': expected at most 8 numbers or ranges from 0 to 65535, as "
		 "1-8, 16\n"},
		{"[rule r]\naction = log\nreason = old\n",
		 "c.conf:3: reason 'old': expected a list of unknown-tag, stale-generation, "
		 "not-in-flight, or "
		 "numbers from 1 to 255\n"},
		{"[rule r]\naction = log\nthreshold = 5\n",
		 "c.conf:3: threshold '5': expected N in TIME, as '5 in 10min': N from 1 to 4096, "
		 "TIME from 1us to "
		 "365d\n"},
		{"[rule r]\naction = log\nper = disk\n",
		 "c.conf:3: per 'disk': expected total, controller or queue\n"},
		{"[rule r]\naction = log\ncooldown = x\n",
		 "c.conf:3: cooldown 'x': expected a time from 0 to 365d, as 500ms, 5s, 10min, 1h "
		 "or 2d\n"},
		{"\n[rule r]\n",
		 "c.conf:2: rule 'r' has no action: expected 'action = log' or another\n"},
		{"[rule]\naction = log\n",
		 "c.conf:1: rule name '': expected 1 to 31 letters, digits, '.', '_' or '-'\n"},
		{"[rule a b]\naction = log\n",
		 "c.conf:1: rule name 'a b': expected 1 to 31 letters, digits, '.', '_' or '-'\n"},
		{"[rule a123456789b123456789c123456789d1]\naction = log\n",
		 "c.conf:1: rule name 'a123456789b123456789c123456789d1': expected 1 to 31 "
		 "letters, digits, '.', "
		 "'_' or '-'\n"},
		{"[rule a]\naction = log\n[rule b]\naction = log\n[rule a]\naction = log\n",
		 "c.conf:5: rule 'a' is already there, in line 1: expected each name once in a "
		 "file\n"},
	};

	(void)state;
	ALL_ARE_TOLD(mistakes);
}

static void actions(void **state)
{
	static const struct mistake mistakes[] = {
		{"[rule r]\naction = snapshoot\n",
		 "c.conf:2: action 'snapshoot': expected log, snapshot, freeze, "
		 "exec, reset or panic: did you mean 'snapshot'?\n"},
		{"[rule r]\naction = /bin/true\n", "c.conf:2: action '/bin/true': expected log, "
						   "snapshot, freeze, exec, reset or panic\n"},
		{"[rule r]\naction = log, panic\n",
		 "c.conf:2: action 'log, panic': expected log, snapshot, "
		 "freeze, exec, reset or panic: did you mean 'log'?\n"},
		{"[rule r]\naction = log panic\n",
		 "c.conf:2: action 'log panic': expected nothing behind the "
		 "action: only exec has arguments\n"},
		{"[rule r]\naction = exec true\n",
		 "c.conf:2: action 'exec true': expected exec and the absolute "
		 "path of a program: there is no shell and no PATH\n"},
		{"[rule r]\naction = exec /bin/sh -c \"a ; b\"\n",
		 "c.conf:2: action 'exec /bin/sh -c \"a': expected a closing quote (' ;' begins a "
		 "comment, even "
		 "within quotes)\n"},
		{"[rule r]\naction = exec /bin/true # now\n",
		 "c.conf:2: action 'exec /bin/true # now': expected no '#' in front of a word: a "
		 "comment begins "
		 "with ' ;', or quote the word\n"},
		{"[rule r]\naction = exec /bin/a 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n",
		 "c.conf:2: action 'exec /bin/a 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17': expected "
		 "at most 16 words "
		 "behind exec\n"},
	};

	(void)state;
	ALL_ARE_TOLD(mistakes);
}

static void names(void **state)
{
	static const struct mistake mistakes[] = {
		{"[daemon]\nbufer-size = 1M\n",
		 "c.conf:2: unknown key 'bufer-size' in [daemon]: did you mean 'buffer-size'?\n"},
		{"[daemon]\nmax-running = 1\n",
		 "c.conf:2: unknown key 'max-running' in [daemon]: it goes into [exec]\n"},
		{"[panic]\nthreshold = 1\n",
		 "c.conf:2: unknown key 'threshold' in [panic]: it goes into [rule NAME]\n"},
		{"[exec]\nfoo = 1\n", "c.conf:2: unknown key 'foo' in [exec]: expected time-limit "
				      "or another key of this section\n"},
		{"[rule r]\naction = log\ncoldown = 1h\n",
		 "c.conf:3: unknown key 'coldown' in [rule]: did you mean 'cooldown'?\n"},
		{"[snapshot]\n",
		 "c.conf:1: unknown section [snapshot]: did you mean [snapshots]?\n"},
		{"[rules x]\n", "c.conf:1: unknown section [rules x]: did you mean [rule NAME]?\n"},
		{"[trace]\n",
		 "c.conf:1: unknown section [trace]: expected [daemon], [snapshots], [exec], "
		 "[panic] or [rule NAME]\n"},
		{"[rul]\n", "c.conf:1: unknown section [rul]: did you mean [rule NAME]?\n"},
		{"[]\n",
		 "c.conf:1: unknown section []: expected [daemon], [snapshots], [exec], [panic] or "
		 "[rule NAME]\n"},
		{"[Daemon]\n", "c.conf:1: unknown section [Daemon]: did you mean [daemon]?\n"},
		{"[panic]\nmax-per-day = 1\n[panic]\nmax-per-day = 2\n",
		 "c.conf:4: max-per-day is already set, in line 2: expected it once in a "
		 "section\n"},
	};

	(void)state;
	ALL_ARE_TOLD(mistakes);
}

static void lines(void **state)
{
	static const struct mistake mistakes[] = {
		{"history = nvme\nclock = mono\n",
		 "c.conf:1: 'history': expected a section before it, as [daemon]\n"},
		{"[daemon]\nhistory\n", "c.conf:2: expected KEY = VALUE, [SECTION] or a comment\n"},
		{"[daemon]\nhistory", "c.conf:2: expected KEY = VALUE, [SECTION] or a comment\n"},
		{"hello\n", "c.conf:1: expected KEY = VALUE, [SECTION] or a comment\n"},
		{"[daemon]\nclock ;= mono\n",
		 "c.conf:2: expected KEY = VALUE, [SECTION] or a comment\n"},
		{"[daemon]\n= mono\n", "c.conf:2: no key: expected KEY = VALUE\n"},
		{"[daemon\n", "c.conf:1: '[daemon': expected a section, as [daemon]\n"},
		{"[daemon] clock = mono\n",
		 "c.conf:1: '[daemon] clock = mono': expected a section, as [daemon]\n"},
		{"[daemon]\nclock = mono # the best\n",
		 "c.conf:2: clock 'mono # the best': expected no '#' behind a value: a comment "
		 "there begins with ' ;'\n"},
		{"[daemon]\nclock = \x1b[2Jx\n",
		 "c.conf:2: byte 0x1b in column 9: expected text\n"},
		{"[daemon]\n# \x07\n", "c.conf:2: byte 0x07 in column 3: expected text\n"},
		{"[daemon]\n\x7f\n", "c.conf:2: byte 0x7f in column 1: expected text\n"},
		{"[daemon]\nclock = a\vb\n", "c.conf:2: byte 0x0b in column 10: expected text\n"},
		/* all of it would be one comment */
		{"# a comment\r[daemon]\rclock = mono\r", "c.conf:1: byte 0x0d in column 12: expected text\n"},
		{"[daemon]\nclock = \xc2\x9b" "2J\xff\n",
		 "c.conf:2: clock '??2J?': expected mono, mono_raw, boot, tai, local, global, perf or uptime\n"},
	};

	(void)state;
	ALL_ARE_TOLD(mistakes);
}

/* What is wrong in an unknown section is not told besides; what follows it is. */
static void all_at_once(void **state)
{
	(void)state;
	lab_write("c.conf.d/9.conf", "[panic]\nmax-per-day = 99\n");
	lab_bad("[daemon]\nclock = x\nhistory\nfoo = 1\n\n; comment\n[deamons]\nbar = 1\nnonsense\n"
		"[exec]\nmax-running = 0\n[rule r]\nqid = x\naction = y\n",
		"c.conf:2: clock 'x': expected mono, mono_raw, boot, tai, local, global, perf or "
		"uptime\n"
		"c.conf:3: expected KEY = VALUE, [SECTION] or a comment\n"
		"c.conf:4: unknown key 'foo' in [daemon]: expected source or another key of this "
		"section\n"
		"c.conf:7: unknown section [deamons]: did you mean [daemon]?\n"
		"c.conf:11: max-running '0': expected a number from 1 to 64\n"
		"c.conf:13: qid 'x': expected at most 8 numbers or ranges from 0 to 65535, as 1-8, "
		"16\n"
		"c.conf:14: action 'y': expected log, snapshot, freeze, exec, reset or panic\n"
		"c.conf.d/9.conf:2: max-per-day '99': expected a number from 0 to 24\n");
}

static void line_numbers_count_every_line(void **state)
{
	(void)state;
	lab_bad("\xef\xbb\xbf[daemon]\r\n\r\n# a comment \\\r\n   clock = mono\r\n\n\t; another\n  "
		"foo = 1\n",
		"c.conf:7: unknown key 'foo' in [daemon]: expected source or another key of this "
		"section\n");
}

/* Warnings do not make it fail. */
static void warned(const char *text, const char *warnings)
{
	if (lab_read_text(text) != 0)
		fail_msg("'%s' is refused: %s", text, lab_errors);
	assert_string_equal(lab_errors, warnings);
}

static void warnings(void **state)
{
	(void)state;
	warned("[rule r]\naction = log\naction = panic\naction = panic\n",
	       "c.conf:3: warning: rule 'r' has the action panic, which will be refused: [panic] "
	       "allow-panic is not "
	       "yes\n");
	assert_int_equal(lab_config->rule[0].actions, 3);
	warned("[rule r]\naction = panic\n[panic]\nallow-panic = yes\n", "");
	warned("[rule r]\nenabled = no\naction = panic\n", "");
	warned("[rule r]\naction = exec /nowhere/at/all\n",
	       "c.conf:2: warning: '/nowhere/at/all' is not an executable file\n");
	warned("[rule r]\naction = exec /etc\n",
	       "c.conf:2: warning: '/etc' is not an executable file\n");
	warned("[rule r]\naction = exec /etc/passwd\n",
	       "c.conf:2: warning: '/etc/passwd' is not an executable file\n");
}

/* A drop-in decides last. */
static void panic_is_allowed_by_a_later_file(void **state)
{
	(void)state;
	lab_write("c.conf.d/1.conf", "[panic]\nallow-panic = no\n");
	warned("[panic]\nallow-panic = yes\n[rule r]\naction = panic\n",
	       "c.conf:4: warning: rule 'r' has the action panic, which will be refused: [panic] "
	       "allow-panic is not "
	       "yes\n");
	lab_write("c.conf.d/2.conf", "[panic]\nallow-panic = yes\n");
	warned("[panic]\nallow-panic = no\n[rule r]\naction = panic\n", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values),
		TEST(rules),
		TEST(actions),
		TEST(names),
		TEST(lines),
		TEST(all_at_once),
		TEST(warnings),
		TEST(line_numbers_count_every_line),
		TEST(panic_is_allowed_by_a_later_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config-errors", tests, NULL, NULL);
}
