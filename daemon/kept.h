/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it takes to read the history once the machine has gone down: the formats of what is recorded, whose numbers
 * another boot may give to others, and which kernel it was. One file, replaced as a whole and synced; unpacked it is a
 * folder of the shape of tracefs, so that whoever reads that can read this.
 */
#ifndef NVME_DUPCQED_KEPT_H
#define NVME_DUPCQED_KEPT_H

struct kept_from {
	const char *tracefs;
	const char *instance; /* path: what it records is kept */
	const char *event;    /* "system:event" */
	const char *boot_id;  /* path */
};

/* Names of what is not in tracefs, below the folder. */
#define KEPT_BOOT_ID "boot_id"
#define KEPT_RELEASE "release" /* of the kernel, as uname tells */
#define KEPT_VERSION "version"
#define KEPT_UNAME   "uname" /* of a trace.dat */

/* Returns 0 or -errno. */
int kept_write(const char *path, const struct kept_from *from);

/* Into an existing folder. Returns 0; -ENOENT if there is none; -EBADMSG if it is not whole; or -errno. */
int kept_unpack(const char *path, const char *folder);

#endif
