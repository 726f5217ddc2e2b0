// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "exec_program.h"

struct program *programs;
unsigned int programs_running;

void program_add(struct program *program)
{
	program->next = programs;
	programs = program;
	programs_running++;
}

static void unlink_program(struct program *program)
{
	struct program **at;

	for (at = &programs; *at != program; at = &(*at)->next)
		;
	*at = program->next;
	programs_running--;
}

/* Closing alone does not take it out of epoll while a child still has a copy. */
void program_unwatch(struct program *program)
{
	if (program->pidfd < 0)
		return;
	epoll_ctl(program->epoll_fd, EPOLL_CTL_DEL, program->pidfd, NULL);
	close(program->pidfd);
	program->pidfd = -1;
}

void program_free(struct program *program)
{
	unlink_program(program);
	program_unwatch(program);
	exec_job_free(&program->job);
	free(program);
}

void program_signal(const struct program *program, int signal)
{
	if (program->pid > 0)
		kill(-program->pid, signal);
}

/* A program came back from being started: it runs, or cannot. */
static void take_back(struct program *program)
{
	program->pid = program->job.pid;
	if (program->stage == LATE)
		program_signal(program, SIGKILL);
	program->stage = program->stage == LATE ? KILLED : RUNNING;
}

struct program *program_next_back(void)
{
	struct exec_job *job = exec_start_back();
	struct program *program;

	if (!job)
		return NULL;
	program = (struct program *)((char *)job - offsetof(struct program, job));
	take_back(program);
	return program;
}

const struct program *program_find_late(void)
{
	const struct program *program;

	for (program = programs; program && program->stage != LATE; program = program->next)
		;
	return program;
}

static bool has_ended(const struct program *program)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, program->pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* End what is left of its group while the number is still theirs. */
static void reap(struct program *program)
{
	program_signal(program, SIGKILL);
	if (program->pid)
		waitpid(program->pid, NULL, 0);
	program_free(program);
}

/* Those that came back are asked to end, those that have ended are reaped. Returns how many more can end soon. */
static unsigned int stop_round(void)
{
	struct program *program, *next;
	unsigned int left = 0;

	while ((program = program_next_back()))
		if (program->job.err)
			reap(program);
	for (program = programs; program; program = next) {
		next = program->next;
		if (program->stage == RUNNING) {
			program_signal(program, SIGTERM);
			program->stage = ASKED;
		}
		if (program->pid && has_ended(program))
			reap(program);
		else if (program->stage != LATE)
			left++;
	}
	return left;
}

static void kill_all(void)
{
	struct program *program;

	for (program = programs; program; program = program->next) {
		program_signal(program, SIGKILL);
		if (program->stage == STARTING)
			exec_start_cancel(&program->job);
	}
}

void program_stop_all(void)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	int i;

	for (i = 0; i < 110 && stop_round(); i++) {
		if (i == 100)
			kill_all();
		nanosleep(&pause, NULL);
	}
}
