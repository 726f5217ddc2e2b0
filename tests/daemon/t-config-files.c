// SPDX-License-Identifier: GPL-2.0-or-later
/* Files: the main one and drop-ins, whom to trust, what is no file at all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config-lab.h"

static void refused(int err, const char *errors)
{
	assert_int_equal(lab_read(), err);
	assert_string_equal(lab_errors, errors);
}

static void no_main_file(void **state)
{
	(void)state;
	unlink(lab_main);
	refused(-ENOENT, "c.conf: cannot open it: No such file or directory\n");
	/* the first error is the one that is returned */
	lab_write("c.conf.d/1.conf", "[exec]\nfoo\n");
	refused(-ENOENT, "c.conf: cannot open it: No such file or directory\n"
			 "c.conf.d/1.conf:2: expected KEY = VALUE, [SECTION] or a comment\n");
}

static void no_drop_in_folder(void **state)
{
	(void)state;
	rmdir(lab_path("c.conf.d"));
	lab_good("");
	lab_write("c.conf.d", "");
	assert_int_equal(lab_read(), -ENOTDIR);
	unlink(lab_path("c.conf.d"));
	assert_int_equal(symlink("c.conf.d", lab_path("c.conf.d")), 0);
	refused(-ELOOP, "c.conf.d: cannot stat it: Too many levels of symbolic links\n");
	unlink(lab_path("c.conf.d"));
	assert_int_equal(symlink("nowhere", lab_path("c.conf.d")), 0);
	refused(-ENOENT, "c.conf.d: cannot stat it: No such file or directory\n");
}

static void drop_ins_in_the_order_of_names(void **state)
{
	(void)state;
	lab_write("c.conf.d/10.conf", "[exec]\nmax-running = 10\nkill-after = 10s\n");
	lab_write("c.conf.d/9.conf", "[exec]\nmax-running = 9\n");
	lab_write("c.conf.d/B.conf", "[snapshots]\nmax-number = 1\n");
	lab_write("c.conf.d/a.conf", "[snapshots]\nmax-number = 2\n");
	lab_good("[exec]\nmax-running = 3\ntime-limit = 3s\n");
	assert_int_equal(lab_config->exec_max_running, 9);
	assert_int_equal(lab_config->exec_kill_after_ns, UINT64_C(10000000000));
	assert_int_equal(lab_config->exec_time_limit_ns, UINT64_C(3000000000));
	assert_int_equal(lab_config->snapshot_max_number, 2);
}

/* A list of a later file takes the place of the earlier one, and does not add to it. */
static void drop_in_replaces_the_history(void **state)
{
	(void)state;
	lab_write("c.conf.d/1.conf", "[daemon]\nhistory = irq\nhistory = block\n");
	lab_good("[daemon]\nhistory = nvme+block\n");
	assert_int_equal(lab_config->history_count, 2);
	assert_string_equal(lab_config->history[0], "irq");
	assert_string_equal(lab_config->history[1], "block");
}

static void other_names_are_no_drop_ins(void **state)
{
	static const char *const names[] = {"1.conf~", "1.conf.dpkg-old", ".1.conf",
					    "conf",    "1.CONF",	  "README"};
	size_t i;
	char path[100];

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "c.conf.d/%s", names[i]);
		lab_write(path, "nonsense");
	}
	lab_good("");
}

static void what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkdir(lab_path("c.conf.d/1.conf"), 0755), 0);
	assert_int_equal(symlink("/nowhere/at/all", lab_path("c.conf.d/2.conf")), 0);
	assert_int_equal(mkfifo(lab_path("c.conf.d/3.conf"), 0644), 0);
	assert_int_equal(symlink("/dev/zero", lab_path("c.conf.d/4.conf")), 0);
	assert_int_equal(symlink("5.conf", lab_path("c.conf.d/5.conf")), 0);
	lab_write("c.conf.d/6.conf", "[exec]\nmax-running = 99\n");
	refused(-EINVAL, "c.conf.d/1.conf: expected a regular file\n"
			 "c.conf.d/2.conf: cannot open it: No such file or directory\n"
			 "c.conf.d/3.conf: expected a regular file\n"
			 "c.conf.d/4.conf: expected a regular file\n"
			 "c.conf.d/5.conf: cannot open it: Too many levels of symbolic links\n"
			 "c.conf.d/6.conf:2: max-running '99': expected a number from 1 to 64\n");
}

/* It must not look like two lines, nor like another file's. */
static void strange_names(void **state)
{
	(void)state;
	lab_write("c.conf.d/1\nc.conf:7: \x1b[2J.conf", "x\n");
	refused(-EINVAL, "c.conf.d/1?c.conf:7: ?[2J.conf:1: expected KEY = VALUE, [SECTION] or a comment\n");
}

static void main_file_is_a_folder(void **state)
{
	(void)state;
	unlink(lab_main);
	mkdir(lab_main, 0755);
	refused(-EINVAL, "c.conf: expected a regular file\n");
}

static void links_are_followed(void **state)
{
	(void)state;
	lab_write("real", "[exec]\nmax-running = 7\n");
	assert_int_equal(symlink("../real", lab_path("c.conf.d/1.conf")), 0);
	assert_int_equal(lab_good("")->exec_max_running, 7);
}

static void files_of_others_are_refused(void **state)
{
	(void)state;
	assert_int_equal(chown(lab_main, 1234, 0), 0);
	refused(-EPERM, "c.conf: owned by user 1234: expected root, as this file decides what runs "
			"as root\n");
	assert_int_equal(chown(lab_main, 0, 1234), 0);
	assert_int_equal(lab_read(), 0);
}

static void files_that_others_can_write_are_refused(void **state)
{
	(void)state;
	lab_write("c.conf.d/1.conf", "[exec]\nmax-running = 7\n");
	assert_int_equal(chmod(lab_path("c.conf.d/1.conf"), 0664), 0);
	refused(-EPERM, "c.conf.d/1.conf: mode 0664: expected no write permission for group and "
			"others (chmod "
			"go-w), as this file decides what runs as root\n");
	assert_int_equal(chmod(lab_path("c.conf.d/1.conf"), 0646), 0);
	assert_int_equal(lab_read(), -EPERM);
	assert_int_equal(chmod(lab_path("c.conf.d/1.conf"), 0444), 0);
	assert_int_equal(lab_read(), 0);
}

static void folder_that_others_can_write_is_refused(void **state)
{
	(void)state;
	assert_int_equal(chmod(lab_path("c.conf.d"), 0777), 0);
	refused(-EPERM, "c.conf.d: mode 0777: expected no write permission for group and others "
			"(chmod go-w), as "
			"what is in it decides what runs as root\n");
	assert_int_equal(chmod(lab_path("c.conf.d"), 0755), 0);
	assert_int_equal(chown(lab_path("c.conf.d"), 1234, 0), 0);
	assert_int_equal(lab_read(), -EPERM);
}

static void program_that_others_can_change_is_told(void **state)
{
	char text[300], warning[300];

	(void)state;
	lab_write("program", "#!/bin/sh\n");
	assert_int_equal(chmod(lab_path("program"), 0757), 0);
	snprintf(text, sizeof(text), "[rule r]\naction = exec %s\n", lab_path("program"));
	assert_int_equal(lab_read_text(text), 0);
	snprintf(warning, sizeof(warning),
		 "c.conf:2: warning: 'program' can be changed by others than root, who will run "
		 "it\n");
	assert_string_equal(lab_errors, warning);
	assert_int_equal(chmod(lab_path("program"), 0755), 0);
	assert_int_equal(chown(lab_path("program"), 1234, 0), 0);
	assert_int_equal(lab_read(), 0);
	assert_string_equal(lab_errors, warning);
	assert_int_equal(chown(lab_path("program"), 0, 0), 0);
	assert_int_equal(lab_read(), 0);
	assert_string_equal(lab_errors, "");
}

/* Root can read everything: so not as root. */
static void unreadable_file(void **state)
{
	uid_t before = geteuid();
	int err;

	(void)state;
	assert_int_equal(chmod(lab_folder, 0755), 0);
	assert_int_equal(chmod(lab_main, 0), 0);
	assert_true(before != 0 || seteuid(1234) == 0);
	err = lab_read();
	assert_int_equal(seteuid(before), 0);
	assert_int_equal(err, -EACCES);
	assert_string_equal(lab_errors, "c.conf: cannot open it: Permission denied\n");
}

/* Who is not root has nobody to protect from: whose files they are is of no matter. */
static void only_root_asks_whose_files_they_are(void **state)
{
	uid_t before = geteuid();
	int err;

	(void)state;
	assert_int_equal(chmod(lab_folder, 0755), 0);
	assert_int_equal(chmod(lab_main, 0666), 0);
	assert_true(before != 0 || seteuid(1234) == 0);
	err = lab_read();
	assert_int_equal(seteuid(before), 0);
	assert_int_equal(err, 0);
}

static char *text_of(size_t size, const char *begin, char fill)
{
	char *text = malloc(size + 1);

	assert_non_null(text);
	memset(text, fill, size);
	memcpy(text, begin, strlen(begin));
	text[size] = '\0';
	return text;
}

/* As long as inih takes: one character more is told, not cut. */
static void longest_line(void **state)
{
	char text[400], *at;

	(void)state;
	strcpy(text, "[snapshots]\ndirectory = /");
	at = text + strlen(text);
	memset(at, 'x', 185);
	strcpy(at + 185, "\n[exec]\nfoo = 1\n");
	assert_int_equal(lab_read_text(text), -EINVAL);
	assert_string_equal(
		lab_errors,
		"c.conf:4: unknown key 'foo' in [exec]: expected time-limit or another key "
		"of this section\n");
	memset(at, 'x', 186);
	strcpy(at + 186, "\n[exec]\nfoo = 1\n");
	assert_int_equal(lab_read_text(text), -EINVAL);
	assert_string_equal(
		lab_errors,
		"c.conf:2: 199 characters: expected at most 198 in a line\n"
		"c.conf:4: unknown key 'foo' in [exec]: expected time-limit or another key "
		"of this section\n");
	strcpy(at + 185, "\n");
	assert_int_equal(strlen(lab_good(text)->snapshot_dir), 186);
}

static void huge_lines_and_files(void **state)
{
	char *text = text_of(1 << 20, "[daemon]\nclock = ", 'x');

	(void)state;
	lab_bad(text, "c.conf:2: 1048567 characters: expected at most 198 in a line\n");
	free(text);
	text = text_of(1 << 20, "# ", 'x');
	lab_good(text);
	free(text);
	text = text_of((1 << 20) + 1, "# ", 'x');
	lab_bad(text, "c.conf: expected at most 1048576 bytes\n");
	free(text);
}

static void nul_bytes(void **state)
{
	static const char text[] = "[daemon]\nclock = mono\0_raw\nfoo = 1\n\0";

	(void)state;
	lab_write_bytes("c.conf", text, sizeof(text) - 1);
	refused(-EINVAL, "c.conf:2: byte 0x00 in column 13: expected text\n"
			 "c.conf:3: unknown key 'foo' in [daemon]: expected source or another key "
			 "of this section\n"
			 "c.conf:4: byte 0x00 in column 1: expected text\n");
}

static void ten_thousand_rules(void **state)
{
	char *text = malloc(10000 * 48), *at = text;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 10000; i++)
		at += sprintf(at, "[rule r%d]\naction = exec /bin/true\n", i);
	lab_bad(text, "c.conf:129: rule 'r64' is one too many: expected at most 64\n");
	free(text);
}

/* Another kind of file must not fill the log. */
static void number_of_lines_is_bounded(void **state)
{
	char *text = malloc(100000 * 2 + 1);
	unsigned int lines = 0;
	const char *at;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 100000; i++)
		strcpy(text + 2 * i, "x\n");
	memcpy(text, "[exec]\n", 7);
	assert_int_equal(lab_read_text(text), -EINVAL);
	for (at = lab_errors; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 201);
	assert_non_null(strstr(lab_errors, "\nc.conf: and 99796 more\n"));
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, lab_setup, lab_teardown)

/* Only root can give files away. */
static int root_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_of_others_are_refused),
		TEST(files_that_others_can_write_are_refused),
		TEST(folder_that_others_can_write_is_refused),
		TEST(program_that_others_can_change_is_told),
	};
	size_t i;

	if (geteuid() == 0)
		return cmocka_run_group_tests_name("config-files, as root", tests, NULL, NULL);
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		printf("ok - %s # SKIP needs root\n", tests[i].name);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_main_file),
		TEST(no_drop_in_folder),
		TEST(drop_ins_in_the_order_of_names),
		TEST(drop_in_replaces_the_history),
		TEST(other_names_are_no_drop_ins),
		TEST(what_is_no_file),
		TEST(strange_names),
		TEST(main_file_is_a_folder),
		TEST(links_are_followed),
		TEST(unreadable_file),
		TEST(only_root_asks_whose_files_they_are),
		TEST(longest_line),
		TEST(huge_lines_and_files),
		TEST(nul_bytes),
		TEST(ten_thousand_rules),
		TEST(number_of_lines_is_bounded),
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("config-files", tests, NULL, NULL);
	return failed + root_tests();
}
