// SPDX-License-Identifier: GPL-2.0-or-later
/* nvme-dupcqe doctor */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "doctor.h"
#include "doctor_print.h"

static bool always(const struct machine *machine)
{
	(void)machine;
	return true;
}

static bool never(const struct machine *machine)
{
	(void)machine;
	return false;
}

static bool if_panic(const struct machine *machine)
{
	return machine->panic_wanted;
}

static bool if_panic_is_to_dump(const struct machine *machine)
{
	return machine->panic_wanted && machine_flag(machine, "panic", "crash_kernel") != 0;
}

/* What has been started is meant to run. */
static bool if_daemon_started(const struct machine *machine)
{
	return machine->daemon_err != -ENOENT;
}

/* In the order of the way of a hit: seen, recorded, saved, stopped, dumped. */
static const struct {
	const char *name;
	bool (*needed)(const struct machine *machine);
	check_function *check;
} checks[] = {
	{ "event", always, check_event },
	{ "probe", never, check_probe },
	{ "guard", never, check_guard },
	{ "recording", always, check_recording },
	{ "daemon", if_daemon_started, check_daemon },
	{ "history", never, check_history },
	{ "snapshot-space", never, check_snapshot_space },
	{ "plugin", never, check_plugin },
	{ "lockdown", always, check_lockdown },
	{ "panic", if_panic, check_panic },
	{ "instant-panic", never, check_instant },
	{ "sysrq", never, check_sysrq },
	{ "crash-kernel", if_panic_is_to_dump, check_crash_kernel },
	{ "crash-space", never, check_crash_space },
	{ "iommu", never, check_iommu },
	{ "persistent", never, check_persistent },
	{ "pstore", never, check_pstore },
	{ "trace-dump", never, check_trace_dump },
	{ "reboot", never, check_reboot },
	{ "oops", never, check_oops },
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

static void examine(const struct machine *machine, struct report reports[CHECKS])
{
	struct report *report;
	int i;

	for (i = 0; i < CHECKS; i++) {
		report = &reports[i];
		*report = (struct report){ .name = checks[i].name, .needed = checks[i].needed(machine) };
		checks[i].check(machine, &report->finding);
		if (report->finding.state == FINDING_MISSING && !report->needed)
			report->finding.state = FINDING_ADVICE;
	}
}

static int status_of(const struct report reports[CHECKS])
{
	int i, status = EXIT_OK;

	for (i = 0; i < CHECKS; i++) {
		if (reports[i].finding.state == FINDING_MISSING)
			return EXIT_FAILED;
		if (reports[i].finding.state == FINDING_UNKNOWN && reports[i].needed)
			status = EXIT_UNKNOWN;
	}
	return status;
}

static int diagnose(struct machine *machine, bool json)
{
	struct report reports[CHECKS];

	machine_ask(machine);
	examine(machine, reports);
	machine_free(machine);
	if (json)
		print_reports_json(reports, CHECKS);
	else
		print_reports(reports, CHECKS);
	return status_of(reports);
}

int doctor_command(int argc, char **argv)
{
	const char *root = "/", *instance = "nvme-dupcqed";
	struct machine machine = { 0 };
	bool json = false;
	const struct command_option options[] = {
		{ "json", NULL, "an array of objects: check, state, needed, found, advice", &json, NULL },
		{ "instance", "NAME", "of the trace instance of another daemon (nvme-dupcqed)", NULL, &instance },
		{ "root", "DIR", "where proc, sys, run, usr and var are (/); for tests", NULL, &root },
		{ NULL, NULL, NULL, NULL, NULL },
	};
	const struct command_help help = {
		.name = "doctor",
		.does = "Checks what this machine has to keep the scene of a duplicate completion,\n"
			"and says what to do. Changes nothing.",
		.ends = "exit status: 0 all that is needed is there, 1 something needed is missing,\n"
			"             2 wrong command line, 4 something needed could not be looked at (not root?)",
		.options = options,
	};
	int status = command_options(argc, argv, &help);

	if (status >= 0)
		return status;
	if (!*instance || *instance == '.' || strchr(instance, '/') || strlen(instance) > 64)
		return complain(EXIT_WRONG, "'%s' is not the name of an instance", instance);
	machine.instance = instance;
	machine.root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (machine.root < 0)
		return complain(EXIT_WRONG, "cannot open '%s': %s", root, strerror(errno));
	return diagnose(&machine, json);
}
