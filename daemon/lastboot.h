/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the last boot left behind, once for each boot: the history, where it was in a persistent ring buffer
 * (since 6.12), and the kernel's last messages, where pstore has them with a panic of ours.
 *
 * The trace goes two steps. lastboot_take() moves it out of the buffer into a folder in memory (run_dir/NAME.lastboot),
 * so that the buffer can be used again at once and no disk is waited for. A child then makes an entry of the snapshot
 * folder of it. Until that is on disk the folder stays: whatever ends the daemon or fills the disk, the next start
 * tries again.
 */
#ifndef NVME_DUPCQED_LASTBOOT_H
#define NVME_DUPCQED_LASTBOOT_H

#include "action.h"
#include "spool.h"

struct lastboot {
	const struct action_paths *paths;
	const char *name;  /* of the instance */
	const char *event; /* "system:event" */
};

/*
 * instance is the path of the persistent one, in which nothing has been changed yet. Returns 1 if this is the first
 * start in this boot: all that was in it has been taken out, and it is to be emptied; 0 if what is in it is of this
 * boot; or -errno, and then it has to be left alone, as there is something in it that could not be taken. All is said.
 */
int lastboot_take(const struct lastboot *of, const char *instance);

/* The same without doing it: whether something of the last boot is in the buffer, and a daemon that only looks must not
 * touch it. */
bool lastboot_is_untaken(const struct lastboot *of);

/* Remember how what the instance records is to be read. May block. Returns 0; -ENODATA if it records nothing; or
 * -errno. */
int lastboot_keep(const struct lastboot *of, const char *instance);

/* The end in good order: there is no last trace to be expected. */
void lastboot_forget(const struct lastboot *of);

/*
 * Save what is there to be saved: taken by lastboot_take(), now or earlier, and what pstore has. In a child; the log
 * tells what came of it. instance is where formats come from if none are kept. Returns 0 or -errno.
 */
int lastboot_save(struct action_room *room, const struct lastboot *of, const char *instance);

/* Wait until that is on disk; at most limit_ms. */
void lastboot_wait(int limit_ms);

/* Between the files of lastboot*.c. */

enum { LASTBOOT_PATH = 512, LASTBOOT_DMESG = 4 << 20, LASTBOOT_SEEN = 256 };

void lastboot_stage_path(const struct lastboot *of, char ret_path[LASTBOOT_PATH]);

/* The folder and all in it. */
void lastboot_stage_remove(const struct lastboot *of);

/*
 * The kernel's last messages, of the pstore file system or of where systemd-pstore has put them: the files of each
 * folder in which one has a panic of ours that lastboot_pstore_remember() was not told of yet.
 */
struct lastboot_pstore {
	char *text; /* NULL: none; to be freed */
	size_t length;
	uint64_t seen[LASTBOOT_SEEN]; /* of the files with the panic */
	unsigned int seen_count;
	bool cut; /* there was more */
};

/* Returns 0 or -errno. */
int lastboot_pstore_find(const struct action_paths *paths, struct lastboot_pstore *ret_found);
int lastboot_pstore_remember(const struct action_paths *paths, const struct lastboot_pstore *found);

#endif
