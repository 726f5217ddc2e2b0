/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The inhibitor file, watched: whether it comes or goes, and whether the folders on the way to it do. What is not
 * noticed is a file system that is mounted over one of them.
 */
#ifndef NVME_DUPCQED_INHIBIT_H
#define NVME_DUPCQED_INHIBIT_H

#include "config.h"
#include "action.h"

struct inhibit {
	struct action_wait wait; /* first */
	char path[CONFIG_PATH];
	int fd;			 /* -1: nothing is watched */
	int epoll_fd;
	/* It may have come or gone, and nothing is watched any more: call inhibit_watch(), then look. */
	void (*changed)(struct inhibit *inhibit);
};

void inhibit_init(struct inhibit *inhibit, int epoll_fd, void (*changed)(struct inhibit *inhibit));

/* From now on changed() tells. What is watched already stays so. Returns 0 or -errno. */
int inhibit_watch(struct inhibit *inhibit, const char *path);

void inhibit_close(struct inhibit *inhibit);

/* Whether the file is there. Only a clear "no such file" counts as absent. */
bool inhibit_is_there(const char *path);

#endif
