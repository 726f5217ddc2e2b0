// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program of the user's: argv, no shell; a new environment, /, umask 022, no signal blocked or
 * ignored, nothing open but the hit as JSON on its standard input; its output goes where the daemon's
 * goes (the journal, or the terminal); a process group of its own. Past its time limit the group gets
 * TERM, and later KILL. What is not even started by then (its file lies on the disk that hangs) never
 * will be; as long as it hangs nevertheless, no other is started.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "child.h"
#include "exec_program.h"
#include "timer.h"

#define SECOND UINT64_C(1000000000)

/* one for all: only a program's own end frees it once it is watched, so no wait of the same round can be stale */
static struct timer timer = { .fd = -1 };
static int epoll;
static int back_fd = -1; /* where programs come back from being started */

static uint64_t clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND + now.tv_nsec;
}

static void set_timer(void)
{
	const struct program *program;
	uint64_t due = UINT64_MAX, now_ns = clock_now();

	for (program = programs; program; program = program->next)
		if (program->due_ns < due)
			due = program->due_ns;
	timer_set(&timer, due == UINT64_MAX ? 0 : due > now_ns ? due - now_ns : 1, 0);
}

static void is_over(struct action_room *room, struct program *program, int result)
{
	program->told = true;
	if (room->ended)
		room->ended(room, ACTION_EXEC, result);
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
	waitpid(program->pid, &program->status, 0);
	if (!program->told) {
		tell_end(room, program);
		is_over(room, program, result_of(program));
	}
	program_free(program);
}

/*
 * The program has ended. Once its group was asked to end, it stays unreaped until that had its
 * time: so its pid, which is the group's number, cannot become somebody else's before KILL.
 */
static void on_end(struct action_wait *wait, struct action_room *room)
{
	struct program *program = (struct program *)wait;

	program_unwatch(program);
	if (program->stage == ASKED)
		return;
	forget(room, program);
	set_timer();
}

static void cannot_run(struct action_room *room, struct program *program, int err)
{
	if (program->pid)
		waitpid(program->pid, NULL, 0);
	if (!program->told) {
		action_tell(room, &program->kept.call, err, "cannot run '%s': %s", program->name, strerror(-err));
		is_over(room, program, err);
	}
	program_free(program);
}

static void came_back(struct action_room *room, struct program *program)
{
	int err = program->job.err;

	if (!err) {
		program->pidfd = child_watch(room, program->pid, &program->wait);
		if (program->pidfd >= 0)
			return;
		err = program->pidfd;
		program_signal(program, SIGKILL);
	}
	cannot_run(room, program, err);
}

static void on_back(struct action_wait *wait, struct action_room *room)
{
	struct program *program;

	(void)wait;
	while ((program = program_next_back()))
		came_back(room, program);
	set_timer();
}

static void too_late(struct action_room *room, struct program *program, uint64_t now_ns)
{
	exec_start_cancel(&program->job);
	program->stage = LATE;
	program->due_ns = UINT64_MAX;
	action_tell(room, &program->kept.call, -ETIMEDOUT,
		    "'%s' could not be started before its time limit, after %llu ms",
		    program->name, (unsigned long long)(now_ns - program->start_ns) / 1000000);
	is_over(room, program, -ETIMEDOUT);
}

static void next_stage(struct action_room *room, struct program *program, uint64_t now_ns)
{
	if (program->stage == STARTING) {
		too_late(room, program, now_ns);
		return;
	}
	program_signal(program, program->stage == RUNNING ? SIGTERM : SIGKILL);
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

static void on_timer(struct timer *at, struct action_room *room)
{
	struct program *program, *next;
	uint64_t now_ns = clock_now();

	(void)at;
	for (program = programs; program; program = next) {
		next = program->next;
		if (program->due_ns <= now_ns)
			next_stage(room, program, now_ns);
	}
	set_timer();
}

/* What is there from the first program on. */
static int prepare(const struct action_room *room)
{
	static struct action_wait wait = { on_back };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &wait };
	int fd, err;

	if (back_fd >= 0)
		return 0;
	fd = exec_start_open();
	if (fd < 0)
		return fd;
	epoll = room->epoll_fd;
	err = timer_open(&timer, epoll, on_timer);
	if (!err && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		err = -errno;
	if (err)
		timer_close(&timer, epoll);
	else
		back_fd = fd;
	return err;
}

static int hand_over(const struct action_room *room, const struct action_call *call, struct program *program)
{
	int err = prepare(room);

	if (!err)
		err = exec_job_make(&program->job, call);
	if (err)
		return err;
	program->start_ns = clock_now();
	err = exec_start(&program->job);
	if (err)
		exec_job_free(&program->job);
	return err;
}

static int begin(struct action_room *room, const struct action_call *call)
{
	struct program *program = calloc(1, sizeof(*program));
	int err = program ? hand_over(room, call, program) : -ENOMEM;

	if (err) {
		free(program);
		return err;
	}
	program->wait.ready = on_end;
	program->pidfd = -1;
	program->epoll_fd = room->epoll_fd;
	action_keep(&program->kept, call);
	snprintf(program->name, sizeof(program->name), "%s", call->action->argv[0]);
	program->due_ns = program->start_ns + room->config->exec_time_limit_ns;
	program->kill_after_ns = room->config->exec_kill_after_ns;
	program_add(program);
	set_timer();
	return ACTION_BEGUN;
}

unsigned int action_exec_running(void)
{
	return programs_running;
}

int action_exec(struct action_room *room, const struct action_call *call)
{
	const char *name = call->action->argv[0];
	const struct program *late = program_find_late();
	int err;

	if (late)
		return action_tell(room, call, -EAGAIN,
				   "'%s' was not started: the last program is still being started ('%s')", name, late->name);
	if (programs_running >= room->config->exec_max_running)
		return action_tell(room, call, -EAGAIN,
				   "'%s' was not started: %u programs are running", name, programs_running);
	if (room->dry_run && !access(name, X_OK))
		return action_tell(room, call, 0, "dry run: would run '%s'", name);
	err = room->dry_run ? -errno : begin(room, call);
	if (err < 0)
		return action_tell(room, call, err, "cannot run '%s': %s", name, strerror(-err));
	return err;
}

void action_exec_stop_all(void)
{
	program_stop_all();
	timer_close(&timer, epoll);
	if (back_fd >= 0)
		epoll_ctl(epoll, EPOLL_CTL_DEL, back_fd, NULL);
	back_fd = -1;
	exec_start_close();
}
