// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include "dupcqe/format.h"
#include "dupcqe/json.h"
#include "hit_fields.h"
#include "publish.h"
#include "replace.h"

struct state {
	const struct config *config;
	const struct engine_stats *stats;
	const struct publish_about *about;
};

/* A path can hold anything. None of these is longer than one; NULL is null. */
static void put_string(FILE *to, const char *key, const char *value)
{
	char buffer[DUPCQE_JSON_ROOM(PATH_MAX)] = "null";
	struct dupcqe_text text;

	if (value && strlen(value) <= PATH_MAX) {
		dupcqe_text_init(&text, buffer, sizeof(buffer));
		dupcqe_json_string(&text, value);
	}
	fprintf(to, "\"%s\":%s", key, buffer);
}

static const char *truth(bool value)
{
	return value ? "true" : "false";
}

static const char *known(const char *text)
{
	return *text ? text : NULL;
}

static void put_daemon(FILE *to, const struct publish_about *about)
{
	put_string(to, "version", DUPCQE_VERSION);
	fprintf(to, ",\"pid\":%d,", (int)about->pid);
	put_string(to, "instance", about->instance);
	putc(',', to);
	put_string(to, "config", about->config);
	putc(',', to);
	put_string(to, "trace", about->trace);
	fprintf(to, ",\"started\":%" PRId64 ",\"written\":%" PRId64 ",\"dry_run\":%s,\"frozen\":%s,\"persistent\":%s",
		about->started, about->written, truth(about->dry_run), truth(about->frozen), truth(about->persistent));
}

static void put_event(FILE *to, const struct state *state)
{
	const struct engine_stats *stats = state->stats;

	fputs(",\"event\":{", to);
	put_string(to, "name", state->about->event);
	fprintf(to, ",\"available\":%s,", truth(stats->has_event));
	put_string(to, "source", hit_source_name(stats->source));
	putc(',', to);
	put_string(to, "why", state->about->source_why ? known(state->about->source_why) : NULL);
	fprintf(to, "},\"hits\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"undecodable\":%" PRIu64, stats->hits, stats->lost,
		state->about->undecodable);
}

static void put_rule(FILE *to, const struct state *state, unsigned int rule)
{
	const struct publish_about *about = state->about;

	putc('{', to);
	put_string(to, "name", state->config->rule[rule].name);
	fprintf(to, ",\"mode\":\"%s\",", about->armed >> rule & 1 ? "armed" : "reactive");
	put_string(to, "why", about->why ? about->why[rule] : NULL);
	fprintf(to, ",\"fired\":%" PRIu64 ",\"cooled_down\":%" PRIu64 "}", state->stats->fired[rule],
		state->stats->cooled[rule]);
}

static void put_rules(FILE *to, const struct state *state)
{
	unsigned int rule;

	fputs(",\"rules\":[", to);
	for (rule = 0; rule < state->config->rules; rule++) {
		if (rule)
			putc(',', to);
		put_rule(to, state, rule);
	}
	putc(']', to);
}

static void put_panic(FILE *to, const struct config *config, const struct publish_panic *panic)
{
	fprintf(to, ",\"panic\":{\"allowed\":%s,\"crash_kernel\":%s,", truth(config->panic_allow),
		truth(config->panic_require_crash_kernel));
	put_string(to, "way", panic->way);
	fprintf(to, ",\"armed\":%s,", truth(panic->armed));
	put_string(to, "why", panic->why);
	putc('}', to);
}

static void put_actions(FILE *to, const struct engine_stats *stats)
{
	int kind;

	fputs(",\"actions\":{", to);
	for (kind = 0; kind < ACTION_KINDS; kind++)
		fprintf(to, "%s\"%s\":{\"ok\":%" PRIu64 ",\"failed\":%" PRIu64 "}", kind ? "," : "", action_name(kind),
			stats->done[kind], stats->failed[kind]);
	putc('}', to);
}

/* The hit as a line, for people, and as it is. */
static void put_hit(FILE *to, const struct hit *hit)
{
	char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_line(&text, &hit->event);
	put_string(to, "line", buffer);
	putc(',', to);
	put_string(to, "model", known(hit->identity.model));
	putc(',', to);
	put_string(to, "serial", known(hit->identity.serial));
	putc(',', to);
	put_string(to, "source", hit_source_name(hit->source));
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_json(&text, &hit->event);
	fprintf(to, ",\"event\":%s", buffer);
}

static void put_last_hit(FILE *to, const struct engine_stats *stats)
{
	if (!stats->last_realtime) {
		fputs(",\"last_hit\":null", to);
		return;
	}
	fprintf(to, ",\"last_hit\":{\"time\":%" PRId64 ",", stats->last_realtime);
	put_hit(to, &stats->last);
	putc('}', to);
}

static int write_state(FILE *to, const void *context)
{
	const struct state *state = context;

	putc('{', to);
	put_daemon(to, state->about);
	putc(',', to);
	put_string(to, "snapshots", state->config->snapshot_dir);
	put_event(to, state);
	put_rules(to, state);
	put_panic(to, state->config, &state->about->panic);
	put_actions(to, state->stats);
	put_last_hit(to, state->stats);
	fputs("}\n", to);
	return 0;
}

int publish_state(const char *path, const struct config *config, const struct engine_stats *stats,
		  const struct publish_about *about)
{
	const struct state state = { config, stats, about };

	return replace_file(path, 0644, false, write_state, &state);
}
