// SPDX-License-Identifier: LGPL-2.1-or-later
/* The plugin's options. libtraceevent keeps options by process, not by trace. */
#include <stdlib.h>
#include "plugin.h"

static struct tep_plugin_option options[PLUGIN_OPTIONS + 1] = {
	[OPTION_VERBOSE] =
		{
			.name = "verbose",
			.plugin_alias = "nvme",
			.description =
				"Show all that nvme_dup_cqe carries, decoded, below its line",
		},
	[OPTION_RAW] =
		{
			.name = "raw",
			.plugin_alias = "nvme",
			.description = "Show nvme_dup_cqe in the kernel's own words",
		},
	[OPTION_KERNEL] =
		{
			.name = "kernel",
			.plugin_alias = "nvme",
			.description = "Version of the traced kernel, as in kernel=6.8: its words "
				       "for zone management,"
				       " reservations and Format NVM",
			.value = "", /* makes it an option with a value */
		},
};

/* Which kernel brought which words; the commits are named in lib/command_table.c. */
static const struct {
	int major, minor;
	enum dupcqe_wording wording;
} since[] = {
	{6, 13, DUPCQE_WORDING_7_3},
	{6, 9, DUPCQE_WORDING_6_12},
	{0, 0, DUPCQE_WORDING_6_1},
};

void plugin_add_options(void)
{
	tep_plugin_add_options("nvme", options);
}

void plugin_remove_options(void)
{
	tep_plugin_remove_options(options);
	options[OPTION_VERBOSE].set = 0;
	options[OPTION_RAW].set = 0;
	options[OPTION_KERNEL].value = "";
}

bool plugin_option(enum plugin_option option)
{
	return options[option].set;
}

static bool read_version(const char *text, long *ret_major, long *ret_minor)
{
	char *end;

	*ret_major = strtol(text, &end, 10);
	if (end == text || *end != '.')
		return false;
	text = end + 1;
	*ret_minor = strtol(text, &end, 10);
	return end != text && *ret_major >= 0 && *ret_minor >= 0;
}

enum dupcqe_wording plugin_wording(enum dupcqe_wording guess)
{
	const char *value = options[OPTION_KERNEL].value;
	long major, minor;
	int i = 0;

	if (!value || !read_version(value, &major, &minor))
		return guess;
	while (major < since[i].major || (major == since[i].major && minor < since[i].minor))
		i++;
	return since[i].wording;
}
