// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "engine.h"
#include "journal.h"

/* The only place that names them: no test is linked with this file. */
static const struct action_paths paths = {
	.sysrq_trigger = "/proc/sysrq-trigger",
	.kmsg = "/dev/kmsg",
	.boot_id = "/proc/sys/kernel/random/boot_id",
	.sysfs = "/sys",
	.state_dir = "/var/lib/nvme-dupcqed",
	.run_dir = "/run/nvme-dupcqed",
	.pstore_moved = "/var/lib/systemd/pstore",
	.tracefs = "/sys/kernel/tracing",
};

enum { STATUS_OK, STATUS_FAILED, STATUS_WRONG };

static int check_config(const char *path)
{
	struct config *config;
	int err = config_read(path, stderr, &config);

	if (err)
		return STATUS_WRONG;
	printf("%s: %u rules, nothing wrong\n", path, config->rules);
	config_free(config);
	return STATUS_OK;
}

static int status_of(int err)
{
	if (!err)
		return STATUS_OK;
	return err == -EINVAL || err == -EPERM || err == -ENOENT ? STATUS_WRONG : STATUS_FAILED;
}

static int test_fire(struct engine *engine, const char *rule)
{
	int err = engine_test_fire(engine, rule);

	engine_free(engine, true);
	return status_of(err);
}

/* What it cannot go on with leaves the instances as they are: the next one takes them over. */
static int serve(struct engine *engine)
{
	int err = engine_run(engine);

	engine_free(engine, !err);
	if (err)
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "ended: %s", strerror(-err));
	else
		journal_printf(LOG_NOTICE, JOURNAL_STOPPED, "stopped");
	return err ? STATUS_FAILED : STATUS_OK;
}

static int run(const struct options *options)
{
	struct engine *engine;
	int err = engine_new(options, &paths, &engine);

	if (err) {
		journal_printf(LOG_ERR, JOURNAL_PLAIN, "cannot start: %s%s",
			       err == -EINVAL ? "see above" : strerror(-err), geteuid() ? " (root is needed)" : "");
		return err == -EINVAL ? STATUS_WRONG : STATUS_FAILED;
	}
	return options->test_fire ? test_fire(engine, options->test_fire) : serve(engine);
}

int main(int argc, char **argv)
{
	struct options options;
	int status = options_parse(argc, argv, &options);

	if (status >= 0)
		return status;
	if (options.check_config)
		return check_config(options.config);
	journal_open(options.foreground || options.test_fire);
	umask(022);
	return run(&options);
}
