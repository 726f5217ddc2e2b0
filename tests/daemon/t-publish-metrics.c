// SPDX-License-Identifier: GPL-2.0-or-later
/* The metrics, and the reader that checks their form. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "exposition.h"
#include "publish.h"

static char path[] = "/tmp/t-publish-metrics.XXXXXX";
static struct config config;
static struct engine_stats stats;
static struct publish_about about;
static struct publish *publish;
static char text[131072];

static int setup(void **state)
{
	int fd;

	(void)state;
	memset(&config, 0, sizeof(config));
	memset(&stats, 0, sizeof(stats));
	memset(&about, 0, sizeof(about));
	strcpy(path + sizeof(path) - 7, "XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd) || publish_new(&publish) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	publish_free(publish);
	return unlink(path);
}

/* What is written now; its form is right whatever it is. */
static const char *written(void)
{
	FILE *from;
	const char *wrong;

	assert_int_equal(publish_metrics(publish, path, &config, &stats, &about), 0);
	from = fopen(path, "r");
	assert_non_null(from);
	text[fread(text, 1, sizeof(text) - 1, from)] = '\0';
	fclose(from);
	wrong = exposition_wrong(text);
	assert_string_equal(wrong ? wrong : "", "");
	return text;
}

static void assert_line(const char *in, const char *line)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	if (!strstr(in, whole))
		fail_msg("no line '%s' in:\n%s", line, in);
}

static void count(uint64_t has, int ctrl_id, int qid, int reason)
{
	struct hit hit = { .event = { .has = has, .ctrl_id = ctrl_id, .qid = qid, .reason = reason } };

	publish_count(publish, &hit);
}

enum {
	WHO = 1 << DUPCQE_CTRL_ID | 1 << DUPCQE_QID | 1 << DUPCQE_REASON,
};

static void at_the_start(void **state)
{
	(void)state;
	about.started = 1700000000;
	stats.hits = 9; /* of an earlier run */
	written();
	assert_line(text, "# TYPE nvme_dupcqe_hits_total counter");
	assert_line(text, "nvme_dupcqe_lost_records_total 0");
	assert_line(text, "nvme_dupcqe_undecodable_records_total 0");
	assert_line(text, "nvme_dupcqe_event_available 0");
	assert_line(text, "nvme_dupcqe_source{source=\"event\"} 0");
	assert_line(text, "nvme_dupcqe_source{source=\"probe\"} 0");
	assert_line(text, "nvme_dupcqe_trace_frozen 0");
	assert_line(text, "nvme_dupcqe_start_time_seconds 1700000000");
	assert_line(text, "nvme_dupcqe_build_info{version=\"" DUPCQE_VERSION "\"} 1");
	assert_null(strstr(text, "nvme_dupcqe_hits_total{"));
	assert_null(strstr(text, "last_hit"));
}

static void numbers(void **state)
{
	(void)state;
	config.rules = 2;
	strcpy(config.rule[0].name, "a.b-c_d");
	strcpy(config.rule[1].name, "two");
	stats = (struct engine_stats){ .hits = 3, .lost = 7, .has_event = true,
					.source = HIT_BY_PROBE, .last_realtime = 1700000001 };
	stats.failed[ACTION_EXEC] = 2;
	stats.done[ACTION_PANIC] = 18446744073709551615u;
	stats.fired[0] = 4;
	stats.cooled[1] = 5;
	about.frozen = true;
	about.undecodable = 9;
	written();
	assert_line(text, "nvme_dupcqe_lost_records_total 7");
	assert_line(text, "nvme_dupcqe_undecodable_records_total 9");
	assert_line(text, "nvme_dupcqe_event_available 1");
	assert_line(text, "nvme_dupcqe_source{source=\"event\"} 0");
	assert_line(text, "nvme_dupcqe_source{source=\"probe\"} 1");
	assert_line(text, "nvme_dupcqe_trace_frozen 1");
	assert_line(text, "nvme_dupcqe_actions_total{action=\"exec\",result=\"failed\"} 2");
	assert_line(text, "nvme_dupcqe_actions_total{action=\"panic\",result=\"ok\"} 18446744073709551615");
	assert_line(text, "nvme_dupcqe_rule_fired_total{rule=\"a.b-c_d\"} 4");
	assert_line(text, "nvme_dupcqe_rule_cooled_down_total{rule=\"two\"} 5");
	assert_line(text, "nvme_dupcqe_last_hit_timestamp_seconds 1700000001");
}

static void hits_by_their_labels(void **state)
{
	(void)state;
	count(WHO, 0, 1, DUPCQE_STALE_GENERATION);
	count(WHO, 0, 1, DUPCQE_STALE_GENERATION);
	count(WHO, 3, 0, 200);
	written();
	assert_line(text, "nvme_dupcqe_hits_total{device=\"nvme0\",queue=\"1\",reason=\"stale generation\"} 2");
	assert_line(text, "nvme_dupcqe_hits_total{device=\"nvme3\",queue=\"0\",reason=\"200\"} 1");
}

/* What is not known is not nvme0 and its admin queue. */
static void absent_labels(void **state)
{
	(void)state;
	count(0, 0, 0, 0);
	count(0, 5, 5, 1);
	count(1 << DUPCQE_CTRL_ID, 0, 7, 2);
	count(1 << DUPCQE_QID, 7, 0, 2);
	written();
	assert_line(text, "nvme_dupcqe_hits_total{device=\"unknown\",queue=\"unknown\",reason=\"unknown\"} 2");
	assert_line(text, "nvme_dupcqe_hits_total{device=\"nvme0\",queue=\"unknown\",reason=\"unknown\"} 1");
	assert_line(text, "nvme_dupcqe_hits_total{device=\"unknown\",queue=\"0\",reason=\"unknown\"} 1");
}

/* A hostile device must not fill the memory of whoever collects this. */
static void bounded(void **state)
{
	int qid;

	(void)state;
	for (qid = 0; qid < PUBLISH_SERIES + 5; qid++)
		count(WHO, 0, qid, 1);
	count(WHO, 0, 1, 1);
	written();
	assert_line(text, "nvme_dupcqe_hits_total{device=\"nvme0\",queue=\"1\",reason=\"unknown tag\"} 2");
	assert_line(text, "nvme_dupcqe_hits_total{device=\"nvme0\",queue=\"511\",reason=\"unknown tag\"} 1");
	assert_line(text, "nvme_dupcqe_hits_total{device=\"other\",queue=\"other\",reason=\"other\"} 5");
	assert_null(strstr(text, "queue=\"512\""));
}

static void a_folder_that_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(publish_metrics(publish, "/nonexistent/x.prom", &config, &stats, &about), -ENOENT);
}

/* The reader would see it. */
static void the_reader_is_strict(void **state)
{
	static const char *const wrong[] = {
		"x 1\n", "# HELP x y\nx 1\n", "# TYPE x gauge\nx 1\n", "# HELP x y\n# TYPE x counter\nx 1\n",
		"# HELP x y\n# TYPE x gauge\nx 1", "# HELP x y\n# TYPE x gauge\nx \n", "# HELP x y\n# TYPE x gauge\nx 1 \n",
		"# HELP x y\n# TYPE x gauge\nx{a=\"b} 1\n", "# HELP x y\n# TYPE x gauge\nx{a=\"\\b\"} 1\n",
		"# HELP x y\n# TYPE x gauge\nx{a=\"b\",} 1\n", "# HELP x y\n# TYPE x gauge\nx{} 1\n",
		"# HELP x y\n# TYPE x gauge\nx{a-b=\"\"} 1\n", "# HELP x y\n# TYPE x gauge\nx 1\nx 2\n",
		"# HELP x y\n# TYPE x gauge\nx 1\n# HELP x y\n# TYPE x gauge\nx{a=\"\"} 2\n",
		"# HELP x_total y\n# TYPE x_total gauge\nx_total 1\n", "# HELP x_total y\n# TYPE x_total counter\nx_total -1\n",
		"# HELP x y\n# TYPE x gauge\ny 1\n", "# HELP x y\n# TYPE x gauge\n\n", "# HELP 1x y\n# TYPE 1x gauge\n1x 1\n",
	};
	unsigned int i;

	(void)state;
	assert_null(exposition_wrong("# HELP x y\n# TYPE x gauge\nx{a=\"\\\\\\\"\\n\",b=\"\"} -1.5e3\nx{a=\"\"} 2\n"));
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (!exposition_wrong(wrong[i]))
			fail_msg("not refused: %s", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(at_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(hits_by_their_labels, setup, teardown),
		cmocka_unit_test_setup_teardown(absent_labels, setup, teardown),
		cmocka_unit_test_setup_teardown(bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_is_not_there, setup, teardown),
		cmocka_unit_test(the_reader_is_strict),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("publish: metrics", tests, NULL, NULL);
}
