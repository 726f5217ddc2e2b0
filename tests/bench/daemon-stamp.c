// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program that a hit leads to, in tests/bench/daemon: its first act is to look at the clock, its second to
 * add that time to FILE. Linked statically, so that no time goes into finding libraries.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec now;
	char line[32];
	int fd, length;

	clock_gettime(CLOCK_MONOTONIC, &now);
	fd = argc == 2 ? open(argv[1], O_WRONLY | O_APPEND) : -1;
	length = snprintf(line, sizeof(line), "%ld.%09ld\n", (long)now.tv_sec, now.tv_nsec);
	return fd < 0 || write(fd, line, length) != length;
}
