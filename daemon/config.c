// SPDX-License-Identifier: GPL-2.0-or-later
/* From files to a configuration, or to the list of what is wrong with them. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "config_parse.h"

/* Names of files and values come as they are: they must neither drive a terminal nor begin a line of the log. */
static void print_plain(FILE *to, const char *text)
{
	for (; *text; text++)
		fputc(*text >= ' ' && *text < 0x7f ? *text : '?', to);
}

static void print_line(struct config_parse *parse, const struct config_place *at, const char *kind,
		       const char *format, va_list args)
{
	char *text;

	print_plain(parse->errors, at->file);
	fputc(':', parse->errors);
	if (at->line)
		fprintf(parse->errors, "%u:", at->line);
	fprintf(parse->errors, " %s", kind);
	if (vasprintf(&text, format, args) >= 0) {
		print_plain(parse->errors, text);
		free(text);
	}
	fputc('\n', parse->errors);
}

void config_problem(struct config_parse *parse, int err, const char *format, ...)
{
	va_list args;

	if (!parse->err)
		parse->err = err;
	/* a file that is something else entirely must not fill the log */
	if (parse->problems++ >= CONFIG_PROBLEMS_SHOWN)
		return;
	va_start(args, format);
	print_line(parse, &parse->at, "", format, args);
	va_end(args);
}

void config_warning(struct config_parse *parse, const struct config_place *at, const char *format,
		    ...)
{
	va_list args;

	va_start(args, format);
	print_line(parse, at, "warning: ", format, args);
	va_end(args);
}

static int is_drop_in(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

/* By bytes: the order must not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The names are kept as long as the places that refer to them. */
static void read_drop_in(struct config_parse *parse, const char *folder, const char *name)
{
	struct config_names *link = malloc(sizeof(*link));

	if (!link || asprintf(&link->path, "%s/%s", folder, name) < 0) {
		free(link);
		config_problem(parse, -ENOMEM, "%s", strerror(ENOMEM));
		return;
	}
	link->next = parse->names;
	parse->names = link;
	config_read_file(parse, link->path);
}

static void read_drop_ins(struct config_parse *parse, const char *folder)
{
	struct dirent **entries;
	struct stat stat_buffer;
	int i, count, err;

	parse->at = (struct config_place){folder, 0};
	if (stat(folder, &stat_buffer) != 0) {
		err = errno;
		/* a link to nowhere is no folder that nobody made: what should be behind it is missing */
		if (err != ENOENT || lstat(folder, &stat_buffer) == 0)
			config_problem(parse, -err, "cannot stat it: %s", strerror(err));
		return;
	}
	if (!config_is_trusted(parse, &stat_buffer, "what is in it"))
		return;
	count = scandir(folder, &entries, is_drop_in, by_name);
	if (count < 0) {
		config_problem(parse, -errno, "cannot read it: %s", strerror(errno));
		return;
	}
	for (i = 0; i < count; i++) {
		read_drop_in(parse, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void read_all_files(struct config_parse *parse, const char *path, const char *folder)
{
	unsigned int section;

	parse->at = (struct config_place){"built-in defaults", 0};
	for (section = 0; section < SECTION_RULE; section++)
		config_set_defaults(parse, section);
	config_read_file(parse, path);
	read_drop_ins(parse, folder);
	config_rules_finish(parse);
	if (parse->problems > CONFIG_PROBLEMS_SHOWN)
		fprintf(parse->errors, "%s: and %u more\n", path,
			parse->problems - CONFIG_PROBLEMS_SHOWN);
}

static void free_parse(struct config_parse *parse)
{
	struct config_names *link;

	config_rules_drop(parse);
	config_free(parse->config);
	while ((link = parse->names)) {
		parse->names = link->next;
		free(link->path);
		free(link);
	}
	free(parse);
}

int config_read(const char *path, FILE *errors, struct config **ret_config)
{
	struct config_parse *parse = calloc(1, sizeof(*parse));
	char *folder = NULL;
	int err = -ENOMEM;

	if (parse)
		parse->config = calloc(1, sizeof(*parse->config));
	if (parse && parse->config && asprintf(&folder, "%s.d", path) >= 0) {
		parse->errors = errors;
		read_all_files(parse, path, folder);
		free(folder);
		err = parse->err;
	} else {
		fprintf(errors, "%s: %s\n", path, strerror(ENOMEM));
	}
	if (!err) {
		*ret_config = parse->config;
		parse->config = NULL;
	}
	if (parse)
		free_parse(parse);
	return err;
}

void config_free(struct config *config)
{
	unsigned int i;

	if (!config)
		return;
	for (i = 0; i < config->rules; i++)
		config_rule_clear(&config->rule[i]);
	free(config);
}
