/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line. Its table makes the parsing and the help. */
#ifndef NVME_DUPCQED_OPTIONS_H
#define NVME_DUPCQED_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *config;	/* path */
	const char *tracefs;	/* NULL: found */
	const char *event;	/* system:event; tests use others */
	const char *instance;	/* letters, digits, "-", "_" */
	const char *test_fire;	/* name of a rule, or NULL */
	bool check_config;
	bool dry_run;
	bool foreground;
	bool yes;
};

/*
 * Returns -1 to go on, or the exit status of the program: 0 after --help and --version, 2 for a wrong command line, which has
 * been said on stderr.
 */
int options_parse(int argc, char **argv, struct options *ret_options);

#endif
