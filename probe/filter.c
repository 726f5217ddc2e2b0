// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What keeps the messages of all other drivers out of a buffer. The texts are those of drivers/nvme/host: nvme_handle_cqe()
 * in pci.c, nvme_tcp_process_nvme_cqe() in tcp.c, nvme_find_rq() in nvme.h, ___ratelimit() of lib/ratelimit.c;
 * lib/decode_probe.c and lib/decode_note.c know the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "probe_parts.h"

static const char *const filters[DUPCQE_PROBE_EVENTS] = {
	[DUPCQE_PROBE_HIT] = "fmt ~ \"invalid id %d completed on queue*\" || fmt ~ \"got bad cqe.command_id*\"",
	[DUPCQE_PROBE_WHY] = "fmt ~ \"request %#x genctr mismatch*\" || fmt ~ \"*could not locate request for tag*\" || "
			     "func == \"nvme_handle_cqe\"",
};

const char *dupcqe_probe_filter(enum dupcqe_probe_event event)
{
	return filters[event];
}

static int set(int fd, const char *filter)
{
	char now[8] = "";
	ssize_t length = strlen(filter), got = pread(fd, now, sizeof(now) - 1, 0);

	if (got < 0)
		return -errno;
	if (strncmp(now, "none", 4))
		return 0;
	got = write(fd, filter, length);
	if (got < 0)
		return -errno;
	return got == length ? 0 : -EIO;
}

int dupcqe_probe_set_filter(int folder, enum dupcqe_probe_event event)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "events/nvme/%s/filter", probe_short_name(event));
	fd = openat(folder, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = set(fd, filters[event]);
	close(fd);
	return err;
}
