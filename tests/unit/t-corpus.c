// SPDX-License-Identifier: GPL-2.0-or-later
/* The fuzz targets (tests/fuzz/targets.h) over the corpus and over cut pieces of it, without a
 * fuzzer. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include "../fuzz/targets.h"
#include "corpus.h"

typedef int (*target)(const uint8_t *data, size_t size);

static void run_whole_and_cut(target run, const uint8_t *data, size_t size)
{
	size_t cut;

	for (cut = 0; cut < size; cut += 1 + size / 16)
		run(data, cut);
	run(data, size);
}

static void run_folder(target run, const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	uint8_t data[8192];
	int count = 0;

	if (!dir)
		fail_msg("cannot open '%s'", folder);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			run_whole_and_cut(run, data,
					  corpus_read(folder, entry->d_name, data, sizeof(data)));
			count++;
		}
	closedir(dir);
	assert_true(count > 0);
}

static void records(void **state)
{
	(void)state;
	run_folder(fuzz_record, CORPUS "/record");
}

static void probes(void **state)
{
	(void)state;
	run_folder(fuzz_probe, CORPUS "/probe");
}

static void formats(void **state)
{
	(void)state;
	run_folder(fuzz_format, CORPUS "/format");
}

static void plugin(void **state)
{
	(void)state;
	run_folder(fuzz_plugin, CORPUS "/plugin");
}

static void logs(void **state)
{
	(void)state;
	run_folder(fuzz_log, CORPUS "/log");
}

static void dumps(void **state)
{
	(void)state;
	run_folder(fuzz_dump, CORPUS "/dump");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(probes),
		cmocka_unit_test(formats),
		cmocka_unit_test(plugin),
		cmocka_unit_test(logs),
		cmocka_unit_test(dumps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
