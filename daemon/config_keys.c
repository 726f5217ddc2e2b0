// SPDX-License-Identifier: GPL-2.0-or-later
/* Every key: its section, type, limits and default. */
#include <errno.h>
#include <string.h>
#include "config_parse.h"

#define SECOND		    UINT64_C(1000000000)
#define MINUTE		    (60 * SECOND)
#define DAY		    (86400 * SECOND)
#define KIB		    (UINT64_C(1) << 10)
#define MIB		    (UINT64_C(1) << 20)
#define GIB		    (UINT64_C(1) << 30)
#define TIB		    (UINT64_C(1) << 40)
#define CONFIG(member)	    offsetof(struct config, member)
#define RULE(member)	    offsetof(struct rule_draft, of.member)
#define MATCH		    RULE(rule.match)
#define LIMITS(least, most) .min = (least), .max = (most)
#define CRITERION(which)    .criterion = DUPCQE_BY_##which, .of_hit = true

const char *const config_sections[SECTION_NONE] = {
	[SECTION_DAEMON] = "daemon", [SECTION_SNAPSHOTS] = "snapshots", [SECTION_EXEC] = "exec",
	[SECTION_PANIC] = "panic",   [SECTION_RULE] = "rule",
};

/* clang-format off */
const struct config_key config_keys[] = {
	{ "source", SECTION_DAEMON, config_parse_source, CONFIG(source), .fallback = "auto" },
	{ "history", SECTION_DAEMON, config_parse_history, 0, .fallback = "nvme", .adds = true },
	{ "buffer-size", SECTION_DAEMON, config_parse_size, CONFIG(buffer_size),
	  LIMITS(64 * KIB, GIB), .fallback = "1M" },
	{ "clock", SECTION_DAEMON, config_parse_clock, CONFIG(clock), .fallback = "mono" },
	{ "metrics-file", SECTION_DAEMON, config_parse_path, CONFIG(metrics_file), .fallback = "none" },

	{ "directory", SECTION_SNAPSHOTS, config_parse_path, CONFIG(snapshot_dir), .min = 1,
	  .fallback = "/var/lib/nvme-dupcqed/snapshots" },
	{ "max-number", SECTION_SNAPSHOTS, config_parse_number, CONFIG(snapshot_max_number),
	  LIMITS(1, 10000), .fallback = "32" },
	{ "max-bytes", SECTION_SNAPSHOTS, config_parse_size, CONFIG(snapshot_max_bytes),
	  LIMITS(MIB, 1024 * TIB), .fallback = "1G" },
	{ "max-age", SECTION_SNAPSHOTS, config_parse_duration, CONFIG(snapshot_max_age_ns),
	  LIMITS(MINUTE, 3650 * DAY), .fallback = "90d" },
	{ "min-free", SECTION_SNAPSHOTS, config_parse_size, CONFIG(snapshot_min_free),
	  LIMITS(0, 1024 * TIB), .fallback = "512M" },

	{ "time-limit", SECTION_EXEC, config_parse_duration, CONFIG(exec_time_limit_ns),
	  LIMITS(SECOND / 1000, DAY), .fallback = "30s" },
	{ "kill-after", SECTION_EXEC, config_parse_duration, CONFIG(exec_kill_after_ns),
	  LIMITS(SECOND / 1000, 60 * MINUTE), .fallback = "5s" },
	{ "max-running", SECTION_EXEC, config_parse_number, CONFIG(exec_max_running),
	  LIMITS(1, 64), .fallback = "4" },

	{ "allow-panic", SECTION_PANIC, config_parse_bool, CONFIG(panic_allow), .fallback = "no" },
	{ "mode", SECTION_PANIC, config_parse_mode, CONFIG(panic_mode), .fallback = "auto" },
	{ "require-crash-kernel", SECTION_PANIC, config_parse_bool, CONFIG(panic_require_crash_kernel),
	  .fallback = "yes" },
	/* never 0: somebody has to get in between two panics */
	{ "min-uptime", SECTION_PANIC, config_parse_duration, CONFIG(panic_min_uptime_ns),
	  LIMITS(MINUTE, 365 * DAY), .fallback = "10min" },
	{ "max-per-day", SECTION_PANIC, config_parse_number, CONFIG(panic_max_per_day),
	  LIMITS(0, 24), .fallback = "1" },
	{ "inhibit-file", SECTION_PANIC, config_parse_seen_path, CONFIG(panic_inhibit_file), .min = 1,
	  .fallback = "/run/nvme-dupcqed/inhibit-panic" },

	{ "enabled", SECTION_RULE, config_parse_bool, offsetof(struct rule_draft, enabled),
	  .fallback = "yes" },
	{ "on", SECTION_RULE, config_parse_on, RULE(rule.on), .fallback = "hit" },
	{ "controller", SECTION_RULE, config_parse_pattern, MATCH,
	  .hint = "nvme0, nvme[0-3] or nvme*", CRITERION(CONTROLLER) },
	{ "address", SECTION_RULE, config_parse_pattern, MATCH,
	  .hint = "0000:01:00.0 or 0000:01:*", CRITERION(ADDRESS) },
	{ "model", SECTION_RULE, config_parse_pattern, MATCH, .hint = "ACME SSD*",
	  CRITERION(MODEL) },
	{ "serial", SECTION_RULE, config_parse_pattern, MATCH, .hint = "S4EW*",
	  CRITERION(SERIAL) },
	{ "transport", SECTION_RULE, config_parse_pattern, MATCH,
	  .hint = "pcie or tcp", CRITERION(TRANSPORT) },
	{ "qid", SECTION_RULE, config_parse_ranges, MATCH, LIMITS(0, UINT16_MAX),
	  .hint = "1-8, 16", CRITERION(QID) },
	{ "cid", SECTION_RULE, config_parse_ranges, MATCH, LIMITS(0, UINT16_MAX),
	  .hint = "0, 0x1000-0x1fff", CRITERION(CID) },
	{ "status", SECTION_RULE, config_parse_ranges, MATCH, LIMITS(0, UINT16_MAX >> 1),
	  .hint = "0, 0x100-0x1ff", CRITERION(STATUS) },
	{ "reason", SECTION_RULE, config_parse_reasons, MATCH, LIMITS(1, UINT8_MAX),
	  CRITERION(REASON) },
	{ "threshold", SECTION_RULE, config_parse_threshold, RULE(rule),
	  LIMITS(SECOND / 1000000, 365 * DAY), .fallback = "1 in 1s" },
	{ "per", SECTION_RULE, config_parse_scope, RULE(rule.scope), .fallback = "total" },
	{ "cooldown", SECTION_RULE, config_parse_duration, RULE(rule.cooldown_ns),
	  LIMITS(0, 365 * DAY), .fallback = "0" },
	{ "action", SECTION_RULE, config_parse_action, 0, .adds = true },
};
/* clang-format on */

const size_t config_keys_count = sizeof(config_keys) / sizeof(config_keys[0]);

_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) < CONFIG_KEYS_MAX,
	       "CONFIG_KEYS_MAX is too small");

static const struct config_key *find_key(enum config_section section, const char *name)
{
	size_t i;

	for (i = 0; i < config_keys_count; i++)
		if (config_keys[i].section == section && strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	return NULL;
}

static void key_names(enum config_section section, const char *names[CONFIG_KEYS_MAX])
{
	size_t i, count = 0;

	for (i = 0; i < config_keys_count; i++)
		if (config_keys[i].section == section)
			names[count++] = config_keys[i].name;
	names[count] = NULL;
}

static void unknown_key(struct config_parse *parse, const char *name)
{
	const char *names[CONFIG_KEYS_MAX], *nearest, *section = config_sections[parse->section];
	unsigned int other;

	for (other = 0; other < SECTION_NONE; other++) {
		if (!find_key(other, name))
			continue;
		config_problem(parse, -EINVAL, "unknown key '%.40s' in [%s]: it goes into [%s]",
			       name, section,
			       other == SECTION_RULE ? "rule NAME" : config_sections[other]);
		return;
	}
	key_names(parse->section, names);
	nearest = config_nearest(name, names);
	if (nearest)
		config_problem(parse, -EINVAL, "unknown key '%.40s' in [%s]: did you mean '%s'?",
			       name, section, nearest);
	else
		config_problem(
			parse, -EINVAL,
			"unknown key '%.40s' in [%s]: expected %s or another key of this section",
			name, section, names[0]);
}

static void *place_of(struct config_parse *parse, const struct config_key *key)
{
	char *base = key->section == SECTION_RULE ? (char *)&parse->draft : (char *)parse->config;

	return base + key->offset;
}

static void parse_value(struct config_parse *parse, const struct config_key *key, const char *text,
			bool again)
{
	char buffer[300];
	struct dupcqe_text expected;
	struct config_value value = {
		.key = key,
		.text = text,
		.at = place_of(parse, key),
		.again = again,
		.expected = &expected,
		.parse = parse,
	};

	dupcqe_text_init(&expected, buffer, sizeof(buffer));
	if (!key->parse(&value))
		config_problem(parse, -EINVAL, "%s '%.80s': expected %s", key->name, text, buffer);
}

void config_set_defaults(struct config_parse *parse, enum config_section section)
{
	size_t i;

	for (i = 0; i < config_keys_count; i++) {
		if (config_keys[i].section != section)
			continue;
		parse->set[i] = (struct config_place){NULL, 0};
		if (config_keys[i].fallback)
			parse_value(parse, &config_keys[i], config_keys[i].fallback, false);
	}
}

void config_set(struct config_parse *parse, const char *name, const char *text)
{
	const struct config_key *key = find_key(parse->section, name);
	struct config_place *set;
	bool again;

	if (!key) {
		unknown_key(parse, name);
		return;
	}
	set = &parse->set[key - config_keys];
	again = set->file == parse->at.file;
	if (again && !key->adds)
		config_problem(parse, -EINVAL,
			       "%s is already set, in line %u: expected it once in a section", name,
			       set->line);
	else
		parse_value(parse, key, text, again);
	*set = parse->at;
}
