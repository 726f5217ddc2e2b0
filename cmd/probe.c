// SPDX-License-Identifier: GPL-2.0-or-later
/* nvme-dupcqe probe */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "probe.h"

enum { LEFT = 12 };

struct probe_run {
	struct dupcqe_probe_place place;
	struct dupcqe_probe_found found;
	const char *event; /* of filter: "hit", "why" */
};

static void print_next(void)
{
	printf("record it with: trace-cmd record -e nvme:nvme_dup_cqe -f \"$(nvme-dupcqe probe filter)\"\n");
}

static int add(struct probe_run *run)
{
	enum dupcqe_probe_answer answer = dupcqe_probe_add(&run->place, &run->found);

	if (dupcqe_probe_failed(answer))
		return probe_complain(&run->found);
	puts(dupcqe_probe_text(answer));
	probe_print_left_out(&run->found);
	if (run->found.outdated)
		puts("it was made for other modules than are loaded now, and is in use: stop recording, then 'probe add' again");
	if (answer != DUPCQE_PROBE_PATCHED)
		print_next();
	return EXIT_OK;
}

static int take_away(struct probe_run *run)
{
	run->found.answer = dupcqe_probe_remove(&run->place);
	if (run->found.answer == DUPCQE_PROBE_BUSY)
		dupcqe_probe_users(&run->place, run->found.refused, sizeof(run->found.refused));
	if (dupcqe_probe_failed(run->found.answer))
		return probe_complain(&run->found);
	puts(dupcqe_probe_text(run->found.answer));
	return EXIT_OK;
}

static void print_outdated(const struct dupcqe_probe_found *found)
{
	if (found->outdated)
		puts("it is not whole, or was made for other modules than are loaded now: 'probe add' makes it anew");
}

static int test(struct probe_run *run)
{
	enum dupcqe_probe_answer answer = dupcqe_probe_look(&run->place, &run->found);

	if (dupcqe_probe_failed(answer))
		return probe_complain(&run->found);
	puts(answer == DUPCQE_PROBE_ADDED ? "the probe can be made: everything it needs is there" :
					    dupcqe_probe_text(answer));
	print_outdated(&run->found);
	if (answer == DUPCQE_PROBE_ADDED)
		probe_print_found(&run->found);
	return EXIT_OK;
}

static int show(struct probe_run *run)
{
	enum dupcqe_probe_answer answer = dupcqe_probe_look(&run->place, &run->found);

	if (dupcqe_probe_failed(answer))
		return probe_complain(&run->found);
	puts(answer == DUPCQE_PROBE_ADDED ? dupcqe_probe_text(DUPCQE_PROBE_ABSENT) : dupcqe_probe_text(answer));
	print_outdated(&run->found);
	if (answer == DUPCQE_PROBE_THERE) {
		probe_print_found(&run->found);
		probe_print_use(&run->place, run->found.tracefs);
	}
	return EXIT_OK;
}

static int filter(struct probe_run *run)
{
	static const char *const names[DUPCQE_PROBE_EVENTS] = {
		[DUPCQE_PROBE_HIT] = "hit",
		[DUPCQE_PROBE_WHY] = "why",
	};
	int i;

	for (i = 0; run->event && i < DUPCQE_PROBE_EVENTS && strcmp(run->event, names[i]); i++)
		continue;
	if (i == DUPCQE_PROBE_EVENTS)
		return complain(EXIT_WRONG, "'%s' is not an event of the probe: hit, why", run->event);
	puts(dupcqe_probe_filter(i));
	return EXIT_OK;
}

static const struct action {
	const char *name, *does, *ends;
	int (*run)(struct probe_run *run);
} actions[] = {
	{ "add", "Makes the event nvme:nvme_dup_cqe on a kernel whose driver does not have it.",
	  "exit status: 0 the event is there, 1 it cannot be made, 2 wrong command line", add },
	{ "remove", "Takes away what 'probe add' made, and nothing else.",
	  "exit status: 0 it is gone, or was not there, 1 it is in use, or another's, 2 wrong command line", take_away },
	{ "show", "Tells whether the event is there, whose it is, and what the probe is made of.",
	  "exit status: 0 it has been told, 1 the event cannot be made, 2 wrong command line", show },
	{ "test", "Tells whether 'probe add' would work on this kernel, and changes nothing.",
	  "exit status: 0 it would, or nothing is needed, 1 it would not, 2 wrong command line", test },
	{ "filter", "Prints the filter that a recording wants, for trace-cmd record -f: 'hit' (the default) or 'why'.",
	  "exit status: 0, 2 wrong command line", filter },
};

enum { ACTIONS = sizeof(actions) / sizeof(actions[0]) };

static int run_action(const struct action *action, int argc, char **argv)
{
	static struct probe_run run;
	const struct command_option options[] = {
		{ "root", "FOLDER", "the folder that stands for /; for tests", NULL, &run.place.root },
		{ NULL, NULL, NULL, NULL, NULL },
	};
	char name[32];
	const struct command_help help = {
		.name = name,
		.does = action->does,
		.ends = action->ends,
		.options = options,
		.operand = action->run == filter ? "EVENT" : NULL,
		.operand_value = &run.event,
		.operand_may_lack = true,
	};
	int status;

	snprintf(name, sizeof(name), "probe %s", action->name);
	status = command_options(argc, argv, &help);
	return status >= 0 ? status : action->run(&run);
}

static void print_help(FILE *to)
{
	int i;

	fprintf(to, "usage: nvme-dupcqe probe ACTION [OPTION]...\n\n"
		    "The trace event nvme:nvme_dup_cqe on a kernel without the patches, by kprobe events at the driver's\n"
		    "messages. A good completion costs nothing more; each line that the kernel prints does, while the probe is\n"
		    "recorded. It is gone after 'remove' or a reboot.\n\n");
	for (i = 0; i < ACTIONS; i++)
		fprintf(to, "  %-*s %s\n", LEFT, actions[i].name, actions[i].does);
	fprintf(to, "\n'nvme-dupcqe probe ACTION --help' tells more, nvme-dupcqe(1) all.\n");
}

int probe_command(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_WRONG;
	}
	for (i = 0; i < ACTIONS; i++)
		if (!strcmp(argv[1], actions[i].name))
			return run_action(&actions[i], argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") && strcmp(argv[1], "-h"))
		return complain(EXIT_WRONG, "'%s' is not an action of probe; try 'probe --help'", argv[1]);
	print_help(stdout);
	return EXIT_OK;
}
