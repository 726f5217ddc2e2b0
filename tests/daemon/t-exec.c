// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "dupcqe/format.h"
#include "exec_env.h"
#include "scene.h"

static char out[256];

/* A script of the test's own, run with the path of a file for its output. */
static int run_script(const char *body)
{
	snprintf(out, sizeof(out), "%s", scene_path("out"));
	scene_put("script", body);
	return scene_run(ACTION_EXEC, "/bin/sh", scene_path("script"), out, NULL);
}

static long ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

/* A zombie whose parent is slow is none. */
static int is_alive(pid_t pid)
{
	char path[32], line[256] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	line[fread(line, 1, sizeof(line) - 1, file)] = '\0';
	fclose(file);
	return !strstr(line, ") Z ") && !strstr(line, ") X ");
}

static void a_program_runs(void **state)
{
	(void)state;
	assert_int_equal(run_script("echo done > $1\n"), ACTION_BEGUN);
	assert_int_equal(action_running(), 1);
	scene_wait(30000);
	assert_string_equal(scene_file("out"), "done\n");
	assert_int_equal(t.ended[ACTION_EXEC], 1);
	assert_int_equal(t.result, 0);
	assert_logged("'/bin/sh' ended well after");
}

static void its_environment_is_new(void **state)
{
	const char *env;

	(void)state;
	setenv("SECRET", "of the daemon", 1);
	setenv("LD_PRELOAD_NOT", "x", 1);
	t.hit.source = HIT_BY_EVENT;
	run_script("env > $1\n");
	scene_wait(30000);
	env = scene_file("out");
	assert_null(strstr(env, "SECRET"));
	assert_null(strstr(env, "HOME="));
	assert_non_null(strstr(env, "PATH=/usr/local/sbin:"));
	assert_non_null(strstr(env, "DUPCQE_RULE=some\n"));
	assert_non_null(strstr(env, "DUPCQE_COUNT=5\n"));
	assert_non_null(strstr(env, "DUPCQE_DEVICE=nvme3\n"));
	assert_non_null(strstr(env, "DUPCQE_ADDRESS=0000:03:00.0\n"));
	assert_non_null(strstr(env, "DUPCQE_QID=7\n"));
	assert_non_null(strstr(env, "DUPCQE_CID=4097\n"));
	assert_non_null(strstr(env, "DUPCQE_REASON=stale generation\n"));
	assert_non_null(strstr(env, "DUPCQE_SERIAL=S123\n"));
	assert_non_null(strstr(env, "DUPCQE_MODEL=Model ?[31m \"x\"\n"));
	assert_non_null(strstr(env, "DUPCQE_SOURCE=event\n"));
	assert_non_null(strstr(env, "DUPCQE_TEST=0\n"));
	assert_null(strstr(env, "DUPCQE_NSID"));
}

static void the_hit_comes_as_json(void **state)
{
	char json[DUPCQE_FORMAT_MAX];
	struct dupcqe_text text;

	(void)state;
	run_script("cat > $1\n");
	scene_wait(30000);
	dupcqe_text_init(&text, json, sizeof(json));
	dupcqe_format_json(&text, &t.hit.event);
	dupcqe_text_putc(&text, '\n');
	assert_string_equal(scene_file("out"), json);
}

static void it_has_a_group_and_signals_of_its_own(void **state)
{
	sigset_t set;

	(void)state;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	run_script("set -- $1 $(cut -d' ' -f1,5 /proc/$$/stat | tr ' ' =)\n"
		   "[ ${2%=*} = ${2#*=} ] && echo leads > $1\n"
		   "exec grep -E 'SigBlk|SigIgn.*[13579bdf]...$' /proc/self/status >> $1\n");
	scene_wait(30000);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_string_equal(scene_file("out"),
			    "leads\nSigBlk:\t0000000000000000\n");
}

static void it_inherits_no_descriptors(void **state)
{
	(void)state;
	run_script("ls -l /proc/$$/fd | grep -Eo '([a-z]*epoll|timerfd|pidfd|memfd:hit).*' > $1\n");
	scene_wait(30000);
	assert_string_equal(scene_file("out"), "memfd:hit.json (deleted)\n");
}

/* Whatever the daemon was started with. */
static void its_surroundings_are_known(void **state)
{
	char folder[256];
	mode_t mask = umask(0);
	int left = dup2(STDERR_FILENO, 77);

	(void)state;
	assert_non_null(getcwd(folder, sizeof(folder)));
	assert_int_equal(chdir(t.folder), 0);
	run_script("exec 1> $1\npwd\numask\nexec /bin/sh -c 'echo /proc/$$/fd/*'\n");
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(umask(mask), 0);
	scene_wait(30000);
	close(left);
	assert_int_equal(strncmp(scene_file("out"), "/\n0022\n/proc/", 13), 0);
	assert_non_null(strstr(scene_file("out"), "/fd/2"));
	assert_null(strstr(scene_file("out"), "/fd/77"));
}

static void failures_are_told(void **state)
{
	(void)state;
	run_script("exit 7\n");
	scene_wait(30000);
	assert_int_equal(t.result, -ECANCELED);
	assert_logged("ended with status 7");
	run_script("kill -SEGV $$\n");
	scene_wait(30000);
	assert_logged("died of signal 11");
	assert_int_equal(scene_run(ACTION_EXEC, "/nonexistent/program", NULL), ACTION_BEGUN);
	scene_wait(30000);
	assert_int_equal(t.result, -ENOENT);
	assert_logged("cannot run '/nonexistent/program': No such file");
	assert_int_equal(scene_run(ACTION_EXEC, scene_path("boot_id"), NULL), ACTION_BEGUN);
	scene_wait(30000);
	assert_int_equal(t.result, -EACCES);
	assert_int_equal(t.ended[ACTION_EXEC], 4);
}

/* Long enough for a slow machine to start a shell. */
#define TIME_LIMIT_S 3

static pid_t wait_for_pid(void)
{
	int i;

	for (i = 0; i < 3000 && atoi(scene_file("out")) <= 0; i++)
		usleep(1000);
	return atoi(scene_file("out"));
}

static void assert_goes(pid_t pid)
{
	int i;

	for (i = 0; i < 5000 && is_alive(pid); i++)
		usleep(1000);
	assert_false(is_alive(pid));
}

/* TERM is refused by the program, and by its child: only KILL ends both. */
static void time_is_limited(void **state)
{
	struct timespec start;

	(void)state;
	t.config.exec_time_limit_ns = TIME_LIMIT_S * UINT64_C(1000000000);
	clock_gettime(CLOCK_MONOTONIC, &start);
	run_script("trap '' TERM\n(sleep 1000) &\necho $! > $1\nwhile :; do sleep 1; done\n");
	scene_wait(30000);
	assert_true(ms_since(&start) >= TIME_LIMIT_S * 1000 + 190);
	assert_int_equal(t.result, -ETIMEDOUT);
	assert_logged("was ended at its time limit");
	assert_goes(wait_for_pid());
}

/* The leader goes at TERM; what it started has its time to end as well, and no longer. */
static void the_group_is_ended_too(void **state)
{
	pid_t leader, left;

	(void)state;
	t.config.exec_time_limit_ns = TIME_LIMIT_S * UINT64_C(1000000000);
	t.config.exec_kill_after_ns = UINT64_C(2000000000);
	run_script("echo $$ > $1.leader\n"
		   "(trap '' TERM; sh -c 'echo $PPID' > $1; while :; do sleep 1; done) &\n"
		   "exec sleep 1000\n");
	left = wait_for_pid();
	leader = atoi(scene_file("out.leader"));
	assert_true(leader > 0 && is_alive(leader) && is_alive(left));
	while (is_alive(leader))
		scene_dispatch(10);
	assert_int_equal(action_running(), 1);
	assert_true(is_alive(left));
	scene_wait(30000);
	assert_goes(left);
	assert_int_equal(t.ended[ACTION_EXEC], 1);
}

static void number_is_limited(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(scene_run(ACTION_EXEC, "/bin/sleep", "0.2", NULL), ACTION_BEGUN);
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/sleep", "0.2", NULL), -EAGAIN);
	assert_logged("was not started: 4 programs are running");
	scene_wait(30000);
	assert_int_equal(scene_run(ACTION_EXEC, "/bin/true", NULL), ACTION_BEGUN);
	scene_wait(30000);
	assert_int_equal(t.ended[ACTION_EXEC], 5);
}

/* The reader goes on at once, whatever the program does with its input. */
static void nothing_waits_for_it(void **state)
{
	struct timespec start;

	(void)state;
	t.hit.event.cqw_count = DUPCQE_WINDOW_CQES;
	memset(t.hit.event.cqw, 0xff, sizeof(t.hit.event.cqw));
	t.hit.event.has |= DUPCQE_BIT(DUPCQE_CQW);
	clock_gettime(CLOCK_MONOTONIC, &start);
	run_script("sleep 1\n");
	run_script("exec <&-\nsleep 1\n");
	assert_in_range(ms_since(&start), 0, 1900);
	scene_wait(30000);
	assert_int_equal(t.ended[ACTION_EXEC], 2);
}

static void stopping_ends_all(void **state)
{
	struct timespec start;

	(void)state;
	run_script("trap '' TERM\necho $$ > $1\nwhile :; do sleep 1; done\n");
	scene_run(ACTION_EXEC, "/bin/sleep", "1000", NULL);
	assert_true(wait_for_pid() > 0);
	clock_gettime(CLOCK_MONOTONIC, &start);
	action_exec_stop_all();
	assert_int_equal(action_running(), 0);
	assert_in_range(ms_since(&start), 900, 10000);
}

static void dry_run_runs_nothing(void **state)
{
	(void)state;
	t.room.dry_run = true;
	assert_int_equal(run_script("echo > $1\n"), 0);
	assert_logged("dry run: would run '/bin/sh'");
	assert_int_equal(scene_run(ACTION_EXEC, "/nonexistent/program", NULL), -ENOENT);
	assert_string_equal(scene_file("out"), "(none)");
}

/* Nothing is written beyond the store, whatever the strings are. */
static void the_environment_is_bounded(void **state)
{
	static struct exec_env env;
	static char rule[EXEC_ENV_BYTES];
	unsigned int i;

	(void)state;
	memset(t.hit.event.addr, 'x', sizeof(t.hit.event.addr) - 1);
	memset(t.hit.identity.model, 'y', sizeof(t.hit.identity.model) - 1);
	t.hit.event.has = UINT64_MAX;
	scene_run(ACTION_LOG);
	exec_env_make(&env, &t.call);
	assert_true(env.count <= EXEC_ENV && env.used <= sizeof(env.store));
	assert_null(env.at[env.count]);
	for (i = 0; i < env.count; i++)
		assert_non_null(strchr(env.at[i], '='));
	/* what does not fit is not there, rather than half of it */
	memset(rule, 'z', sizeof(rule) - 1);
	t.call.rule = rule;
	exec_env_make(&env, &t.call);
	for (i = 0; i < env.count; i++)
		assert_null(strstr(env.at[i], "DUPCQE_RULE"));
	assert_true(i > 10);
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(a_program_runs),
		WITH_SCENE(its_environment_is_new),
		WITH_SCENE(the_hit_comes_as_json),
		WITH_SCENE(it_has_a_group_and_signals_of_its_own),
		WITH_SCENE(it_inherits_no_descriptors),
		WITH_SCENE(its_surroundings_are_known),
		WITH_SCENE(failures_are_told),
		WITH_SCENE(time_is_limited),
		WITH_SCENE(the_group_is_ended_too),
		WITH_SCENE(number_is_limited),
		WITH_SCENE(nothing_waits_for_it),
		WITH_SCENE(stopping_ends_all),
		WITH_SCENE(dry_run_runs_nothing),
		WITH_SCENE(the_environment_is_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
