// SPDX-License-Identifier: GPL-2.0-or-later
/* The state file, and that a reader never sees half of one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "publish.h"
#include "replace.h"

static char dir[] = "/tmp/t-publish.XXXXXX";
static char path[64];
static struct config config;
static struct engine_stats stats;
static struct publish_about about;

static int setup(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	memset(&stats, 0, sizeof(stats));
	memset(&about, 0, sizeof(about));
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int entries(void)
{
	DIR *folder = opendir(dir);
	int count = 0;

	while (readdir(folder))
		count++;
	closedir(folder);
	return count - 2;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static const char *content(void)
{
	static char text[65536];
	FILE *from = fopen(path, "r");
	size_t size;

	if (!from)
		return "";
	size = fread(text, 1, sizeof(text) - 1, from);
	text[size] = '\0';
	fclose(from);
	return text;
}

static int put(FILE *to, const void *context)
{
	fputs(context, to);
	return 0;
}

static int put_and_fail(FILE *to, const void *context)
{
	fputs(context, to);
	return -EIO;
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(replace_file(path, 0600, true, put, "one\n"), 0);
	assert_string_equal(content(), "one\n");
	assert_int_equal(replace_file(path, 0644, false, put, "two\n"), 0);
	assert_string_equal(content(), "two\n");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(entries(), 1);
}

static void a_failure_leaves_what_was_there(void **state)
{
	(void)state;
	assert_int_equal(replace_file(path, 0600, true, put, "one\n"), 0);
	assert_int_equal(replace_file(path, 0600, true, put_and_fail, "half"), -EIO);
	assert_string_equal(content(), "one\n");
	assert_int_equal(entries(), 1);
	assert_int_equal(replace_file("/nonexistent/file", 0600, true, put, ""), -ENOENT);
}

/* metrics-file = /dev/null is soon written. */
static void a_device_is_not_replaced(void **state)
{
	struct stat st;

	(void)state;
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(replace_file(path, 0644, false, put, "one\n"), -EINVAL);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(entries(), 1);
	unlink(path);
}

/* The disk is full in the midst of it: a write that failed is not forgotten because the last one worked. */
static int put_much_then_little(FILE *to, const void *context)
{
	const struct rlimit none = { 4096, RLIM_INFINITY }, any = { RLIM_INFINITY, RLIM_INFINITY };
	char block[8192] = "";

	(void)context;
	setrlimit(RLIMIT_FSIZE, &none);
	fwrite(block, 1, sizeof(block), to);
	setrlimit(RLIMIT_FSIZE, &any);
	fputs("end\n", to);
	return 0;
}

static void a_write_that_failed_is_not_forgotten(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(replace_file(path, 0600, false, put, "one\n"), 0);
	assert_true(replace_file(path, 0600, false, put_much_then_little, NULL) < 0);
	assert_string_equal(content(), "one\n");
	assert_int_equal(entries(), 1);
}

/* What is written now, as json-c understands it; to be put. */
static struct json_object *written(void)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root;

	assert_int_equal(publish_state(path, &config, &stats, &about), 0);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, content(), (int)strlen(content()) + 1);
	json_tokener_free(tokener);
	assert_non_null(root);
	assert_true(strlen(content()) && content()[strlen(content()) - 1] == '\n');
	assert_null(strchr(content(), '\n')[1] ? "more than a line" : NULL);
	return root;
}

static void assert_part(const struct json_object *root, const char *pointer, const char *wanted)
{
	struct json_object *part;

	if (json_pointer_get((struct json_object *)root, pointer, &part))
		fail_msg("no %s", pointer);
	assert_string_equal(json_object_to_json_string_ext(part, JSON_C_TO_STRING_NOSLASHESCAPE), wanted);
}

static void state_at_the_start(void **state)
{
	struct json_object *root;

	(void)state;
	stats.hits = 9; /* of an earlier run, whose last one is not known */
	about = (struct publish_about){ .instance = "one", .config = "/etc/x", .event = "nvme:nvme_dup_cqe", .pid = 123,
					.started = 1700000000, .written = 1700000001 };
	root = written();
	assert_part(root, "/version", "\"" DUPCQE_VERSION "\"");
	assert_part(root, "/pid", "123");
	assert_part(root, "/instance", "\"one\"");
	assert_part(root, "/config", "\"/etc/x\"");
	assert_part(root, "/trace", "null");
	assert_part(root, "/started", "1700000000");
	assert_part(root, "/written", "1700000001");
	assert_part(root, "/dry_run", "false");
	assert_part(root, "/frozen", "false");
	assert_part(root, "/persistent", "false");
	assert_part(root, "/event", "{\"name\":\"nvme:nvme_dup_cqe\",\"available\":false,\"source\":null,\"why\":null}");
	assert_part(root, "/hits", "9");
	assert_part(root, "/rules", "[]");
	assert_part(root, "/panic",
		    "{\"allowed\":false,\"crash_kernel\":false,\"way\":null,\"armed\":false,\"why\":null}");
	assert_part(root, "/actions/reset", "{\"ok\":0,\"failed\":0}");
	assert_part(root, "/last_hit", "null");
	assert_int_equal(json_object_object_length(root), 19);
	json_object_put(root);
}

static void state_of_rules(void **state)
{
	static const char *const why[DUPCQE_RULES] = { NULL, "it \"waits\"" };
	struct json_object *root;

	(void)state;
	config.rules = 2;
	strcpy(config.rule[0].name, "first");
	strcpy(config.rule[1].name, "second");
	stats.fired[0] = 4;
	stats.cooled[1] = 5;
	about.armed = 1;
	about.why = why;
	config.panic_allow = true;
	about.panic = (struct publish_panic){ "module", true, "a \"b\"" };
	root = written();
	assert_part(root, "/panic",
		    "{\"allowed\":true,\"crash_kernel\":false,\"way\":\"module\",\"armed\":true,\"why\":\"a "
		    "\\\"b\\\"\"}");
	assert_part(root, "/rules/0",
		    "{\"name\":\"first\",\"mode\":\"armed\",\"why\":null,\"fired\":4,\"cooled_down\":0}");
	assert_part(root, "/rules/1", "{\"name\":\"second\",\"mode\":\"reactive\",\"why\":\"it \\\"waits\\\"\","
				      "\"fired\":0,\"cooled_down\":5}");
	json_object_put(root);
	about.why = NULL;
	root = written();
	assert_part(root, "/rules/1/why", "null");
	json_object_put(root);
}

static void state_of_hits(void **state)
{
	struct json_object *root;

	(void)state;
	stats = (struct engine_stats){ .hits = 1, .lost = 2, .has_event = true, .last_realtime = 1700000002 };
	stats.last.event.has = DUPCQE_BIT(DUPCQE_CID);
	stats.last.event.cid = 4711;
	strcpy(stats.last.identity.serial, "A \"B\"");
	stats.source = HIT_BY_EVENT;
	stats.last.source = HIT_BY_PROBE; /* of before the patched driver was loaded */
	about.source_why = "so \"it\" is";
	stats.failed[ACTION_EXEC] = 3;
	about.undecodable = 4;
	about.dry_run = true;
	about.frozen = true;
	about.trace = "/t/instances/one";
	root = written();
	assert_part(root, "/hits", "1");
	assert_part(root, "/lost", "2");
	assert_part(root, "/undecodable", "4");
	assert_part(root, "/dry_run", "true");
	assert_part(root, "/frozen", "true");
	assert_part(root, "/event/available", "true");
	assert_part(root, "/event/source", "\"event\"");
	assert_part(root, "/event/why", "\"so \\\"it\\\" is\"");
	assert_part(root, "/last_hit/source", "\"probe\"");
	assert_part(root, "/actions/exec/failed", "3");
	assert_part(root, "/last_hit/time", "1700000002");
	assert_part(root, "/trace", "\"/t/instances/one\"");
	assert_part(root, "/last_hit/line", "\"nvme: cmdid=4711\"");
	assert_part(root, "/last_hit/model", "null");
	assert_part(root, "/last_hit/serial", "\"A \\\"B\\\"\"");
	assert_part(root, "/last_hit/event/cid", "4711");
	assert_part(root, "/last_hit/event/qid", "null");
	json_object_put(root);
}

/* All that a path can hold, and the longest one. */
static void state_of_a_strange_path(void **state)
{
	char strange[PATH_MAX + 2];
	struct json_object *root;

	(void)state;
	about.config = "/a \"b\"\\\n\t\x1b[31m\x01\x7f \xc3\xa4 \xff";
	root = written();
	assert_null(strpbrk(content(), "\x1b\x01\x7f\xc3\xff"));
	assert_part(root, "/config", "\"/a \\\"b\\\"\\\\\\n\\t\\u001b[31m\\u0001\x7f \xc3\xa4 \xc3\xbf\"");
	json_object_put(root);
	memset(strange, '\x1b', sizeof(strange) - 1);
	strange[sizeof(strange) - 2] = '\0';
	about.config = strange;
	root = written();
	assert_int_equal(json_object_get_string_len(json_object_object_get(root, "config")), PATH_MAX);
	json_object_put(root);
	strange[sizeof(strange) - 2] = 'x';
	strange[sizeof(strange) - 1] = '\0';
	root = written();
	assert_part(root, "/config", "null");
	json_object_put(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_replaced_as_a_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failure_leaves_what_was_there, setup, teardown),
		cmocka_unit_test_setup_teardown(a_device_is_not_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(a_write_that_failed_is_not_forgotten, setup, teardown),
		cmocka_unit_test_setup_teardown(state_at_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(state_of_rules, setup, teardown),
		cmocka_unit_test_setup_teardown(state_of_hits, setup, teardown),
		cmocka_unit_test_setup_teardown(state_of_a_strange_path, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
