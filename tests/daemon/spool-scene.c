// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "spool-scene.h"

struct spool_limits spool_limit;
int spool_folder;

int spool_setup(void **state)
{
	scene_setup(state);
	spool_limit = (struct spool_limits){ .max_number = 100, .max_bytes = 1 << 20 };
	spool_folder = spool_open(scene_path("spool"));
	assert_true(spool_folder >= 0);
	return 0;
}

int spool_teardown(void **state)
{
	close(spool_folder);
	return scene_teardown(state);
}

int spool_make(size_t bytes)
{
	struct spool_draft draft;
	static char data[1 << 20];
	int err = spool_begin(&draft, spool_folder, &spool_limit, bytes, 1000000000, 3);

	memset(data, 'x', sizeof(data));
	if (err)
		return err;
	err = spool_write(&draft, SPOOL_DAT, data, bytes / 2);
	if (!err)
		err = spool_write(&draft, SPOOL_JSON, data, bytes - bytes / 2);
	if (err)
		spool_abandon(&draft);
	else
		err = spool_commit(&draft);
	return err ? err : spool_prune(spool_folder, &spool_limit, 1000000000);
}

void assert_items(size_t count, uint64_t first)
{
	struct spool_list list;

	assert_int_equal(spool_list(spool_folder, &list), 0);
	assert_int_equal(list.count, count);
	if (count)
		assert_int_equal(list.item[0].sequence, first);
	free(list.item);
}

unsigned int spool_files(void)
{
	DIR *dir = opendir(scene_path("spool"));
	unsigned int count = 0;
	struct dirent *entry;

	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}
