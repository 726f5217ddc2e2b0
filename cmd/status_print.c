// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "plain.h"
#include "status.h"

enum { AGE = 32, WHEN = 64 };

/* "3 min ago", in the largest unit of which there are two. */
static const char *age(int64_t seconds, char ret_age[AGE])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "h" }, { 60, "min" }, { 0, "s" } };
	int i = 0;

	if (seconds < 0)
		return "the clock was set back since";
	while (units[i].seconds && seconds < 2 * units[i].seconds)
		i++;
	snprintf(ret_age, AGE, "%" PRId64 " %s ago", units[i].seconds ? seconds / units[i].seconds : seconds,
		 units[i].name);
	return ret_age;
}

/* "2026-11-23 20:16:37 (3 min ago)" */
static void put_when(int64_t unix_s, int64_t now)
{
	char when[WHEN] = "at an impossible time", ago[AGE];
	time_t seconds = unix_s;
	struct tm tm;
	int64_t passed;

	if (localtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	if (__builtin_sub_overflow(now, unix_s, &passed))
		passed = -1;
	printf("%s (%s)", when, age(passed, ago));
}

static void label(const char *name)
{
	printf("  %-10s ", name);
}

static void put_text(const struct json_object *object, const char *key)
{
	const char *text = state_text(object, key);

	put_plain(stdout, text ? text : "unknown");
}

static void put_daemon(const struct state *state, int64_t now)
{
	printf("nvme-dupcqed ");
	put_text(state->root, "version");
	if (strcmp(state_text(state->root, "instance"), "nvme-dupcqed")) {
		printf(", instance ");
		put_text(state->root, "instance");
	}
	if (state->running) {
		printf(": running since ");
		put_when(state_number(state->root, "started"), now);
		printf(", pid %" PRId64 "\n", state_number(state->root, "pid"));
	} else {
		printf(": not running: process %" PRId64 " is gone\n",
		       state_number(state->root, "pid"));
		printf("what it said last, ");
		put_when(state_number(state->root, "written"), now);
		printf(":\n");
	}
}

/* Of a daemon that tells of it. */
static bool is_probe(const struct json_object *event)
{
	const char *source = state_text(event, "source");

	return source && !strcmp(source, "probe");
}

static void put_why(const struct json_object *event)
{
	const char *why = state_text(event, "why");

	if (!why)
		return;
	printf("; ");
	put_plain(stdout, why);
}

static void put_event(const struct state *state)
{
	const struct json_object *event = state_part(state->root, "event");

	label("event");
	put_text(event, "name");
	if (!state_number(event, "available"))
		printf(": this kernel does not have it now, waiting for it");
	else
		printf(": watching it%s", is_probe(event) ? ", by the probe" : "");
	put_why(event);
	putchar('\n');
}

static void put_modes(const struct state *state)
{
	const char *trace = state_text(state->root, "trace");

	label("config");
	put_text(state->root, "config");
	putchar('\n');
	if (state_number(state->root, "dry_run")) {
		label("dry run");
		printf("actions are logged, not done\n");
	}
	if (!state_number(state->root, "frozen"))
		return;
	label("frozen");
	printf("the history is kept as it is, nothing more is recorded; to go on: echo 1 > ");
	put_plain(stdout, trace ? trace : "TRACE-INSTANCE");
	printf("/tracing_on\n");
}

static void put_hits(const struct state *state)
{
	label("hits");
	printf("%" PRId64 "; records lost: %" PRId64 ", not understood: %" PRId64 "\n",
	       state_number(state->root, "hits"), state_number(state->root, "lost"),
	       state_number(state->root, "undecodable"));
}

static int widest_name(const struct json_object *rules)
{
	size_t i, count = json_object_array_length(rules);
	int width = 0, length;

	for (i = 0; i < count; i++) {
		length = json_object_get_string_len(state_part(json_object_array_get_idx(rules, i), "name"));
		width = length > width && length < AGE ? length : width;
	}
	return width;
}

static void put_rule(const struct json_object *rule, int width)
{
	const char *why = state_text(rule, "why");
	int64_t cooled = state_number(rule, "cooled_down");
	int length = json_object_get_string_len(state_part(rule, "name"));

	put_text(rule, "name");
	printf("%*s  ", length < width ? width - length : 0, "");
	printf("%s fired %" PRId64, strcmp(state_text(rule, "mode"), "armed") ? "reactive," : "armed,   ",
	       state_number(rule, "fired"));
	if (cooled)
		printf(", kept still %" PRId64, cooled);
	if (why) {
		printf("; not armed: ");
		put_plain(stdout, why);
	}
	putchar('\n');
}

static void put_rules(const struct json_object *rules)
{
	size_t i, count = json_object_array_length(rules);
	int width = widest_name(rules);

	label("rules");
	if (!count)
		printf("none\n");
	for (i = 0; i < count; i++) {
		if (i)
			label("");
		put_rule(json_object_array_get_idx(rules, i), width);
	}
}

/* Only where a rule has the action. */
static void put_panic(const struct json_object *panic)
{
	const char *way = panic ? state_text(panic, "way") : NULL, *why = panic ? state_text(panic, "why") : NULL;

	if (!way && !why)
		return;
	label("panic");
	if (state_number(panic, "armed"))
		printf("armed: the kernel does it at the hit, by ");
	else
		printf(way ? "reactive, by " : "refused");
	put_plain(stdout, way ? way : "");
	if (why) {
		printf("; not armed: ");
		put_plain(stdout, why);
	}
	putchar('\n');
}

/* Those that there were. */
static void put_actions(struct json_object *actions)
{
	const char *separator = "";

	label("actions");
	json_object_object_foreach(actions, name, counts) {
		if (!state_number(counts, "ok") && !state_number(counts, "failed"))
			continue;
		printf("%s", separator);
		put_plain(stdout, name);
		printf(" %" PRId64, state_number(counts, "ok"));
		if (state_number(counts, "failed"))
			printf(" and %" PRId64 " FAILED", state_number(counts, "failed"));
		separator = ", ";
	}
	printf("%s\n", *separator ? "" : "none");
}

static void put_last_hit(const struct state *state, int64_t now)
{
	const struct json_object *hit = state_part(state->root, "last_hit");

	label("last hit");
	if (!hit) {
		printf("none\n");
		return;
	}
	put_when(state_number(hit, "time"), now);
	printf(": ");
	put_text(hit, "line");
	if (state_text(hit, "model")) {
		printf(", ");
		put_text(hit, "model");
	}
	if (state_text(hit, "serial")) {
		printf(", serial ");
		put_text(hit, "serial");
	}
	putchar('\n');
}

void status_print(const struct state *state, int64_t now)
{
	put_daemon(state, now);
	put_event(state);
	put_modes(state);
	put_hits(state);
	put_rules(state_part(state->root, "rules"));
	put_panic(state_part(state->root, "panic"));
	put_actions(state_part(state->root, "actions"));
	put_last_hit(state, now);
}
