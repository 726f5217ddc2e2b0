// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "budget.h"
#include "scene.h"

#define HOUR UINT64_C(3600)

static struct budget_boot at(unsigned int boot, uint64_t uptime_s)
{
	struct budget_boot panic = { .uptime_s = uptime_s, .unix_s = 1, .panicked = true };

	snprintf(panic.boot, sizeof(panic.boot), "%08x-0000-0000-0000-000000000000", boot);
	return panic;
}

static struct budget_boot seen(unsigned int boot, uint64_t uptime_s)
{
	struct budget_boot of = at(boot, uptime_s);

	of.panicked = false;
	return of;
}

static void text_comes_back(void **state)
{
	struct budget budget = { .count = 3, .of = { at(1, 2), seen(3, 0), at(5, 999999999999) } };
	struct budget again;
	char buffer[BUDGET_TEXT];
	struct dupcqe_text text;

	(void)state;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	budget_format(&text, &budget);
	assert_int_equal(budget_parse(buffer, &again), 0);
	assert_int_equal(again.count, 3);
	assert_memory_equal(again.of, budget.of, 3 * sizeof(*budget.of));
}

static void the_largest_fits(void **state)
{
	struct budget budget = { .count = BUDGET_BOOTS }, again;
	char buffer[BUDGET_TEXT];
	struct dupcqe_text text;
	unsigned int i;

	(void)state;
	for (i = 0; i < BUDGET_BOOTS; i++) {
		budget.of[i] = at(i, 999999999999);
		budget.of[i].unix_s = 999999999999;
		budget.of[i].armed = true;
		memset(budget.of[i].by, 'a', sizeof(budget.of[i].by) - 1);
		budget.of[i].by[7] = ' ';
	}
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	budget_format(&text, &budget);
	assert_false(text.cut);
	assert_int_equal(budget_parse(buffer, &again), 0);
	assert_int_equal(again.count, BUDGET_BOOTS);
}

/* However it is torn, it is noticed: every prefix, and every byte changed. */
static void torn_text_is_refused(void **state)
{
	struct budget budget = { .count = 2, .of = { at(1, 2), seen(3, 4) } }, again;
	char buffer[BUDGET_TEXT], torn[BUDGET_TEXT];
	struct dupcqe_text text;
	size_t i;

	(void)state;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	budget_format(&text, &budget);
	for (i = 0; i < text.len; i++) {
		strcpy(torn, buffer);
		torn[i] = '\0';
		assert_int_equal(budget_parse(torn, &again), -EBADMSG);
		strcpy(torn, buffer);
		torn[i] = 'Z';
		assert_int_equal(budget_parse(torn, &again), -EBADMSG);
	}
	strcat(buffer, "x");
	assert_int_equal(budget_parse(buffer, &again), -EBADMSG);
}

static void one_a_boot(void **state)
{
	struct budget budget = { .count = 2, .of = { at(1, 48 * HOUR), at(2, 48 * HOUR) } };
	struct budget_boot now = at(1, 72 * HOUR);

	(void)state;
	assert_string_equal(budget_refusal(&budget, &now, 100), "this boot has had its panic");
	now = at(2, 72 * HOUR);
	assert_non_null(budget_refusal(&budget, &now, 100));
	now = at(3, 0);
	assert_null(budget_refusal(&budget, &now, 100));
}

static void n_a_day_of_running(void **state)
{
	struct budget budget = { .count = 2, .of = { at(1, 5 * HOUR), at(2, 10 * HOUR) } };
	struct budget_boot now = at(3, 14 * HOUR - 1);

	(void)state;
	/* the first one is 10 hours and 14 hours less a second old */
	assert_non_null(budget_refusal(&budget, &now, 2));
	assert_null(budget_refusal(&budget, &now, 3));
	now = at(3, 14 * HOUR);
	assert_null(budget_refusal(&budget, &now, 2));
	assert_non_null(budget_refusal(&budget, &now, 1));
	now = at(3, 24 * HOUR - 1);
	assert_non_null(budget_refusal(&budget, &now, 1));
	now = at(3, 24 * HOUR);
	assert_null(budget_refusal(&budget, &now, 1));
	assert_non_null(budget_refusal(&budget, &now, 0));
}

/* Whatever the wall clock says. */
static void no_clock_gives_more(void **state)
{
	struct budget budget = { .count = 1, .of = { at(1, 5 * HOUR) } };
	struct budget_boot now = at(2, HOUR);
	static const uint64_t clock[] = { 0, 1, 1000000000, 999999999999, UINT64_MAX };
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(clock) / sizeof(*clock); i++)
		for (j = 0; j < sizeof(clock) / sizeof(*clock); j++) {
			budget.of[0].unix_s = clock[i];
			now.unix_s = clock[j];
			assert_non_null(budget_refusal(&budget, &now, 1));
		}
}

static void time_that_was_seen_counts(void **state)
{
	struct budget budget = { .count = 2, .of = { at(1, HOUR), seen(2, 20 * HOUR) } };
	struct budget_boot now = at(3, 4 * HOUR - 1);

	(void)state;
	assert_non_null(budget_refusal(&budget, &now, 1));
	now = at(3, 4 * HOUR);
	assert_null(budget_refusal(&budget, &now, 1));
	/* of this very boot it is in the uptime already */
	now = at(2, 21 * HOUR);
	assert_non_null(budget_refusal(&budget, &now, 1));
	now = at(2, 24 * HOUR);
	assert_null(budget_refusal(&budget, &now, 1));
}

static void seen_is_written_once_a_boot(void **state)
{
	struct budget_boot now = seen(1, 5);
	const char *why;

	(void)state;
	assert_int_equal(budget_saw(t.paths.state_dir, &now), 0);
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
	assert_int_equal(budget_take(t.paths.state_dir, &now, 1, &why), 0);
	assert_int_equal(budget_saw(t.paths.state_dir, &now), 0);
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "end 1\n"));
	now = seen(2, 7);
	assert_int_equal(budget_saw(t.paths.state_dir, &now), 0);
	now = seen(2, 6);
	assert_int_equal(budget_saw(t.paths.state_dir, &now), 0);
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "000 6 1\nend 2\n"));
	assert_null(strstr(scene_file("state/" BUDGET_FILE), " 7 1\n"));
	/* a day later the panic is forgotten, and so is what was seen since */
	now = seen(3, BUDGET_DAY_S);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 1, &why), 0);
	assert_non_null(strstr(scene_file("state/" BUDGET_FILE), "000 86400 1\nend 1\n"));
}

/* Many boots without a panic make room for each other, and never for more panics. */
static void a_full_file_stays_whole(void **state)
{
	struct budget_boot now;
	const char *why;
	unsigned int boot;

	(void)state;
	now = at(1, 1);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 1, &why), 0);
	for (boot = 2; boot < 200; boot++) {
		now = seen(boot, 1);
		assert_int_equal(budget_saw(t.paths.state_dir, &now), 0);
		assert_int_equal(budget_check(t.paths.state_dir, &now, 1, &why), -EDQUOT);
	}
}

/* Boots of random length, a try at each: never more than N in what really were 24 hours. */
static void a_random_life(void **state)
{
	uint64_t time = 0, panic[4096], boot_s;
	unsigned int boot, count = 0;
	struct budget_boot now;
	const char *why;

	(void)state;
	srandom(7);
	for (boot = 1; boot < 400; boot++) {
		boot_s = (uint64_t)random() % (9 * HOUR);
		time += boot_s + (uint64_t)random() % HOUR;
		now = at(boot, boot_s);
		now.unix_s = (uint64_t)random();
		if (!budget_take(t.paths.state_dir, &now, 3, &why))
			panic[count++] = time;
		assert_int_equal(budget_take(t.paths.state_dir, &now, 3, &why), -EDQUOT);
		now.panicked = false;
		if (random() % 4)
			budget_saw(t.paths.state_dir, &now);
	}
	assert_in_range(count, 100, 399);
	for (boot = 3; boot < count; boot++)
		assert_true(panic[boot] - panic[boot - 3] >= BUDGET_DAY_S);
}

static void it_is_on_disk(void **state)
{
	struct budget_boot now;
	const char *why = NULL;

	(void)state;
	assert_int_equal(budget_now(t.paths.boot_id, &now), 0);
	now.uptime_s = 12;
	now.unix_s = 34;
	assert_int_equal(budget_check(t.paths.state_dir, &now, 1, &why), 0);
	assert_string_equal(scene_file("state/" BUDGET_FILE), "(none)");
	assert_int_equal(budget_take(t.paths.state_dir, &now, 1, &why), 0);
	assert_string_equal(scene_file("state/" BUDGET_FILE),
			    "nvme-dupcqed panic budget 1\n"
			    "panic 11111111-2222-3333-4444-555555555555 12 34\nend 1\n");
	assert_int_equal(budget_check(t.paths.state_dir, &now, 1, &why), -EDQUOT);
}

static void refuse_with(const char *content, const char *words)
{
	struct budget_boot now = at(9, 48 * HOUR);
	const char *why = NULL;

	scene_put("state/" BUDGET_FILE, content);
	assert_true(budget_take(t.paths.state_dir, &now, 9, &why) < 0);
	assert_string_equal(why, words);
	assert_string_equal(scene_file("state/" BUDGET_FILE), content);
}

static void doubt_is_refused(void **state)
{
	static char large[BUDGET_TEXT * 2];

	(void)state;
	refuse_with("", "the panic budget's file is not whole");
	refuse_with("nvme-dupcqed panic budget 1\nend 0", "the panic budget's file is not whole");
	refuse_with("nvme-dupcqed panic budget 2\nend 0\n", "the panic budget's file is not whole");
	refuse_with("nvme-dupcqed panic budget 1\nend 1\n", "the panic budget's file is not whole");
	memset(large, '\n', sizeof(large) - 1);
	refuse_with(large, "the panic budget's file is not whole");
}

static void strange_files_are_refused(void **state)
{
	struct budget_boot now = at(9, 48 * HOUR);
	const char *why = NULL;

	(void)state;
	assert_int_equal(symlink("/nonexistent", scene_path("state/" BUDGET_FILE)), 0);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 9, &why), -ELOOP);
	unlink(scene_path("state/" BUDGET_FILE));
	assert_int_equal(mkfifo(scene_path("state/" BUDGET_FILE), 0600), 0);
	assert_true(budget_take(t.paths.state_dir, &now, 9, &why) < 0);
	unlink(scene_path("state/" BUDGET_FILE));
	scene_put("state/" BUDGET_FILE, "nvme-dupcqed panic budget 1\nend 0\n");
	assert_int_equal(chmod(scene_path("state/" BUDGET_FILE), 0666), 0);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 9, &why), -EPERM);
	assert_int_equal(chmod(scene_path("state/" BUDGET_FILE), 0600), 0);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 9, &why), 0);
}

static void strange_folders_are_refused(void **state)
{
	struct budget_boot now = at(9, 48 * HOUR);
	const char *why = NULL;
	int fd;

	(void)state;
	assert_int_equal(budget_take(scene_path("none"), &now, 9, &why), -ENOENT);
	assert_int_equal(chmod(t.paths.state_dir, 0777), 0);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 9, &why), -EPERM);
	assert_int_equal(chmod(t.paths.state_dir, 0700), 0);
	fd = open(t.paths.state_dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 9, &why), -EWOULDBLOCK);
	close(fd);
	assert_int_equal(budget_take(t.paths.state_dir, &now, 9, &why), 0);
}

static void memory_is_no_disk(void **state)
{
	(void)state;
	assert_false(budget_folder_lasts("/nonexistent"));
	if (access("/dev/shm", F_OK))
		return;
	assert_false(budget_folder_lasts("/dev/shm"));
}

static void the_boot_must_be_known(void **state)
{
	struct budget_boot now;

	(void)state;
	assert_int_equal(budget_now(scene_path("none"), &now), -ENOENT);
	scene_put("boot_id", "");
	assert_int_equal(budget_now(t.paths.boot_id, &now), -EBADMSG);
	scene_put("boot_id", "11111111-2222-3333-4444-55555555555\n");
	assert_int_equal(budget_now(t.paths.boot_id, &now), -EBADMSG);
	scene_put("boot_id", "11111111-2222-3333-4444-5555555555555\n");
	assert_int_equal(budget_now(t.paths.boot_id, &now), -EBADMSG);
}

/* Acts, in memory that is shared: how often it was free to panic, and was killed whenever. */
static void act_until_killed(unsigned int first_boot, unsigned int *acted)
{
	struct budget_boot now;
	const char *why;
	unsigned int boot;

	for (boot = first_boot;; boot++) {
		now = at(boot, 23 * HOUR);
		if (!budget_take(t.paths.state_dir, &now, BUDGET_BOOTS, &why))
			__atomic_fetch_add(acted, 1, __ATOMIC_SEQ_CST);
	}
}

/* Never a torn file, never a panic that was acted on but not counted. */
static void killed_at_any_moment(void **state)
{
	unsigned int *acted = mmap(NULL, sizeof(*acted), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct budget_boot now = at(0xffffffff, 0);
	struct budget budget;
	const char *why;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (!pid)
			act_until_killed((unsigned int)i * 1000, acted);
		usleep((useconds_t)(random() % 20000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (access(scene_path("state/" BUDGET_FILE), F_OK)) {
			assert_int_equal(*acted, 0);
			continue;
		}
		assert_int_equal(budget_parse(scene_file("state/" BUDGET_FILE), &budget), 0);
		/* of a day of 23-hour boots two are kept: that at 23 hours, and the one before */
		assert_true(budget.count >= (*acted > 2 ? 2 : *acted));
		assert_int_equal(budget_check(t.paths.state_dir, &now, 1, &why), -EDQUOT);
	}
	assert_true(*acted > 10);
	munmap(acted, sizeof(*acted));
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_comes_back),
		cmocka_unit_test(the_largest_fits),
		cmocka_unit_test(torn_text_is_refused),
		cmocka_unit_test(one_a_boot),
		cmocka_unit_test(n_a_day_of_running),
		cmocka_unit_test(no_clock_gives_more),
		cmocka_unit_test(time_that_was_seen_counts),
		cmocka_unit_test(memory_is_no_disk),
		WITH_SCENE(seen_is_written_once_a_boot),
		WITH_SCENE(a_full_file_stays_whole),
		WITH_SCENE(a_random_life),
		WITH_SCENE(it_is_on_disk),
		WITH_SCENE(doubt_is_refused),
		WITH_SCENE(strange_files_are_refused),
		WITH_SCENE(strange_folders_are_refused),
		WITH_SCENE(the_boot_must_be_known),
		WITH_SCENE(killed_at_any_moment),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
