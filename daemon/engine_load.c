// SPDX-License-Identifier: GPL-2.0-or-later
/* What is made from a configuration, and how one takes another one's place. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine_state.h"
#include "journal.h"
#include "notify.h"

static void say_event(const struct engine *engine, const char *why)
{
	static const char *const formats[] = {
		[HIT_BY_NOBODY] = "this kernel has no event %s now: waiting for it%s%s",
		[HIT_BY_EVENT] = "watching the event %s%s%s",
		[HIT_BY_PROBE] = "watching the event %s, by the probe%s%s",
	};

	journal_printf(LOG_NOTICE, JOURNAL_PLAIN, formats[engine->stats.source], engine->options->event,
		       *why ? "; " : "", why);
}

static void on_event(void *context, enum hit_source source, const char *why)
{
	struct engine *engine = context;

	engine->stats.has_event = source != HIT_BY_NOBODY;
	engine->stats.source = source;
	/* its trigger file is another one */
	panic_arm_refresh(&engine->panic, true);
	say_event(engine, why);
	engine_changed(engine);
	if (engine->source)
		engine_arm(engine);
}

static bool is_saving(void *context)
{
	(void)context;
	return action_snapshot_running();
}

static int make_rules(const struct config *config, struct dupcqe_rules **ret_rules)
{
	struct dupcqe_rule rule[DUPCQE_RULES];
	unsigned int i;

	for (i = 0; i < config->rules; i++)
		rule[i] = config->rule[i].rule;
	return dupcqe_rules_new(rule, config->rules, ret_rules);
}

static void say_lines(char *text)
{
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			journal_printf(strstr(line, ": warning: ") ? LOG_WARNING : LOG_ERR, JOURNAL_CONFIG, "%s", line);
}

/* What is wrong goes to the log, line by line. */
static int read_config(const char *path, struct config **ret_config)
{
	char *text = NULL;
	size_t size;
	FILE *errors = open_memstream(&text, &size);
	int err;

	if (!errors)
		return -errno;
	err = config_read(path, errors, ret_config);
	fclose(errors);
	say_lines(text);
	free(text);
	return err;
}

static int read_all(const struct engine *engine, struct config **ret_config, struct dupcqe_rules **ret_rules)
{
	struct config *config;
	int err = read_config(engine->options->config, &config);

	if (err)
		return err;
	err = make_rules(config, ret_rules);
	if (err)
		config_free(config);
	else
		*ret_config = config;
	return err;
}

static int open_source(struct engine *engine)
{
	const struct source_calls calls = {
		engine, engine_on_hit, engine_on_lost, engine_on_suppressed, on_event, engine_on_last_boot,
		is_saving, engine_on_recorded,
	};
	const struct options *options = engine->options;
	int err;

	/* its only hit is a made-up one */
	if (options->test_fire)
		engine->config->source = SOURCE_EVENT;
	err = source_open(options->tracefs, options->instance, options->event, engine->config,
			      engine->room.epoll_fd, &calls, &engine->source);

	if (!err)
		engine->room.instance = source_path(engine->source);
	return err;
}

/* It may never come to that: the buffers need not be full. */
static void say_if_too_large(const struct config *config)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned long long all = (cpus > 0 ? cpus : 1) * config->buffer_size;

	if (all > config->snapshot_max_bytes)
		journal_printf(LOG_WARNING, JOURNAL_CONFIG,
			       "buffer-size is %llu bytes on all CPUs, but max-bytes is %llu: a snapshot of full "
			       "buffers is not saved",
			       all, (unsigned long long)config->snapshot_max_bytes);
}

static void put_in_force(struct engine *engine, struct config *config, struct dupcqe_rules *rules)
{
	dupcqe_rules_free(engine->rules);
	config_free(engine->config);
	engine->config = config;
	engine->rules = rules;
	engine->room.config = config;
	action_panic_renew(&engine->room);
	say_if_too_large(config);
	engine->still = 0;
	engine->said = 0;
}

int engine_load(struct engine *engine)
{
	struct dupcqe_rules *rules;
	struct config *config;
	int err = read_all(engine, &config, &rules);

	/* the log has what it is: nothing that trying again would mend */
	if (err)
		return err == -ENOMEM ? err : -EINVAL;
	put_in_force(engine, config, rules);
	err = open_source(engine);
	if (err)
		return err;
	engine_lastboot_begin(engine);
	engine_arm_later(engine);
	if (engine->lost_early)
		engine_on_lost(engine, engine->lost_early);
	return 0;
}

/* A rule that is there under the same name goes on with its figures. */
static void carry_figures(struct engine *engine, const struct config *from, const struct config *to)
{
	const struct engine_stats before = engine->stats;
	unsigned int i, k;

	memset(engine->stats.fired, 0, sizeof(engine->stats.fired));
	memset(engine->stats.cooled, 0, sizeof(engine->stats.cooled));
	for (i = 0; i < to->rules; i++)
		for (k = 0; k < from->rules; k++)
			if (!strcmp(to->rule[i].name, from->rule[k].name)) {
				engine->stats.fired[i] = before.fired[k];
				engine->stats.cooled[i] = before.cooled[k];
			}
}

/* Another clock or size empties the buffers, and with them what is being saved, or was just taken and is to be. */
static bool has_to_wait(struct engine *engine, const struct config *config)
{
	if (!source_would_empty(engine->source, config))
		return false;
	if (engine_kernel_took_it(engine))
		source_ready(engine->source); /* its hit begins the saving */
	return action_snapshot_running();
}

static void change_to(struct engine *engine, struct config *config, struct dupcqe_rules *rules)
{
	int err;

	carry_figures(engine, engine->config, config);
	put_in_force(engine, config, rules);
	/* what it forbids ends at once */
	panic_arm_refresh(&engine->panic, true);
	engine_plan(engine);
	err = source_reload(engine->source, config);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_CONFIG,
			       "the new rules are in force, but not all that [daemon] says of the trace: %s",
			       strerror(-err));
	journal_printf(LOG_NOTICE, JOURNAL_CONFIG, "read '%s' anew", engine->options->config);
	engine_arm_later(engine);
}

static void take_or_wait(struct engine *engine, struct config *config, struct dupcqe_rules *rules)
{
	engine->reload_waits = has_to_wait(engine, config);
	if (!engine->reload_waits) {
		change_to(engine, config, rules);
		return;
	}
	journal_printf(LOG_NOTICE, JOURNAL_CONFIG, "'%s' is read anew as soon as the snapshot is saved",
		       engine->options->config);
	/* but what it forbids it forbids now: that may take as long as a disk hangs */
	if (!config->panic_allow || config->panic_mode == PANIC_REACTIVE) {
		engine->panic.refused = "the configuration that is to come does not allow it";
		engine_plan(engine);
	}
	dupcqe_rules_free(rules);
	config_free(config);
}

void engine_reload(struct engine *engine)
{
	struct dupcqe_rules *rules;
	struct config *config;
	int err;

	notify_reloading();
	err = read_all(engine, &config, &rules);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_CONFIG, "'%s' is refused, the old rules stay in force: %s",
			       engine->options->config, err == -EINVAL ? "see above" : strerror(-err));
	else
		take_or_wait(engine, config, rules);
	engine_show(engine);
}
