// SPDX-License-Identifier: GPL-2.0-or-later
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include "command.h"
#include "plain.h"

enum { OPTIONS = 16, HELP = 'h' };

static void print_help(const struct command_help *help)
{
	const struct command_option *option;
	char left[48];

	printf("usage: nvme-dupcqe %s [OPTION]...%s%s%s\n\n%s\n\n", help->name,
	       help->operand ? help->operand_may_lack ? " [" : " " : "", help->operand ? help->operand : "",
	       help->operand && help->operand_may_lack ? "]" : "", help->does);
	for (option = help->options; option->name; option++) {
		snprintf(left, sizeof(left), "--%s%s%s", option->name, option->argument ? "=" : "",
			 option->argument ? option->argument : "");
		printf("  %-18s %s\n", left, option->help);
	}
	printf("  %-18s %s\n\n%s\n", "-h, --help", "this text", help->ends);
}

/* val is HELP, or the number of the option behind it. */
static void fill_getopt(const struct command_option *option, struct option ret_long[OPTIONS + 2])
{
	int i;

	ret_long[0] = (struct option){ .name = "help", .val = HELP };
	for (i = 0; option[i].name && i < OPTIONS; i++)
		ret_long[i + 1] = (struct option){ .name = option[i].name, .val = HELP + 1 + i,
						   .has_arg = option[i].value ? required_argument : no_argument };
	ret_long[i + 1] = (struct option){ .name = NULL };
}

/* What is left of the command line. */
static int take_operand(int argc, char **argv, const struct command_help *help)
{
	if (help->operand && optind == argc && help->operand_may_lack)
		return -1;
	if (help->operand && optind == argc)
		return complain(EXIT_WRONG, "%s wants %s; try '%s --help'", help->name, help->operand, help->name);
	if (help->operand)
		*help->operand_value = argv[optind++];
	if (optind < argc)
		return complain(EXIT_WRONG, "'%s' is not an option of %s; try '%s --help'", argv[optind], help->name,
				help->name);
	return -1;
}

int command_options(int argc, char **argv, const struct command_help *help)
{
	struct option long_options[OPTIONS + 2];
	int got;

	fill_getopt(help->options, long_options);
	opterr = 0;
	optind = 0;
	while ((got = getopt_long(argc, argv, "+:h", long_options, NULL)) != -1) {
		if (got == HELP) {
			print_help(help);
			return EXIT_OK;
		}
		if (got == ':')
			return complain(EXIT_WRONG, "'%s' wants a value; try '%s --help'", argv[optind - 1],
					help->name);
		if (got < HELP)
			return complain(EXIT_WRONG, "'%s' is not an option of %s; try '%s --help'", argv[optind - 1],
					help->name, help->name);
		if (help->options[got - HELP - 1].value)
			*help->options[got - HELP - 1].value = optarg;
		else
			*help->options[got - HELP - 1].flag = true;
	}
	return take_operand(argc, argv, help);
}

int complain(int status, const char *format, ...)
{
	char message[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	fputs("nvme-dupcqe: ", stderr);
	put_plain(stderr, message);
	putc('\n', stderr);
	return status;
}
