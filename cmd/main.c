// SPDX-License-Identifier: GPL-2.0-or-later
/* nvme-dupcqe: the command line tool. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "command.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *does;
} commands[] = {
	{ "status", status_command, "what the daemon nvme-dupcqed is doing" },
	{ "rings", rings_command, "the rings of a hit's queue, out of a crash dump" },
	{ "probe", probe_command, "the event on a kernel without the patches" },
	{ "doctor", doctor_command, "what this machine has to keep the scene, and what to do" },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int print_help(FILE *to, int status)
{
	int i;

	fprintf(to, "usage: nvme-dupcqe COMMAND [OPTION]...\n       nvme-dupcqe --help | --version\n\n");
	for (i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].does);
	fprintf(to, "\n'nvme-dupcqe COMMAND --help' tells more, nvme-dupcqe(1) all.\n");
	return status;
}

static int run(int argc, char **argv)
{
	int i;

	if (argc < 2)
		return print_help(stderr, EXIT_WRONG);
	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	if (argc > 2 || argv[1][0] != '-')
		return complain(EXIT_WRONG, "'%s' is not a command; try --help", argv[1]);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_help(stdout, EXIT_OK);
	if (strcmp(argv[1], "--version"))
		return complain(EXIT_WRONG, "'%s' is not an option; try --help", argv[1]);
	printf("nvme-dupcqe " DUPCQE_VERSION "\n");
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	/* what nobody could read has not been told */
	if (fflush(stdout) || ferror(stdout))
		return complain(EXIT_FAILED, "cannot write: %s", strerror(errno));
	return status;
}
