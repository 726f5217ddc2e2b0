// SPDX-License-Identifier: GPL-2.0-or-later
/* rules at run time: a FIFO, a line for each, "KIND key=value ..." or "cancel" */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nvmet-tcp-dup-target.h"

enum { LINE_SIZE = 512 };

static int complain(const char *what, const char *path, const char *why)
{
	fprintf(stderr, "nvmet-tcp-dup: cannot %s '%s': %s\n", what, path, why);
	return -1;
}

/* the fd is open for writing too, so that it is not at its end when a writer has gone */
int control_open(const char *path)
{
	struct stat st;
	int fd;

	if (mkfifo(path, 0600) && errno != EEXIST)
		return complain("create", path, strerror(errno));
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return complain("open", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode)) {
		close(fd);
		return complain("use", path, "not a FIFO, remove it or give another name");
	}
	return fd;
}

static void handle_line(struct target *t, char *line)
{
	struct inj_rule rule;
	const char *bad;
	int id;

	if (!strcmp(line, "cancel")) {
		printf("cancelled=%u\n", t->inj.nr_rules);
		t->inj.nr_rules = 0;
		return;
	}
	if (inj_rule_parse(&rule, line, &bad)) {
		printf("refused=1 why=\"bad word '%s'\"\n", bad);
		return;
	}
	id = inj_rule_add(&t->inj, &rule);
	if (id < 0)
		printf("refused=1 why=\"too many rules wait\"\n");
	else
		printf("armed=%s id=%d\n", inj_kind_name(rule.kind), id);
}

void control_readable(int fd, struct target *t)
{
	static char line[LINE_SIZE];
	static size_t len;
	char byte;

	while (read(fd, &byte, 1) == 1) {
		if (byte != '\n' && len < sizeof(line) - 1) {
			line[len++] = byte;
			continue;
		}
		line[len] = '\0';
		len = 0;
		if (*line)
			handle_line(t, line);
	}
}
