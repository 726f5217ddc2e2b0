// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "engine.h"
#include "engine-room.h"
#include "uprobe.h"

enum { LIMIT_S = 20, TEXT_MAX = 1 << 20 };

static char text[TEXT_MAX];

static void make_path(const struct engine_room *room, const char *name, char ret_path[128])
{
	snprintf(ret_path, 128, "%s/%s", room->folder, name);
}

/* The room's file; "" if there is none. Good until the next call. */
static const char *read_file(const struct engine_room *room, const char *name)
{
	char path[128];
	ssize_t len;
	int fd;

	make_path(room, name, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[len < 0 ? 0 : len] = '\0';
	return text;
}

static int open_notify(const struct engine_room *room)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", room->folder);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		abort();
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	return fd;
}

int engine_room_start(void **state)
{
	struct engine_room *room = calloc(1, sizeof(*room));

	if (!room)
		return -1;
	strcpy(room->folder, "/tmp/dupcqe-engine-XXXXXX");
	if (!mkdtemp(room->folder))
		return -1;
	make_path(room, "conf", room->config);
	snprintf(room->instance, sizeof(room->instance), "dupcqe-test-%d", (int)getpid());
	snprintf(room->event_name, sizeof(room->event_name), "hit_%d", (int)getpid());
	snprintf(room->event, sizeof(room->event), "dupcqe_test:%s", room->event_name);
	room->options = (struct options){ .config = room->config, .event = room->event, .instance = room->instance,
					  .foreground = true };
	room->notify_fd = open_notify(room);
	*state = room;
	return uprobe_make(room->event_name);
}

static void remove_folder(const char *path)
{
	const struct dirent *entry;
	char name[300];
	DIR *folder = opendir(path);

	while (folder && (entry = readdir(folder))) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && unlink(name) && errno == EISDIR)
			remove_folder(name);
	}
	if (folder)
		closedir(folder);
	rmdir(path);
}

static void remove_instance(const struct engine_room *room, const char *suffix)
{
	char path[160];

	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s%s", room->instance, suffix);
	rmdir(path);
}

int engine_room_end(void **state)
{
	struct engine_room *room = *state;

	if (room->pid)
		engine_room_stop(room, SIGKILL);
	remove_instance(room, "");
	remove_instance(room, "-hits");
	uprobe_remove(room->event_name);
	close(room->notify_fd);
	remove_folder(room->folder);
	free(room);
	return 0;
}

void engine_room_config(struct engine_room *room, const char *rules)
{
	FILE *file = fopen(room->config, "we");

	if (!file)
		abort();
	fprintf(file, "[snapshots]\ndirectory = %s/snapshots\nmin-free = 0\n[daemon]\nhistory = none\n%s", room->folder, rules);
	fclose(file);
}

/* In the child. */
static int serve(const struct engine_room *room, const char *rule)
{
	const struct action_paths paths = {
		.boot_id = "/proc/sys/kernel/random/boot_id", .sysfs = "/sys", .state_dir = room->folder,
		.run_dir = room->folder, .tracefs = UPROBE_TRACEFS, .any_file_system = true,
	};
	struct options options = room->options;
	struct engine *engine;
	int err;

	options.test_fire = rule;
	err = engine_new(&options, &paths, &engine);
	if (err)
		return err;
	err = rule ? engine_test_fire(engine, rule) : engine_run(engine);
	engine_free(engine, true);
	return err;
}

static void start(struct engine_room *room, const char *rule)
{
	char path[128], pid[24];
	int fd;

	make_path(room, "log", path);
	fflush(NULL);
	room->pid = fork();
	if (room->pid)
		return;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	exit(-serve(room, rule));
}

void engine_room_run(struct engine_room *room)
{
	unsigned int before = engine_room_count(room, "log", "started\n");
	time_t end = time(NULL) + LIMIT_S;

	start(room, NULL);
	while (engine_room_count(room, "log", "started\n") == before && time(NULL) <= end)
		usleep(10000);
	if (engine_room_count(room, "log", "started\n") == before)
		fail_msg("the daemon did not start:\n%s", read_file(room, "log"));
}

static int wait_for(struct engine_room *room)
{
	int status = 0;

	waitpid(room->pid, &status, 0);
	room->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int engine_room_stop(struct engine_room *room, int signal)
{
	kill(room->pid, signal);
	return wait_for(room);
}

int engine_room_test_fire(struct engine_room *room, const char *rule)
{
	start(room, rule);
	return -wait_for(room);
}

unsigned int engine_room_count(const struct engine_room *room, const char *file, const char *wanted)
{
	const char *at = read_file(room, file);
	unsigned int count = 0;

	for (; (at = strstr(at, wanted)); at++)
		count++;
	return count;
}

bool engine_room_has(const struct engine_room *room, const char *file, const char *wanted)
{
	return strstr(read_file(room, file), wanted);
}

void engine_room_wait(struct engine_room *room, const char *file, const char *wanted)
{
	time_t end = time(NULL) + LIMIT_S;

	while (!engine_room_has(room, file, wanted) && time(NULL) <= end)
		usleep(10000);
	if (!engine_room_has(room, file, wanted))
		fail_msg("'%s' is not in '%s':\n%s", wanted, file, read_file(room, file));
}

unsigned long long engine_room_number(const struct engine_room *room, const char *key)
{
	char name[64], file[80];
	const char *at;

	snprintf(name, sizeof(name), "\"%s\":", key);
	snprintf(file, sizeof(file), "%s.json", room->instance);
	at = strstr(read_file(room, file), name);
	return at ? strtoull(at + strlen(name), NULL, 10) : UINT64_MAX;
}

void engine_room_notified(struct engine_room *room, const char *wanted)
{
	time_t end = time(NULL) + LIMIT_S;
	char message[1024] = "";
	ssize_t len;

	while (time(NULL) <= end && !strstr(message, wanted)) {
		len = recv(room->notify_fd, message, sizeof(message) - 1, 0);
		if (len < 0)
			usleep(10000);
		message[len < 0 ? 0 : len] = '\0';
	}
	if (!strstr(message, wanted))
		fail_msg("the service manager was not told '%s'", wanted);
}

bool engine_room_instance_exists(const struct engine_room *room, const char *suffix)
{
	char path[160];

	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s%s", room->instance, suffix);
	return !access(path, F_OK);
}
