// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "exec_start.h"

/* Enough for the frames of the sanitizers; it is not touched before it is needed. */
enum { STACK_BYTES = 256 << 10 };

enum { READ, WRITE };

static pthread_t thread;
static bool is_open;
static unsigned int out;
/* of pointers to jobs */
static int jobs[2], done[2];

int exec_job_make(struct exec_job *job, const struct action_call *call)
{
	char *const *argv = call->action->argv;
	int i;

	for (i = 0; argv[i]; i++) {
		job->argv[i] = strdup(argv[i]);
		if (!job->argv[i])
			break;
	}
	job->input = argv[i] ? -ENOMEM : exec_stdin(call->hit);
	exec_env_make(&job->env, call);
	if (job->input >= 0)
		return 0;
	exec_job_free(job);
	return job->input;
}

void exec_job_free(struct exec_job *job)
{
	int i;

	for (i = 0; i < CONFIG_ARGS; i++)
		free(job->argv[i]);
	if (job->input >= 0)
		close(job->input);
}

static void reset_signals(void)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	int signal;

	for (signal = 1; signal < NSIG; signal++)
		sigaction(signal, &action, NULL);
}

static int set_input(int input)
{
	if (input == STDIN_FILENO)
		return fcntl(input, F_SETFD, 0);
	return dup2(input, STDIN_FILENO);
}

/*
 * In the new process, which has the daemon's memory until execve(), and its descriptors: whoever started the daemon may
 * have left some open that it knows nothing of.
 */
static int become(const struct exec_job *job)
{
	sigset_t none;

	sigemptyset(&none);
	reset_signals();
	if (setpgid(0, 0) || set_input(job->input) < 0 || chdir("/"))
		return -errno;
	closefrom(STDERR_FILENO + 1);
	umask(022);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(job->argv[0], job->argv, job->env.at);
	return -errno;
}

/* Either this sees that it is cancelled, or who cancels it sees the process. */
__attribute__((noinline, noreturn)) static void go(struct exec_job *job)
{
	atomic_store(&job->pid, getpid());
	job->err = atomic_load(&job->cancelled) ? -ECANCELED : become(job);
	_exit(127);
}

/* Unlike posix_spawn(3) this lets others know the process while it is being started. */
static void start(struct exec_job *job)
{
	pid_t pid;

	if (atomic_load(&job->cancelled)) {
		job->err = -ECANCELED;
		return;
	}
	pid = vfork();
	if (!pid)
		go(job);
	if (pid < 0)
		job->err = -errno;
	else
		atomic_store(&job->pid, pid);
}

static void *work(void *arg)
{
	struct exec_job *job;

	while (read(jobs[READ], &job, sizeof(job)) == sizeof(job) && job) {
		start(job);
		if (write(done[WRITE], &job, sizeof(job)) < 0)
			break;
	}
	return arg;
}

static void close_both(const int pipe[2])
{
	close(pipe[READ]);
	close(pipe[WRITE]);
}

static int make_pipes(void)
{
	int err;

	if (pipe2(jobs, O_CLOEXEC))
		return -errno;
	if (!pipe2(done, O_CLOEXEC)) {
		fcntl(done[READ], F_SETFL, O_NONBLOCK);
		return 0;
	}
	err = -errno;
	close_both(jobs);
	return err;
}

/* Signals are the daemon's. */
static int make_thread(void)
{
	pthread_attr_t attr;
	sigset_t all;
	int err;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	err = pthread_attr_setsigmask_np(&attr, &all);
	if (!err)
		err = pthread_create(&thread, &attr, work, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

int exec_start_open(void)
{
	int err = is_open ? 0 : make_pipes();

	if (!err && !is_open) {
		err = make_thread();
		if (err) {
			close_both(jobs);
			close_both(done);
		}
	}
	is_open = !err;
	return err ? err : done[READ];
}

/* It does not wait: a pipe has room for 512 pointers at least. */
int exec_start(struct exec_job *job)
{
	if (write(jobs[WRITE], &job, sizeof(job)) < 0)
		return -errno;
	out++;
	return 0;
}

struct exec_job *exec_start_back(void)
{
	struct exec_job *job;

	if (!is_open || read(done[READ], &job, sizeof(job)) != sizeof(job))
		return NULL;
	out--;
	return job;
}

void exec_start_cancel(struct exec_job *job)
{
	pid_t pid;

	atomic_store(&job->cancelled, true);
	pid = atomic_load(&job->pid);
	if (pid)
		kill(pid, SIGKILL);
}

/* Not by closing: a child of the daemon's may have a copy. */
void exec_start_close(void)
{
	struct exec_job *none = NULL;

	if (!is_open || out || write(jobs[WRITE], &none, sizeof(none)) < 0)
		return;
	pthread_join(thread, NULL);
	close_both(jobs);
	close_both(done);
	is_open = false;
}
