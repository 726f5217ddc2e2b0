// SPDX-License-Identifier: GPL-2.0-or-later
/* The text format of Prometheus, version 0.0.4. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include "dupcqe/names.h"
#include "hit_fields.h"
#include "publish.h"
#include "replace.h"

/* What a series is counted by. has tells which of it the hits had: what they did not have is 0 here. */
struct series {
	uint64_t has;
	int32_t ctrl_id;
	uint16_t qid;
	uint8_t reason;
	uint64_t hits;
};

struct publish {
	unsigned int count;
	struct series series[PUBLISH_SERIES];
	uint64_t other;		/* hits of combinations that had no room */
};

struct metrics {
	const struct publish *publish;
	const struct config *config;
	const struct engine_stats *stats;
	const struct publish_about *about;
};

int publish_new(struct publish **ret_publish)
{
	struct publish *publish = calloc(1, sizeof(*publish));

	if (!publish)
		return -ENOMEM;
	*ret_publish = publish;
	return 0;
}

void publish_free(struct publish *publish)
{
	free(publish);
}

static struct series series_of(const struct dupcqe_event *event)
{
	const uint64_t labels = DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_QID) | DUPCQE_BIT(DUPCQE_REASON);
	struct series series = { .has = event->has & labels };

	if (dupcqe_has(event, DUPCQE_CTRL_ID))
		series.ctrl_id = event->ctrl_id;
	if (dupcqe_has(event, DUPCQE_QID))
		series.qid = event->qid;
	if (dupcqe_has(event, DUPCQE_REASON))
		series.reason = event->reason;
	return series;
}

static bool is_same(const struct series *a, const struct series *b)
{
	return a->has == b->has && a->ctrl_id == b->ctrl_id && a->qid == b->qid && a->reason == b->reason;
}

static struct series *find_series(struct publish *publish, const struct series *wanted)
{
	struct series *series = publish->series, *end = series + publish->count;

	for (; series < end; series++)
		if (is_same(series, wanted))
			return series;
	if (publish->count == PUBLISH_SERIES)
		return NULL;
	publish->count++;
	*series = *wanted;
	return series;
}

void publish_count(struct publish *publish, const struct hit *hit)
{
	struct series wanted = series_of(&hit->event), *series = find_series(publish, &wanted);

	if (series)
		series->hits++;
	else
		publish->other++;
}

static void head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP nvme_dupcqe_%s %s\n# TYPE nvme_dupcqe_%s %s\n", name, help, name, type);
}

static void put_gauge(FILE *to, const char *name, int64_t value, const char *help)
{
	head(to, name, "gauge", help);
	fprintf(to, "nvme_dupcqe_%s %" PRId64 "\n", name, value);
}

static void put_counter(FILE *to, const char *name, uint64_t value, const char *help)
{
	head(to, name, "counter", help);
	fprintf(to, "nvme_dupcqe_%s %" PRIu64 "\n", name, value);
}

static void put_series(FILE *to, const struct series *series)
{
	char device[16] = "unknown", queue[8] = "unknown", number[8] = "unknown";
	const char *reason = NULL;

	if (series->has & DUPCQE_BIT(DUPCQE_CTRL_ID))
		snprintf(device, sizeof(device), "nvme%d", series->ctrl_id);
	if (series->has & DUPCQE_BIT(DUPCQE_QID))
		snprintf(queue, sizeof(queue), "%u", series->qid);
	if (series->has & DUPCQE_BIT(DUPCQE_REASON)) {
		reason = dupcqe_reason_name(series->reason);
		snprintf(number, sizeof(number), "%u", series->reason);
	}
	fprintf(to, "nvme_dupcqe_hits_total{device=\"%s\",queue=\"%s\",reason=\"%s\"} %" PRIu64 "\n", device, queue,
		reason ? reason : number, series->hits);
}

static void put_hits(FILE *to, const struct publish *publish)
{
	unsigned int i;

	head(to, "hits_total", "counter", "Completions that the driver refused, since the daemon started.");
	for (i = 0; i < publish->count; i++)
		put_series(to, &publish->series[i]);
	if (publish->other)
		fprintf(to, "nvme_dupcqe_hits_total{device=\"other\",queue=\"other\",reason=\"other\"} %" PRIu64 "\n",
			publish->other);
}

/* Names of rules are of letters, digits, "-", "_" and ".": the configuration sees to that. */
static void put_rules(FILE *to, const char *name, const struct config *config, const uint64_t *counts, const char *help)
{
	unsigned int i;

	head(to, name, "counter", help);
	for (i = 0; i < config->rules; i++)
		fprintf(to, "nvme_dupcqe_%s{rule=\"%s\"} %" PRIu64 "\n", name, config->rule[i].name, counts[i]);
}

static void put_actions(FILE *to, const struct engine_stats *stats)
{
	int kind;

	head(to, "actions_total", "counter", "Actions of rules, by result.");
	for (kind = 0; kind < ACTION_KINDS; kind++)
		fprintf(to,
			"nvme_dupcqe_actions_total{action=\"%s\",result=\"ok\"} %" PRIu64 "\n"
			"nvme_dupcqe_actions_total{action=\"%s\",result=\"failed\"} %" PRIu64 "\n",
			action_name(kind), stats->done[kind], action_name(kind), stats->failed[kind]);
}

static void put_source(FILE *to, enum hit_source now)
{
	int source;

	head(to, "source", "gauge", "Where hits come from now: the driver's event or the probe.");
	for (source = HIT_BY_EVENT; source <= HIT_BY_PROBE; source++)
		fprintf(to, "nvme_dupcqe_source{source=\"%s\"} %d\n", hit_source_name(source), source == (int)now);
}

static int write_metrics(FILE *to, const void *context)
{
	const struct metrics *metrics = context;
	const struct engine_stats *stats = metrics->stats;
	const struct publish_about *about = metrics->about;

	put_hits(to, metrics->publish);
	put_counter(to, "lost_records_total", stats->lost, "Records that were lost before they could be read.");
	put_counter(to, "undecodable_records_total", about->undecodable, "Records that were not understood.");
	put_rules(to, "rule_fired_total", metrics->config, stats->fired, "How often a rule fired.");
	put_rules(to, "rule_cooled_down_total", metrics->config, stats->cooled, "How often it kept still to cool down.");
	put_actions(to, stats);
	put_gauge(to, "event_available", stats->has_event, "Whether the running kernel has the event.");
	put_source(to, stats->source);
	put_gauge(to, "trace_frozen", about->frozen, "Whether an action has stopped the recording.");
	put_gauge(to, "start_time_seconds", about->started, "When the daemon started, since 1970.");
	if (stats->last_realtime)
		put_gauge(to, "last_hit_timestamp_seconds", stats->last_realtime, "When the last hit came, since 1970.");
	head(to, "build_info", "gauge", "The version of the daemon.");
	fputs("nvme_dupcqe_build_info{version=\"" DUPCQE_VERSION "\"} 1\n", to);
	return 0;
}

int publish_metrics(const struct publish *publish, const char *path, const struct config *config,
		    const struct engine_stats *stats, const struct publish_about *about)
{
	const struct metrics metrics = { publish, config, stats, about };

	return replace_file(path, 0644, false, write_metrics, &metrics);
}
