// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "config-lab.h"

char lab_folder[64];
char lab_main[128];
char *lab_errors;
struct config *lab_config;

static void forget(void)
{
	config_free(lab_config);
	lab_config = NULL;
	free(lab_errors);
	lab_errors = NULL;
}

const char *lab_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", lab_folder, name);
	return path;
}

int lab_setup(void **state)
{
	(void)state;
	strcpy(lab_folder, "/tmp/dupcqe-config-XXXXXX");
	assert_non_null(mkdtemp(lab_folder));
	snprintf(lab_main, sizeof(lab_main), "%s/c.conf", lab_folder);
	assert_int_equal(mkdir(lab_path("c.conf.d"), 0755), 0);
	lab_write("c.conf", "");
	return 0;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

int lab_teardown(void **state)
{
	(void)state;
	forget();
	return nftw(lab_folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void lab_write_bytes(const char *name, const char *bytes, size_t count)
{
	FILE *file = fopen(lab_path(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(lab_path(name), 0644), 0);
}

void lab_write(const char *name, const char *text)
{
	lab_write_bytes(name, text, strlen(text));
}

/* Paths differ from run to run: "/tmp/dupcqe-config-aBcDeF/c.conf:1:" becomes "c.conf:1:". */
static void drop_folder(char *text)
{
	size_t length = strlen(lab_folder) + 1;
	char *at;

	while ((at = strstr(text, lab_folder)) && at[length - 1] == '/')
		memmove(at, at + length, strlen(at + length) + 1);
}

int lab_read(void)
{
	size_t size;
	FILE *errors;
	int err;

	forget();
	errors = open_memstream(&lab_errors, &size);
	assert_non_null(errors);
	err = config_read(lab_main, errors, &lab_config);
	assert_int_equal(fclose(errors), 0);
	drop_folder(lab_errors);
	/* a failed read leaves nothing behind and says why; nothing is wrong without a failure */
	assert_int_equal(!err, lab_config != NULL);
	assert_true(!err || lab_errors[0]);
	return err;
}

int lab_read_text(const char *text)
{
	lab_write("c.conf", text);
	return lab_read();
}

const struct config *lab_good(const char *text)
{
	if (lab_read_text(text) != 0 || lab_errors[0])
		fail_msg("'%s' is refused: %s", text, lab_errors);
	return lab_config;
}

void lab_bad(const char *text, const char *errors)
{
	if (lab_read_text(text) == 0)
		fail_msg("'%s' is taken; expected %s", text, errors);
	if (strcmp(lab_errors, errors) != 0)
		fail_msg("'%s' says\n%s\nand not\n%s", text, lab_errors, errors);
}
