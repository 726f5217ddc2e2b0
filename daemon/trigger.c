// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "trigger.h"

/* "snapshot:count=0 if reason > 0" */
static int used(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) || line[len] != ':')
		return -ENOENT;
	return !strncmp(line + len, ":count=0", 8) && (line[len + 8] == ' ' || line[len + 8] == '\n');
}

int trigger_used(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int result = -ENOENT;

	if (!file)
		return -errno;
	while (result == -ENOENT && getline(&line, &size, file) > 0)
		result = used(line, name);
	free(line);
	fclose(file);
	return result;
}

void trigger_remove(const char *path, const char *name)
{
	char text[32];
	int fd, len = snprintf(text, sizeof(text), "!%s\n", name);

	/* even where there is none the kernel waits for all CPUs: some 10 ms */
	if (trigger_used(path, name) == -ENOENT)
		return;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, text, len) != len)
		len = 0; /* there was none */
	close(fd);
}
