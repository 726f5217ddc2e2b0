// SPDX-License-Identifier: GPL-2.0-or-later
/* nvme-dupcqe status */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "command.h"
#include "status.h"

#define RUN_DIR "/run/nvme-dupcqed"
#define INSTANCE "nvme-dupcqed"

/* The file as it is and one key more, in front of the last brace. */
static void print_json(const struct state *state)
{
	const char *end = strrchr(state->text, '}');

	printf("%.*s,\"running\":%s}\n", (int)(end - state->text), state->text, state->running ? "true" : "false");
}

static int show(const char *run_dir, const char *instance, bool json)
{
	char path[PATH_MAX];
	struct state state;
	int status;

	if (snprintf(path, sizeof(path), "%s/%s.json", run_dir, instance) >= (int)sizeof(path))
		return complain(EXIT_WRONG, "the folder's name is too long");
	status = state_read(path, &state);
	if (status)
		return status;
	if (json)
		print_json(&state);
	else
		status_print(&state, time(NULL));
	status = state.running ? EXIT_OK : EXIT_NOT_RUNNING;
	state_free(&state);
	return status;
}

int status_command(int argc, char **argv)
{
	const char *run_dir = RUN_DIR, *instance = INSTANCE;
	bool json = false;
	const struct command_option options[] = {
		{ "json", NULL, "the daemon's state file, and whether it is running", &json, NULL },
		{ "instance", "NAME", "of the trace instance of another daemon (" INSTANCE ")", NULL, &instance },
		{ "run-dir", "DIR", "where the state files are (" RUN_DIR "); for tests", NULL, &run_dir },
		{ NULL, NULL, NULL, NULL, NULL },
	};
	const struct command_help help = {
		.name = "status",
		.does = "Tells what the daemon nvme-dupcqed is doing, what it has seen and what it has done.",
		.ends = "exit status: 0 it is running, 3 it is not, 4 its state is not known, 2 wrong command line",
		.options = options,
	};
	int status = command_options(argc, argv, &help);

	if (status >= 0)
		return status;
	if (!*instance || *instance == '.' || strchr(instance, '/'))
		return complain(EXIT_WRONG, "'%s' is not the name of an instance", instance);
	return show(run_dir, instance, json);
}
