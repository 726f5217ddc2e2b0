// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "action_report.h"
#include "journal.h"
#include "scene.h"

struct scene t;

static int log_fd = -1, real_stderr = -1;
static char text[1 << 18];

const char *scene_path(const char *name)
{
	static char path[8][256];
	static int at;

	at = (at + 1) % 8;
	snprintf(path[at], sizeof(path[at]), "%s/%s", t.folder, name);
	return path[at];
}

void scene_put(const char *name, const char *content)
{
	char path[256], *slash;
	FILE *file;

	snprintf(path, sizeof(path), "%s", scene_path(name));
	for (slash = path + strlen(t.folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

const char *scene_file(const char *name)
{
	FILE *file = fopen(scene_path(name), "r");

	if (!file)
		return "(none)";
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* sanitizers and cmocka keep the real stderr */
static void capture(void)
{
	real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	log_fd = memfd_create("log", MFD_CLOEXEC);
	fcntl(log_fd, F_SETFL, O_APPEND);
	dup2(log_fd, STDERR_FILENO);
}

const char *scene_log(void)
{
	ssize_t len = pread(log_fd, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	assert_int_equal(ftruncate(log_fd, 0), 0);
	return text;
}

void assert_logged(const char *wanted)
{
	const char *log = scene_log();

	if (!strstr(log, wanted))
		fail_msg("not logged: '%s'; but: %s", wanted, log);
}

static void on_ended(struct action_room *room, enum action_kind kind, int result)
{
	(void)room;
	t.ended[kind]++;
	t.result = result;
}

static void on_rearm(struct action_room *room)
{
	(void)room;
	t.rearmed++;
}

static void make_machine(void)
{
	static char path[6][256];
	static const char *const name[] = { "way", "kmsg", "boot_id", "sys", "state", "instance" };
	int i;

	scene_put("way", "");
	scene_put("kmsg", "");
	scene_put("boot_id", "11111111-2222-3333-4444-555555555555\n");
	scene_put("sys/kernel/kexec_crash_loaded", "1\n");
	scene_put("sys/class/nvme/nvme3/reset_controller", "");
	scene_put("sys/class/nvme/nvme3/address", "0000:03:00.0\n");
	scene_put("instance/tracing_on", "1\n");
	mkdir(scene_path("state"), 0700);
	for (i = 0; i < 6; i++)
		snprintf(path[i], sizeof(path[i]), "%s", scene_path(name[i]));
	t.paths = (struct action_paths){
		.sysrq_trigger = path[0], .kmsg = path[1], .boot_id = path[2], .sysfs = path[3],
		.state_dir = path[4], .tracefs = path[5], .any_file_system = true,
	};
	t.room.instance = path[5];
}

static void make_hit(void)
{
	struct dupcqe_event *event = &t.hit.event;

	*event = (struct dupcqe_event){
		.has = DUPCQE_BIT(DUPCQE_CTRL_ID) | DUPCQE_BIT(DUPCQE_QID) |
		       DUPCQE_BIT(DUPCQE_CID) | DUPCQE_BIT(DUPCQE_REASON) |
		       DUPCQE_BIT(DUPCQE_TRANSPORT) | DUPCQE_BIT(DUPCQE_ADDR) |
		       DUPCQE_BIT(DUPCQE_STATUS),
		.ctrl_id = 3,
		.qid = 7,
		.cid = 0x1001,
		.reason = DUPCQE_STALE_GENERATION,
		.transport = "pcie",
		.addr = "0000:03:00.0",
	};
	strcpy(t.hit.identity.model, "Model \x1b[31m \"x\"");
	strcpy(t.hit.identity.serial, "S123");
	t.hit.trace_ns = 123456789;
	t.hit.cpu = 1;
	t.hit.pid = 42;
}

int scene_setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	strcpy(t.folder, "/tmp/t-scene-XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	make_machine();
	make_hit();
	t.room.config = &t.config;
	t.room.paths = &t.paths;
	t.room.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	t.room.ended = on_ended;
	t.room.rearm = on_rearm;
	t.config.exec_time_limit_ns = UINT64_C(10000000000);
	t.config.exec_kill_after_ns = UINT64_C(200000000);
	t.config.exec_max_running = 4;
	t.config.panic_max_per_day = 2;
	capture();
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int scene_teardown(void **state)
{
	(void)state;
	action_stop_all(&t.room, 1000);
	close(t.room.epoll_fd);
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(log_fd);
	return nftw(t.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int scene_run(enum action_kind kind, ...)
{
	va_list args;
	int i;

	t.action.kind = kind;
	va_start(args, kind);
	for (i = 0; kind == ACTION_EXEC && i < CONFIG_ARGS; i++) {
		t.action.argv[i] = va_arg(args, char *);
		if (!t.action.argv[i])
			break;
	}
	va_end(args);
	t.call.hit = &t.hit;
	t.call.rule = "some";
	t.call.action = &t.action;
	t.call.count = 5;
	return action_run(&t.room, &t.call);
}

void scene_dispatch(int ms)
{
	struct epoll_event event[4];
	int i, count = epoll_wait(t.room.epoll_fd, event, 4, ms);

	for (i = 0; i < count; i++) {
		struct action_wait *wait = event[i].data.ptr;

		wait->ready(wait, &t.room);
	}
}

void scene_wait(int limit_ms)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (action_running()) {
		scene_dispatch(20);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 >
		    limit_ms)
			fail_msg("something runs for more than %d ms", limit_ms);
	}
}
