/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the subcommands have in common. Each has a file of its own, NAME.c, and is called through the table of main.c.
 */
#ifndef NVME_DUPCQE_COMMAND_H
#define NVME_DUPCQE_COMMAND_H

#include <stdbool.h>

/* Exit statuses; those of status are systemctl's. */
enum {
	EXIT_OK,
	EXIT_FAILED,
	EXIT_WRONG,		/* the command line */
	EXIT_NOT_RUNNING,
	EXIT_UNKNOWN,
};

/* argv[0] is the subcommand. Returns the exit status. */
int status_command(int argc, char **argv);
int rings_command(int argc, char **argv);
int doctor_command(int argc, char **argv);
int probe_command(int argc, char **argv);

/* One option of a subcommand. Exactly one of flag and value is there. */
struct command_option {
	const char *name;
	const char *argument;	/* what the value is called; NULL for a flag */
	const char *help;
	bool *flag;
	const char **value;
};

struct command_help {
	const char *name;
	const char *does;	/* one or more lines */
	const char *ends;	/* about the exit status */
	const struct command_option *options;	/* up to one without name */
	const char *operand;	/* what the one argument that is no option is called; NULL if there is none */
	const char **operand_value;
	bool operand_may_lack;	/* then its value is left as it is */
};

/*
 * Take the command line apart; --help is always there. Nothing but options is expected, and the operand if it is named.
 * Returns -1 to go on, or the exit status: EXIT_OK after --help, EXIT_WRONG, which has been said.
 */
int command_options(int argc, char **argv, const struct command_help *help);

/* "nvme-dupcqe: " and the message on stderr, nothing in it that could drive a terminal. Returns status. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
