// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "journal.h"
#include "source_ledger.h"

/* The accounts stand behind it. The numbers of folders in tracefs are not used twice in one boot;
 * /run is of one boot. */
struct head {
	char magic[8];
	uint64_t device, inode;
	uint64_t count;
};

static int wanted_head(int instance, unsigned int count, struct head *ret_head)
{
	struct stat folder;

	if (fstat(instance, &folder))
		return -errno;
	*ret_head = (struct head){
		.magic = "dupcqe3", .device = folder.st_dev, .inode = folder.st_ino, .count = count
	};
	return 0;
}

static int open_file(const char *folder, const char *path, size_t size)
{
	int fd, err;

	if (mkdir(folder, 0755) && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	/* room that is not there would be a signal later */
	err = -posix_fallocate(fd, 0, size);
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int map_file(struct source_ledger *ledger, const char *folder)
{
	int fd = open_file(folder, ledger->path, ledger->size), err = 0;
	void *map;

	if (fd < 0)
		return fd;
	map = mmap(NULL, ledger->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err = -errno;
	else
		ledger->map = map;
	close(fd);
	return err;
}

static int without_file(struct source_ledger *ledger, int why)
{
	journal_printf(
		LOG_WARNING, JOURNAL_PLAIN,
		"cannot keep accounts in '%s': %s: after a crash losses may be counted twice, and the "
		"totals begin anew",
		ledger->path, strerror(-why));
	ledger->accounts = calloc(ledger->count, sizeof(*ledger->accounts));
	return ledger->accounts ? 0 : -ENOMEM;
}

int source_ledger_open(struct source_ledger *ledger, const char *folder, const char *name,
		       int instance, unsigned int count, bool *ret_known)
{
	struct head head;
	int err = wanted_head(instance, count, &head);

	*ret_known = false;
	*ledger = (struct source_ledger){ .count = count };
	ledger->size = sizeof(head) + count * sizeof(*ledger->accounts);
	if (snprintf(ledger->path, sizeof(ledger->path), "%s/%s.ledger", folder, name) >=
	    (int)sizeof(ledger->path))
		err = -ENAMETOOLONG;
	if (!err)
		err = map_file(ledger, folder);
	if (err)
		return without_file(ledger, err);
	*ret_known = !memcmp(ledger->map, &head, sizeof(head));
	ledger->accounts = (struct source_account *)((struct head *)ledger->map + 1);
	if (*ret_known)
		return 0;
	/* the head last: accounts without one are nobody's */
	memset(ledger->map, 0, ledger->size);
	memcpy(ledger->map, &head, sizeof(head));
	return 0;
}

void source_ledger_close(struct source_ledger *ledger, bool remove)
{
	if (ledger->map)
		munmap(ledger->map, ledger->size);
	else
		free(ledger->accounts);
	if (ledger->map && remove)
		unlink(ledger->path);
	ledger->map = NULL;
	ledger->accounts = NULL;
}
