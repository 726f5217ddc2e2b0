// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program of the user's: argv, no shell; a new environment, /, umask 022, no signal blocked or
 * ignored, nothing open but the hit as JSON on its standard input; its output goes where the daemon's
 * goes (the journal, or the terminal); a process group of its own. Past its time limit the group gets
 * TERM, and later KILL.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "action_report.h"
#include "child.h"
#include "exec_env.h"

#define SECOND UINT64_C(1000000000)

enum stage { RUNNING, ASKED, KILLED };

struct program {
	struct action_wait wait; /* first */
	struct program *next;
	struct action_kept kept;
	char name[CONFIG_PATH];
	pid_t pid;  /* and process group */
	int pidfd;  /* -1: it ended, its group may still be there */
	int status; /* of waitpid() */
	enum stage stage;
	uint64_t start_ns;
	uint64_t due_ns; /* of the next stage */
	uint64_t kill_after_ns;
};

static struct program *programs;
static unsigned int running;
/* one for all: only a program's own end frees it, so no wait of the same round can be stale */
static int timer_fd = -1, timer_epoll = -1;

/* Closing alone does not take it out of epoll while a child still has a copy. */
static void unwatch(int fd)
{
	epoll_ctl(timer_epoll, EPOLL_CTL_DEL, fd, NULL);
	close(fd);
}

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + now.tv_nsec;
}

static void set_timer(void)
{
	struct itimerspec at = { 0 };
	const struct program *program;
	uint64_t due = UINT64_MAX;

	for (program = programs; program; program = program->next)
		if (program->due_ns < due)
			due = program->due_ns;
	if (due != UINT64_MAX) {
		at.it_value.tv_sec = due / SECOND;
		at.it_value.tv_nsec = due % SECOND;
	}
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

/* 0, or what speaks against "it went well". */
static int result_of(const struct program *program)
{
	if (program->stage != RUNNING)
		return -ETIMEDOUT;
	return program->status ? -ECANCELED : 0;
}

static void tell_end(struct action_room *room, const struct program *program)
{
	const struct action_call *call = &program->kept.call;
	unsigned long long ms = (clock_now() - program->start_ns) / 1000000;
	int result = result_of(program);

	if (program->stage != RUNNING)
		action_tell(room, call, result, "'%s' was ended at its time limit, after %llu ms",
			    program->name, ms);
	else if (WIFSIGNALED(program->status))
		action_tell(room, call, result, "'%s' died of signal %d (%s) after %llu ms",
			    program->name, WTERMSIG(program->status),
			    strsignal(WTERMSIG(program->status)), ms);
	else if (program->status)
		action_tell(room, call, result, "'%s' ended with status %d after %llu ms",
			    program->name, WEXITSTATUS(program->status), ms);
	else
		action_tell(room, call, 0, "'%s' ended well after %llu ms", program->name, ms);
}

/* It has ended: reap it, tell, and let it go. */
static void forget(struct action_room *room, struct program *program)
{
	struct program **at;

	for (at = &programs; *at != program; at = &(*at)->next)
		;
	*at = program->next;
	running--;
	waitpid(program->pid, &program->status, 0);
	tell_end(room, program);
	if (room->ended)
		room->ended(room, ACTION_EXEC, result_of(program));
	free(program);
}

/*
 * The program has ended. Once its group was asked to end, it stays unreaped until that had its
 * time: so its pid, which is the group's number, cannot become somebody else's before KILL.
 */
static void on_end(struct action_wait *wait, struct action_room *room)
{
	struct program *program = (struct program *)wait;

	unwatch(program->pidfd);
	program->pidfd = -1;
	if (program->stage == ASKED)
		return;
	forget(room, program);
	set_timer();
}

static void next_stage(struct action_room *room, struct program *program, uint64_t now_ns)
{
	kill(-program->pid, program->stage == RUNNING ? SIGTERM : SIGKILL);
	if (program->stage == RUNNING) {
		program->stage = ASKED;
		program->due_ns = now_ns + program->kill_after_ns;
		return;
	}
	program->stage = KILLED;
	program->due_ns = UINT64_MAX;
	if (program->pidfd < 0)
		forget(room, program);
}

static void on_timer(struct action_wait *wait, struct action_room *room)
{
	struct program *program, *next;
	uint64_t ticks, now_ns = clock_now();

	(void)wait;
	if (read(timer_fd, &ticks, sizeof(ticks)) < 0)
		return;
	for (program = programs; program; program = next) {
		next = program->next;
		if (program->due_ns <= now_ns)
			next_stage(room, program, now_ns);
	}
	set_timer();
}

static int need_timer(const struct action_room *room)
{
	static struct action_wait wait = { on_timer };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &wait };
	int err;

	if (timer_fd >= 0)
		return 0;
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer_fd < 0)
		return -errno;
	timer_epoll = room->epoll_fd;
	if (!epoll_ctl(timer_epoll, EPOLL_CTL_ADD, timer_fd, &event))
		return 0;
	err = -errno;
	close(timer_fd);
	timer_fd = -1;
	return err;
}

/* Whoever started the daemon may have left descriptors open that it knows nothing of. */
static int set_files(posix_spawn_file_actions_t *files, int input)
{
	int err = posix_spawn_file_actions_adddup2(files, input, STDIN_FILENO);

	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
	return err ? err : posix_spawn_file_actions_addchdir_np(files, "/");
}

static int spawn(pid_t *ret_pid, char *const argv[], char *const env[], int input)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	mode_t mask;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawn_file_actions_init(&files);
	err = set_files(&files, input);
	mask = umask(022);
	if (!err)
		err = posix_spawn(ret_pid, argv[0], &files, &attr, argv, env);
	umask(mask);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -err;
}

static int start(struct action_room *room, const struct action_call *call, struct program *program)
{
	struct exec_env env;
	int input, err = need_timer(room);

	if (err)
		return err;
	input = exec_stdin(call->hit);
	if (input < 0)
		return input;
	exec_env_make(&env, call);
	program->start_ns = clock_now();
	err = spawn(&program->pid, call->action->argv, env.at, input);
	close(input);
	if (err)
		return err;
	program->pidfd = child_watch(room, program->pid, &program->wait);
	if (program->pidfd >= 0)
		return 0;
	kill(-program->pid, SIGKILL);
	waitpid(program->pid, NULL, 0);
	return program->pidfd;
}

static int begin(struct action_room *room, const struct action_call *call)
{
	struct program *program = calloc(1, sizeof(*program));
	int err;

	if (!program)
		return -ENOMEM;
	program->wait.ready = on_end;
	err = start(room, call, program);
	if (err) {
		free(program);
		return err;
	}
	action_keep(&program->kept, call);
	snprintf(program->name, sizeof(program->name), "%s", call->action->argv[0]);
	program->due_ns = program->start_ns + room->config->exec_time_limit_ns;
	program->kill_after_ns = room->config->exec_kill_after_ns;
	program->next = programs;
	programs = program;
	running++;
	set_timer();
	return ACTION_BEGUN;
}

unsigned int action_exec_running(void)
{
	return running;
}

int action_exec(struct action_room *room, const struct action_call *call)
{
	const char *name = call->action->argv[0];
	int err;

	if (running >= room->config->exec_max_running)
		return action_tell(room, call, -EAGAIN,
				   "'%s' was not started: %u programs are running", name, running);
	if (room->dry_run && !access(name, X_OK))
		return action_tell(room, call, 0, "dry run: would run '%s'", name);
	err = room->dry_run ? -errno : begin(room, call);
	if (err < 0)
		return action_tell(room, call, err, "cannot run '%s': %s", name, strerror(-err));
	return err;
}

static void signal_all(int signal)
{
	const struct program *program;

	for (program = programs; program; program = program->next)
		kill(-program->pid, signal);
}

static bool has_ended(const struct program *program)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, program->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* Reap those that have ended, and end what is left of their groups while the number is still
 * theirs. */
static void reap_all(void)
{
	struct program **at = &programs, *program;

	while ((program = *at)) {
		if (!has_ended(program)) {
			at = &program->next;
			continue;
		}
		kill(-program->pid, SIGKILL);
		waitpid(program->pid, NULL, 0);
		*at = program->next;
		if (program->pidfd >= 0)
			unwatch(program->pidfd);
		free(program);
		running--;
	}
}

void action_exec_stop_all(void)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	int i;

	signal_all(SIGTERM);
	for (i = 0; i < 110 && programs; i++) {
		if (i == 100)
			signal_all(SIGKILL);
		reap_all();
		if (programs)
			nanosleep(&pause, NULL);
	}
	if (timer_fd >= 0)
		unwatch(timer_fd);
	timer_fd = -1;
}
