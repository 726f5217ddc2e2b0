/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's state file, nvme-dupcqed(8). It is the daemon's, but not believed: what is not as the daemon writes it
 * is said to be damaged, and nothing of it is shown.
 */
#ifndef NVME_DUPCQE_STATE_H
#define NVME_DUPCQE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

struct state {
	struct json_object *root;	/* every key is there and of its type, see state.c */
	char *text;			/* the file as it is: ASCII, no control characters but newlines */
	bool running;			/* its process is there, and is the daemon */
};

/* Read the state in path. Returns 0 or an exit status, which has been said; on success for state_free(). */
int state_read(const char *path, struct state *ret_state);
void state_free(struct state *state);

/*
 * The same without a word: path is relative to the folder root (or AT_FDCWD), and so are the processes, in proc/.
 * Returns 0 or -errno, -EBADMSG if it is damaged; ret_why says it.
 */
int state_look(int root, const char *path, struct state *ret_state, char *ret_why, size_t size);

/* The parts of an object that state_read() has seen: a number (or truth, or the length of an array), a text or NULL. */
int64_t state_number(const struct json_object *object, const char *key);
const char *state_text(const struct json_object *object, const char *key);
struct json_object *state_part(const struct json_object *object, const char *key);

#endif
