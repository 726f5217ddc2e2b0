// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "apart.h"
#include "command.h"

enum { CPU_SECONDS = 120 };

/* A damaged dump may also lead the library in circles. */
static void limit(void)
{
	const struct rlimit cpu = { CPU_SECONDS, CPU_SECONDS }, core = { 0, 0 };

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
}

/* What could not be written is told by the child: it alone knows. */
static int end(int status)
{
	if (fflush(stdout) || ferror(stdout))
		return complain(EXIT_FAILED, "cannot write: %s", strerror(errno));
	return status;
}

int apart(int (*run)(void *argument), void *argument, const char *file)
{
	pid_t pid;
	int status;

	fflush(stdout);
	/* inherited as ignored it would hide the child's end */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return complain(EXIT_UNKNOWN, "cannot start a process: %s", strerror(errno));
	if (!pid) {
		limit();
		_exit(end(run(argument)));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return complain(EXIT_UNKNOWN, "cannot wait for a process: %s", strerror(errno));
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	/* the reader has seen enough */
	if (WTERMSIG(status) == SIGPIPE)
		return EXIT_FAILED;
	return complain(EXIT_UNKNOWN, "'%s' cannot be read: libkdumpfile went down on it (%s); it may be damaged", file,
			strsignal(WTERMSIG(status)));
}
