// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "options.h"

#define DEFAULT_CONFIG "/etc/nvme-dupcqed.conf"
#define INSTANCE "nvme-dupcqed"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

enum kind { KIND_FLAG, KIND_STRING, KIND_HELP, KIND_VERSION };

static const struct row {
	const char *name;
	char letter;		/* 0: none */
	enum kind kind;
	const char *argument;
	const char *help;
	size_t offset;
} rows[] = {
#define AT(member) offsetof(struct options, member)
	{ "config", 'c', KIND_STRING, "FILE", "read FILE instead of " DEFAULT_CONFIG, AT(config) },
	{ "check-config", 0, KIND_FLAG, NULL, "read the configuration, say all that is wrong with it, and end", AT(check_config) },
	{ "foreground", 'f', KIND_FLAG, NULL, "log to the terminal instead of the journal", AT(foreground) },
	{ "dry-run", 'n', KIND_FLAG, NULL, "do all but the last call of an action, which is only logged", AT(dry_run) },
	{ "test-fire", 0, KIND_STRING, "RULE", "send a made-up hit through RULE and its actions, and end", AT(test_fire) },
	{ "yes", 0, KIND_FLAG, NULL, "with --test-fire: let the rule panic the machine", AT(yes) },
	{ "event", 0, KIND_STRING, "SYSTEM:EVENT", "watch another event of the same fields (nvme:nvme_dup_cqe)", AT(event) },
	{ "instance", 0, KIND_STRING, "NAME", "the name of the trace instance (" INSTANCE ")", AT(instance) },
	{ "tracefs", 0, KIND_STRING, "DIR", "where tracefs is (found)", AT(tracefs) },
	{ "help", 'h', KIND_HELP, NULL, "this list", 0 },
	{ "version", 'V', KIND_VERSION, NULL, "the version", 0 },
#undef AT
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), FIRST_LONG = 256 };

static void print_help(void)
{
	char left[48];
	int i;

	printf("usage: nvme-dupcqed [OPTION]...\n\n"
	       "Turns completions that no request waits for (trace event nvme:nvme_dup_cqe) into\n"
	       "actions, by the rules of its configuration: nvme-dupcqed.conf(5).\n\n");
	for (i = 0; i < ROWS; i++) {
		snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].argument ? "=" : "",
			 rows[i].argument ? rows[i].argument : "");
		printf("  %c%c%s %-24s %s\n", rows[i].letter ? '-' : ' ', rows[i].letter ? rows[i].letter : ' ',
		       rows[i].letter ? "," : " ", left, rows[i].help);
	}
	printf("\nSIGHUP reads the configuration anew, SIGUSR1 writes the state now, SIGTERM ends.\n"
	       "exit status: 0 ended as asked, 1 failed, 2 wrong command line or configuration\n");
}

static void fill_getopt(struct option *ret_long, char *ret_short)
{
	int i;

	for (i = 0; i < ROWS; i++) {
		ret_long[i] = (struct option){ .name = rows[i].name,
					       .has_arg = rows[i].argument ? required_argument : no_argument,
					       .val = FIRST_LONG + i };
		if (!rows[i].letter)
			continue;
		*ret_short++ = rows[i].letter;
		if (rows[i].argument)
			*ret_short++ = ':';
	}
	ret_long[ROWS] = (struct option){ .name = NULL };
	*ret_short = '\0';
}

static const struct row *find_row(int got)
{
	int i;

	if (got >= FIRST_LONG)
		return &rows[got - FIRST_LONG];
	for (i = 0; i < ROWS; i++)
		if (rows[i].letter == got)
			return &rows[i];
	return NULL;
}

/* Returns as options_parse(). */
static int take(const struct row *row, struct options *options)
{
	char *to = (char *)options + row->offset;

	switch (row->kind) {
	case KIND_FLAG:
		*(bool *)to = true;
		return -1;
	case KIND_STRING:
		*(const char **)to = optarg;
		return -1;
	case KIND_HELP:
		print_help();
		return 0;
	default:
		printf("nvme-dupcqed " DUPCQE_VERSION "\n");
		return 0;
	}
}

/* They become names of files below tracefs and /run. */
static bool good_names(const struct options *options)
{
	size_t event = strspn(options->event, WORD ":");
	const char *colon = strchr(options->event, ':');

	if (!*options->instance || strlen(options->instance) > 64 || options->instance[strspn(options->instance, WORD "-")]) {
		fprintf(stderr, "nvme-dupcqed: '%s' is not a name for an instance: letters, digits, '-' and '_' are, 64 of them\n",
			options->instance);
		return false;
	}
	if (options->event[event] || !colon || colon == options->event || !colon[1] || strchr(colon + 1, ':')) {
		fprintf(stderr, "nvme-dupcqed: '%s' is not an event: expected SYSTEM:EVENT\n", options->event);
		return false;
	}
	return true;
}

int options_parse(int argc, char **argv, struct options *ret_options)
{
	struct option long_options[ROWS + 1];
	char short_options[2 * ROWS + 1];
	struct options options = {
		.config = DEFAULT_CONFIG, .event = "nvme:nvme_dup_cqe",
	};
	const struct row *row;
	int got, status = -1;

	fill_getopt(long_options, short_options);
	optind = 1;
	while (status < 0 && (got = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		row = find_row(got);
		if (!row) {
			fprintf(stderr, "nvme-dupcqed: try --help\n");
			return 2;
		}
		status = take(row, &options);
	}
	if (status < 0 && optind < argc) {
		fprintf(stderr, "nvme-dupcqed: '%s' is not an option; try --help\n", argv[optind]);
		return 2;
	}
	/* a test does not get in the way of the daemon that is running */
	if (!options.instance)
		options.instance = options.test_fire ? INSTANCE "-test" : INSTANCE;
	if (status < 0 && !good_names(&options))
		return 2;
	*ret_options = options;
	return status;
}
