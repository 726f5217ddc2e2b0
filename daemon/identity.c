// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "identity.h"
#include "source_files.h"

struct known {
	bool fresh; /* looked up since identity_refresh() */
	bool present;
	int32_t ctrl_id;
	dev_t device;
	ino_t inode; /* of sysfs: never the same for another controller */
	char address[256];
	struct dupcqe_identity identity;
};

struct identity_cache {
	char folder[256];
	struct known
		known[IDENTITY_CONTROLLERS]; /* controller n stands at n % IDENTITY_CONTROLLERS */
};

struct identity_cache *identity_new(const char *folder)
{
	struct identity_cache *cache = calloc(1, sizeof(*cache));

	if (cache)
		snprintf(cache->folder, sizeof(cache->folder), "%s", folder);
	return cache;
}

void identity_free(struct identity_cache *cache)
{
	free(cache);
}

void identity_refresh(struct identity_cache *cache)
{
	int i;

	for (i = 0; i < IDENTITY_CONTROLLERS; i++)
		cache->known[i].fresh = false;
}

/* Identify Controller pads with blanks. */
static void read_trimmed(int folder, const char *file, char *to, size_t size)
{
	char line[256];
	size_t skip, length;

	*to = '\0';
	if (source_file_line(folder, file, line, sizeof(line)))
		return;
	skip = strspn(line, " ");
	for (length = strlen(line); length > skip && line[length - 1] == ' '; length--)
		;
	snprintf(to, size, "%.*s", (int)(length - skip), line + skip);
}

static void read_identity(struct known *known, int folder)
{
	read_trimmed(folder, "model", known->identity.model, sizeof(known->identity.model));
	read_trimmed(folder, "serial", known->identity.serial, sizeof(known->identity.serial));
	read_trimmed(folder, "address", known->address, sizeof(known->address));
}

static void look(struct known *known, int folder, int32_t ctrl_id)
{
	struct stat now;

	if (folder < 0 || fstat(folder, &now)) {
		*known = (struct known){ .ctrl_id = ctrl_id };
		return;
	}
	if (known->present && known->ctrl_id == ctrl_id && known->device == now.st_dev &&
	    known->inode == now.st_ino)
		return;
	*known = (struct known){
		.present = true, .ctrl_id = ctrl_id, .device = now.st_dev, .inode = now.st_ino
	};
	read_identity(known, folder);
}

/* The slot of the controller, up to date. */
static const struct known *find(struct identity_cache *cache, int32_t ctrl_id)
{
	struct known *known = &cache->known[ctrl_id % IDENTITY_CONTROLLERS];
	char path[300];
	int folder;

	if (known->fresh && known->ctrl_id == ctrl_id)
		return known;
	snprintf(path, sizeof(path), "%s/nvme%d", cache->folder, ctrl_id);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	look(known, folder, ctrl_id);
	if (folder >= 0)
		close(folder);
	known->fresh = true;
	return known;
}

bool identity_same_address(const char *sysfs, const char *event)
{
	size_t length = strlen(event);
	const char *at;

	if (!*sysfs || !*event)
		return true;
	at = strstr(sysfs, "traddr=");
	while (at && at != sysfs && at[-1] != ',')
		at = strstr(at + 1, "traddr=");
	at = at ? at + strlen("traddr=") : sysfs;
	return !strncmp(at, event, length) && (!at[length] || at[length] == ',');
}

void identity_get(struct identity_cache *cache, const struct dupcqe_event *event,
		  struct dupcqe_identity *ret_identity)
{
	const struct known *known;

	memset(ret_identity, 0, sizeof(*ret_identity));
	if (!dupcqe_has(event, DUPCQE_CTRL_ID) || event->ctrl_id < 0)
		return;
	known = find(cache, event->ctrl_id);
	if (!known->present ||
	    (dupcqe_has(event, DUPCQE_ADDR) && !identity_same_address(known->address, event->addr)))
		return;
	*ret_identity = known->identity;
}
