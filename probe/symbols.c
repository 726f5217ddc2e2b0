// SPDX-License-Identifier: LGPL-2.1-or-later
/* Whether the kernel has the functions: what a definition would fail on, found out without making one. */
#include <stdio.h>
#include <string.h>
#include "probe_look.h"

/* "ffffffff81a3758e T _dev_warn" */
static const char *name_of(char *line)
{
	char *name = strchr(line, ' ');

	name = name ? strchr(name + 1, ' ') : NULL;
	if (!name)
		return "";
	name++;
	name[strcspn(name, "\n")] = '\0';
	return name;
}

void probe_look_symbols(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	bool seen[DUPCQE_PROBE_POINTS] = { false };
	char path[300], line[640];
	const char *name;
	unsigned int i;
	FILE *file;

	if (found->answer != DUPCQE_PROBE_ADDED && found->answer != DUPCQE_PROBE_THERE)
		return;
	snprintf(path, sizeof(path), "%s/proc/kallsyms", place->root);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		for (name = name_of(line), i = 0; i < found->points; i++)
			seen[i] = seen[i] || !strcmp(name, found->function[i]);
	fclose(file);
	for (i = 0; i < found->points; i++)
		found->left_out[i] = !seen[i];
	if (found->points && !seen[0] && found->answer == DUPCQE_PROBE_ADDED)
		found->answer = DUPCQE_PROBE_NO_FUNCTION;
}
