// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program whose file lies on a disk that hangs. Such a disk is made of what the kernel has: a permission event of
 * fanotify that nobody answers (a wait that KILL ends) and a FUSE file system whose server is silent (one that it does
 * not), both in a mount namespace of the test's own.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "scene.h"

#define SECOND UINT64_C(1000000000)

static int disk = -1;
static unsigned int threads_at_start;

static unsigned int count_in(const char *path)
{
	DIR *folder = opendir(path);
	unsigned int count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static unsigned int fds(void)
{
	return count_in("/proc/self/fd");
}

static unsigned int threads(void)
{
	return count_in("/proc/self/task");
}

/* ---- a wait that KILL ends ---- */

static int watch_start(const char *path)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);

	if (fd >= 0 && fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_EXEC_PERM, AT_FDCWD, path)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Until the program is being started. The file that comes with the event is of no use. */
static void wait_for_start(void)
{
	struct fanotify_event_metadata event;

	assert_true(read(disk, &event, sizeof(event)) >= (ssize_t)sizeof(event));
	assert_true(event.mask & FAN_OPEN_EXEC_PERM);
	close(event.fd);
}

static void make_slow_script(void)
{
	scene_put("slow", "#!/bin/sh\necho ran > $1\n");
	assert_int_equal(chmod(scene_path("slow"), 0700), 0);
	disk = watch_start(scene_path("slow"));
	assert_true(disk >= 0);
}

/* ---- a wait that KILL does not end ---- */

static uint32_t take_request(uint64_t *ret_id)
{
	static char request[1 << 16];
	const struct fuse_in_header *header = (const struct fuse_in_header *)request;

	assert_true(read(disk, request, sizeof(request)) >= (ssize_t)sizeof(*header));
	*ret_id = header->unique;
	return header->opcode;
}

static void answer_init(void)
{
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} answer = { .init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 } };

	answer.header.len = sizeof(answer);
	assert_int_equal(take_request(&answer.header.unique), FUSE_INIT);
	assert_int_equal(write(disk, &answer, sizeof(answer)), sizeof(answer));
}

static int mount_silent(const char *path)
{
	char options[96];

	disk = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (disk < 0)
		return -1;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0", disk);
	return mount("t-exec-hang", path, "fuse", MS_NOSUID | MS_NODEV, options);
}

static void make_silent_disk(void)
{
	assert_int_equal(mkdir(scene_path("disk"), 0700), 0);
	assert_int_equal(mount_silent(scene_path("disk")), 0);
	answer_init();
}

/* Until somebody waits for it. */
static void wait_for_lookup(void)
{
	uint64_t id;

	while (take_request(&id) != FUSE_LOOKUP)
		;
}

/* All that waits for the disk gets an error. */
static void let_go(void)
{
	close(disk);
	disk = -1;
}

/* A reader that is blocked would be so for ever. */
static int setup(void **state)
{
	alarm(120);
	return scene_setup(state);
}

static int teardown(void **state)
{
	if (disk >= 0)
		let_go();
	umount2(scene_path("disk"), MNT_DETACH);
	alarm(0);
	return scene_teardown(state);
}

static void until_ended(unsigned int count)
{
	while (t.ended[ACTION_EXEC] < count)
		scene_dispatch(20);
}

static unsigned int times_logged(const char *log, const char *text)
{
	unsigned int count = 0;

	while ((log = strstr(log, text))) {
		log += strlen(text);
		count++;
	}
	return count;
}

static void it_never_runs_once_its_time_is_over(void **state)
{
	char out[256];

	(void)state;
	t.config.exec_time_limit_ns = SECOND;
	snprintf(out, sizeof(out), "%s", scene_path("out"));
	make_slow_script();
	assert_int_equal(scene_run(ACTION_EXEC, scene_path("slow"), out, NULL), ACTION_BEGUN);
	wait_for_start();
	assert_int_equal(t.ended[ACTION_EXEC], 0);
	assert_int_equal(scene_run(ACTION_LOG), 0);
	assert_logged("qid=7");
	until_ended(1);
	assert_int_equal(t.result, -ETIMEDOUT);
	scene_wait(30000); /* nobody has let it go */
	assert_int_equal(times_logged(scene_log(), "slow"), 1);
	let_go();
	assert_string_equal(scene_file("out"), "(none)");
	/* the next one is no worse for it */
	assert_int_equal(scene_run(ACTION_EXEC, scene_path("slow"), out, NULL), ACTION_BEGUN);
	scene_wait(30000);
	assert_string_equal(scene_file("out"), "ran\n");
	assert_int_equal(t.ended[ACTION_EXEC], 2);
	assert_int_equal(t.result, 0);
}

/* Slow is not late: those behind it wait, and their arguments are theirs whatever becomes of the configuration. */
static void what_is_let_go_in_time_runs(void **state)
{
	char out[256], word[] = "first";

	(void)state;
	t.config.exec_time_limit_ns = 60 * SECOND;
	snprintf(out, sizeof(out), "%s", scene_path("out"));
	make_slow_script();
	assert_int_equal(scene_run(ACTION_EXEC, scene_path("slow"), out, NULL), ACTION_BEGUN);
	wait_for_start();
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/sh", "-c", "echo $0 > $1.behind", word, out, NULL), ACTION_BEGUN);
	memset(word, 'x', sizeof(word) - 1);
	memset(&t.action, 0, sizeof(t.action));
	scene_dispatch(50);
	assert_int_equal(action_running(), 2);
	assert_string_equal(scene_file("out.behind"), "(none)");
	let_go();
	scene_wait(30000);
	assert_string_equal(scene_file("out"), "ran\n");
	assert_string_equal(scene_file("out.behind"), "first\n");
	assert_int_equal(t.ended[ACTION_EXEC], 2);
	assert_int_equal(t.result, 0);
}

static void others_are_refused_while_it_hangs(void **state)
{
	unsigned int fds_before = fds();
	const char *log;

	(void)state;
	t.config.exec_time_limit_ns = SECOND;
	make_silent_disk();
	assert_int_equal(scene_run(ACTION_EXEC, scene_path("disk/program"), NULL), ACTION_BEGUN);
	wait_for_lookup();
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), ACTION_BEGUN);
	until_ended(2);
	assert_int_equal(t.result, -ETIMEDOUT);
	log = scene_log();
	assert_int_equal(times_logged(log, "disk/program' could not be started before its time limit"), 1);
	assert_int_equal(times_logged(log, "'/bin/true' could not be started before its time limit"), 1);
	/* refused, again and again, and nothing else comes of it */
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), -EAGAIN);
	assert_logged("'/bin/true' was not started: the last program is still being started");
	scene_dispatch(50);
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), -EAGAIN);
	assert_int_equal(scene_run(ACTION_LOG), 0);
	assert_int_equal(action_running(), 2);
	let_go();
	scene_wait(30000);
	assert_int_equal(t.ended[ACTION_EXEC], 2);
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), ACTION_BEGUN);
	scene_wait(30000);
	assert_int_equal(t.ended[ACTION_EXEC], 3);
	assert_int_equal(t.result, 0);
	action_exec_stop_all();
	assert_int_equal(fds(), fds_before);
	assert_int_equal(threads(), threads_at_start);
}

static void stopping_does_not_wait_for_it(void **state)
{
	struct timespec start, now;

	(void)state;
	t.config.exec_time_limit_ns = 3600 * SECOND;
	make_silent_disk();
	assert_int_equal(scene_run(ACTION_EXEC, scene_path("disk/program"), NULL), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), ACTION_BEGUN);
	wait_for_lookup();
	clock_gettime(CLOCK_MONOTONIC, &start);
	action_exec_stop_all();
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_in_range(now.tv_sec - start.tv_sec, 0, 15);
	assert_int_equal(action_running(), 2);
	let_go();
	while (action_running())
		action_exec_stop_all();
	assert_int_equal(threads(), threads_at_start);
}

/* NULL, or why this kernel cannot make such disks. */
static const char *refusal(void)
{
	int fd;

	if (geteuid())
		return "needs root";
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return "there can be no mount namespace";
	fd = watch_start("/proc/self/exe");
	if (fd < 0)
		return "this kernel has no permission events of fanotify";
	close(fd);
	return access("/dev/fuse", W_OK) ? "there is no /dev/fuse" : NULL;
}

#define WITH_DISK(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DISK(it_never_runs_once_its_time_is_over),
		WITH_DISK(what_is_let_go_in_time_runs),
		WITH_DISK(others_are_refused_while_it_hangs),
		WITH_DISK(stopping_does_not_wait_for_it),
	};
	const char *why = refusal();

	threads_at_start = threads();
	if (why) {
		printf("ok - programs on a disk that hangs # SKIP %s\n", why);
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
