// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command.h"
#include "plain.h"
#include "state.h"

#define DAEMON "nvme-dupcqed"

enum { STATE_MAX = 1 << 20, DEPTH_MAX = 16 };

#define IS(type) (1u << json_type_##type)

/* What the tool relies on; keys that are not here may come and go. */
struct key {
	const char *name;
	unsigned int types;	/* IS(), one or more */
};

static const struct key daemon_keys[] = {
	{ "version", IS(string) }, { "pid", IS(int) }, { "instance", IS(string) },
	{ "config", IS(string) | IS(null) }, { "trace", IS(string) | IS(null) },
	{ "started", IS(int) }, { "written", IS(int) }, { "dry_run", IS(boolean) }, { "frozen", IS(boolean) },
	{ "event", IS(object) }, { "hits", IS(int) }, { "lost", IS(int) }, { "undecodable", IS(int) },
	{ "rules", IS(array) }, { "actions", IS(object) }, { "last_hit", IS(object) | IS(null) }, { NULL, 0 },
};

static const struct key event_keys[] = { { "name", IS(string) }, { "available", IS(boolean) }, { NULL, 0 } };

/* ... and of a daemon that can do without it. */
static const struct key source_keys[] = {
	{ "source", IS(string) | IS(null) }, { "why", IS(string) | IS(null) }, { NULL, 0 },
};

static const struct key rule_keys[] = {
	{ "name", IS(string) }, { "mode", IS(string) }, { "why", IS(string) | IS(null) }, { "fired", IS(int) },
	{ "cooled_down", IS(int) }, { NULL, 0 },
};

static const struct key action_keys[] = { { "ok", IS(int) }, { "failed", IS(int) }, { NULL, 0 } };

/* Of a daemon that has it. */
static const struct key panic_keys[] = {
	{ "way", IS(string) | IS(null) }, { "armed", IS(boolean) }, { "why", IS(string) | IS(null) }, { NULL, 0 },
};

static const struct key hit_keys[] = {
	{ "time", IS(int) }, { "line", IS(string) }, { "model", IS(string) | IS(null) },
	{ "serial", IS(string) | IS(null) }, { NULL, 0 },
};

struct json_object *state_part(const struct json_object *object, const char *key)
{
	return json_object_object_get(object, key);
}

int64_t state_number(const struct json_object *object, const char *key)
{
	struct json_object *part = state_part(object, key);

	return json_object_get_type(part) == json_type_array ? (int64_t)json_object_array_length(part)
							     : json_object_get_int64(part);
}

const char *state_text(const struct json_object *object, const char *key)
{
	return json_object_get_string(state_part(object, key));
}

/* The first key that is not as it should be, or NULL. */
static const char *wrong_key(const struct json_object *object, const struct key *key)
{
	struct json_object *part;

	if (json_object_get_type(object) != json_type_object)
		return "an object";
	for (; key->name; key++)
		if (!json_object_object_get_ex(object, key->name, &part) ||
		    !(key->types >> json_object_get_type(part) & 1))
			return key->name;
	return NULL;
}

static const char *wrong_in_rules(const struct json_object *rules)
{
	size_t i, count = json_object_array_length(rules);
	const char *wrong = NULL;

	for (i = 0; i < count && !wrong; i++)
		wrong = wrong_key(json_object_array_get_idx(rules, i), rule_keys);
	return wrong;
}

static const char *wrong_in_actions(struct json_object *actions)
{
	const char *wrong = NULL;

	json_object_object_foreach(actions, name, counts) {
		(void)name;
		if (!wrong)
			wrong = wrong_key(counts, action_keys);
	}
	return wrong;
}

static const char *wrong_in(const struct json_object *root)
{
	const char *wrong = wrong_key(root, daemon_keys);
	int64_t pid;

	if (wrong)
		return wrong;
	pid = state_number(root, "pid");
	if (pid <= 0 || pid > INT_MAX)
		return "pid";
	wrong = wrong_key(state_part(root, "event"), event_keys);
	if (!wrong && json_object_object_get_ex(state_part(root, "event"), "source", NULL))
		wrong = wrong_key(state_part(root, "event"), source_keys);
	if (!wrong)
		wrong = wrong_in_rules(state_part(root, "rules"));
	if (!wrong)
		wrong = wrong_in_actions(state_part(root, "actions"));
	if (!wrong && state_part(root, "last_hit"))
		wrong = wrong_key(state_part(root, "last_hit"), hit_keys);
	if (!wrong && state_part(root, "panic"))
		wrong = wrong_key(state_part(root, "panic"), panic_keys);
	return wrong;
}

/* Returns the text, or NULL and errno; EFBIG if it is larger than any state is. */
static char *read_all(int fd, size_t *ret_length)
{
	char *text = malloc(STATE_MAX + 1);
	ssize_t got = 1;
	size_t length = 0;

	while (text && got > 0 && length <= STATE_MAX) {
		got = read(fd, text + length, STATE_MAX + 1 - length);
		length += got > 0 ? (size_t)got : 0;
	}
	if (text && (got < 0 || length > STATE_MAX)) {
		errno = got < 0 ? errno : EFBIG;
		free(text);
		return NULL;
	}
	if (text)
		text[length] = '\0';
	*ret_length = length;
	return text;
}

/* A pipe in its place must not keep the tool waiting. */
static char *read_file(int root, const char *path, size_t *ret_length)
{
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
	struct stat st;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0) {
		errno = EINVAL;
		if (S_ISREG(st.st_mode))
			text = read_all(fd, ret_length);
	}
	err = errno;
	close(fd);
	errno = err;
	return text;
}

static struct json_object *parse(const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *root;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, text, (int)length + 1);
	json_tokener_free(tokener);
	return root;
}

/* "123 (name) S ...": it has not ended (a zombie has), and is the daemon: numbers of processes are used again. */
static bool is_daemons(const char *stat)
{
	const char *name = strchr(stat, '('), *end = strrchr(stat, ')');
	const size_t length = sizeof("(" DAEMON ")") - 1;

	return name && end && end + 1 == name + length && !memcmp(name, "(" DAEMON ")", length) && end[1] == ' ' &&
	       !strchr("ZX", end[2]);
}

static bool is_running(int root, int pid)
{
	char path[32], stat[128] = "";
	int fd;

	snprintf(path, sizeof(path), "%sproc/%d/stat", root == AT_FDCWD ? "/" : "", pid);
	fd = openat(root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) /* /proc can be mounted so that it hides what is not the user's */
		return kill(pid, 0) ? errno == EPERM : true;
	if (read(fd, stat, sizeof(stat) - 1) < 0)
		stat[0] = '\0';
	close(fd);
	return is_daemons(stat);
}

/* Returns what is wrong with the text, or the key of it that is, in which case *ret_key is true; or NULL. */
static const char *check(size_t length, struct state *state, bool *ret_key)
{
	*ret_key = false;
	if (strlen(state->text) != length || !is_plain(state->text, length))
		return "it has control characters";
	state->root = parse(state->text, length);
	if (!state->root)
		return "it is not JSON";
	*ret_key = true;
	return wrong_in(state->root);
}

int state_look(int root, const char *path, struct state *ret_state, char *ret_why, size_t size)
{
	struct state state = { NULL };
	const char *wrong;
	size_t length;
	bool key;
	int err;

	state.text = read_file(root, path, &length);
	if (!state.text) {
		err = -errno;
		snprintf(ret_why, size, "cannot read '%s': %s", path, strerror(-err));
		return err;
	}
	wrong = check(length, &state, &key);
	if (wrong) {
		snprintf(ret_why, size, "'%s' is damaged: %s%s%s; it is written anew when the daemon starts", path,
			 key ? "'" : "", wrong, key ? "' is missing or not what it should be" : "");
		state_free(&state);
		return -EBADMSG;
	}
	state.running = is_running(root, (int)state_number(state.root, "pid"));
	*ret_state = state;
	return 0;
}

int state_read(const char *path, struct state *ret_state)
{
	char why[1024];
	int err = state_look(AT_FDCWD, path, ret_state, why, sizeof(why));

	if (err == -ENOENT)
		return complain(EXIT_UNKNOWN,
				"there is no '%s': the daemon has not run since the start of the machine, "
				"or was stopped",
				path);
	return err ? complain(EXIT_UNKNOWN, "%s", why) : 0;
}

void state_free(struct state *state)
{
	json_object_put(state->root);
	free(state->text);
}
