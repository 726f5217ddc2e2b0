/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The snapshot folder: items NAME.dat (a trace) with NAME.json beside it (what it is about) and
 * sometimes NAME.dmesg.txt (the kernel's last messages, with or without a trace), and limits on their number, bytes,
 * age and on what stays free of the disk. The oldest item goes first, the newest never. A file stands under its name
 * only when it is whole and synced.
 *
 * NAME is dupcqe-SEQUENCE-TIME-DEVICE, as dupcqe-0000000007-20261123T174500Z-nvme0. The sequence is
 * the order, so that a clock that was set does not make a new item old. Files of any other name,
 * symbolic links, other people's files are left alone.
 */
#ifndef NVME_DUPCQED_SPOOL_H
#define NVME_DUPCQED_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SPOOL_NAME = 64 };

struct spool_limits {
	uint32_t max_number;
	uint64_t max_bytes;
	uint64_t max_age_s;	/* 0: any */
	uint64_t min_free;	/* bytes of the file system */
};

struct spool_item {
	uint64_t sequence;
	int64_t unix_s;
	uint64_t bytes;		/* of all its files */
	char name[SPOOL_NAME];	/* without .dat or .json */
};

struct spool_list {
	size_t count;
	struct spool_item *item; /* oldest first; to be freed */
};

/* A name, and what it says. Pure. ctrl is -1 for an unknown device. */
void spool_name(char ret_name[SPOOL_NAME], uint64_t sequence, int64_t unix_s, int ctrl);
bool spool_parse_name(const char *name, uint64_t *ret_sequence, int64_t *ret_unix_s);

/* How many of the oldest have to go. Pure. */
size_t spool_surplus(const struct spool_list *list, const struct spool_limits *limits,
		     int64_t now_s);

/*
 * Open the folder, made with mode 0700 if it is not there. -EPERM: it is somebody else's, or others
 * can write to it; it is left as it is. Returns a descriptor or -errno.
 */
int spool_open(const char *path);

/* Returns 0 or -errno. */
int spool_list(int folder, struct spool_list *ret_list);

/* Remove what exceeds the limits. Returns 0 or -errno. */
int spool_prune(int folder, const struct spool_limits *limits, int64_t now_s);

/*
 * Remove the oldest items until bytes are freed by them. Where all but the newest would not be
 * enough, nothing is removed: -ENOSPC. Nor is more removed than that, even if the file system is
 * slow to show what became free.
 */
int spool_free(int folder, uint64_t bytes);

enum spool_file { SPOOL_DAT, SPOOL_DMESG, SPOOL_JSON, SPOOL_FILES };

/* What is behind the name: ".dat". */
extern const char *const spool_suffix[SPOOL_FILES];

/* An item in the making: its files have names that no item has. */
struct spool_draft {
	int folder;
	const struct spool_limits *limits;
	int fd[SPOOL_FILES];	/* -1: it has no such file */
	uint64_t bytes;		/* written so far, of all */
	char name[SPOOL_NAME];
};

/*
 * Begin an item of a trace and a JSON, of about expected bytes: there must be room for it in the end, or be made.
 * Returns 0; -EFBIG if max_bytes is less; -ENOSPC if too little would be free; -EWOULDBLOCK while another process
 * writes one; or -errno. What a killed writer left is removed.
 */
int spool_begin(struct spool_draft *draft, int folder, const struct spool_limits *limits,
		uint64_t expected, int64_t unix_s, int ctrl);

/* The same; while another process writes one it is waited for, at most limit_ms. */
int spool_begin_within(struct spool_draft *draft, int folder, const struct spool_limits *limits,
		       uint64_t expected, int64_t unix_s, int ctrl, int limit_ms);

/* One more file, and one less: SPOOL_DMESG is none of those that it begins with. Return 0 or -errno. */
int spool_add(struct spool_draft *draft, enum spool_file file);
int spool_drop(struct spool_draft *draft, enum spool_file file);

/*
 * Append bytes. Where the disk is full nevertheless, room is made and the write tried once more.
 * Returns 0; -ENOSPC; -EFBIG if the item has become more than max_bytes; or -errno. Then only
 * spool_abandon() makes sense.
 */
int spool_write(struct spool_draft *draft, enum spool_file file, const void *bytes, size_t count);

/* Write over what is there already. Returns 0 or -errno. */
int spool_rewrite(struct spool_draft *draft, enum spool_file file, uint64_t at, const void *bytes,
		  size_t count);

/* Sync and give the files their names. Returns 0 or -errno, and then the draft is abandoned. */
int spool_commit(struct spool_draft *draft);
void spool_abandon(struct spool_draft *draft);

#endif
