// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's last messages, in folders of the shape of pstore and of systemd-pstore's. */
#include <string.h>
#include <unistd.h>
#include "lastboot-scene.h"

static const char panic_line[] =
	"<0>[   12.3] Kernel panic - not syncing: nvme_dup_cqe_panic: 0000:00:03.0: nvme0: qid=1, cmdid=5\n";

static void with_the_kernels_last_messages(void **state)
{
	(void)state;
	lastboot_scene_crash();
	scene_put("sys/fs/pstore/dmesg-ramoops-0", panic_line);
	scene_put("sys/fs/pstore/console-ramoops-0", "not this");
	assert_int_equal(lastboot_take(&lastboot_about, t.room.instance), 1);
	assert_has(lastboot_scene_save(), "; with the kernel's last messages\n");
	assert_has(lastboot_scene_saved("cat %s/dupcqe-*-nvme3.dmesg.txt"), panic_line);
	assert_has(lastboot_scene_saved("cat %s/*.json"), ".dmesg.txt\"");
	assert_null(strstr(lastboot_scene_saved("cat %s/*.txt"), "not this"));
	assert_has(lastboot_scene_saved("stat -c %%a %s/*.txt"), "600");
	assert_int_equal(lastboot_scene_entries(""), 3);
	assert_string_equal(lastboot_scene_save(), "");
	assert_string_equal(scene_file("sys/fs/pstore/dmesg-ramoops-0"), panic_line);
}

static void the_messages_alone(void **state)
{
	struct spool_limits limits = { .max_number = 1, .max_bytes = 1 << 20 };
	int folder;

	(void)state;
	scene_put("sys/fs/pstore/dmesg-efi-1", "the first part\n");
	scene_put("sys/fs/pstore/dmesg-efi-2", "<0> nvme-dupcqed: nvme0: qid=1, cmdid=5, depth=8\n");
	assert_has(lastboot_scene_save(), "the last messages of a kernel that went down are saved as '");
	assert_int_equal(lastboot_scene_entries(".dat"), 0);
	assert_has(lastboot_scene_saved("cat %s/*.txt"), "==> dmesg-efi-1 <==\nthe first part\n==> dmesg-efi-2 "
							 "<==\n<0> nvme-dupcqed: nvme0");
	assert_has(lastboot_scene_saved("cat %s/*.json"), "\"trace\":null,\"taken\":\"last-boot\"");
	/* systemd-pstore moves them later, and the next panic comes; it may be at it just now */
	scene_put("moved/1700000000/dmesg-efi-2", "<0> nvme-dupcqed: nvme0: qid=1, cmdid=5, depth=8\n");
	assert_string_equal(lastboot_scene_save(), "");
	scene_put("moved/1800000000/003/dmesg-efi-2", panic_line);
	scene_put("sys/fs/pstore/dmesg-efi-2", panic_line);
	assert_has(lastboot_scene_save(), "the last messages of a kernel that went down are saved as '");
	assert_int_equal(lastboot_scene_entries(".txt"), 2);
	assert_has(lastboot_scene_saved("cat %s/*.txt | grep -c nvme_dup_cqe_panic"), "1\n");
	folder = spool_open(t.config.snapshot_dir);
	assert_int_equal(spool_prune(folder, &limits, 0), 0);
	close(folder);
	assert_int_equal(lastboot_scene_entries(""), 2);
	assert_has(lastboot_scene_saved("cat %s/*.txt"), panic_line);
}

static void messages_of_others(void **state)
{
	(void)state;
	scene_put("sys/fs/pstore/dmesg-ramoops-0", "Kernel panic - not syncing: sysrq triggered crash\nnvme_dup_cqe: "
						   "some line\n");
	assert_string_equal(lastboot_scene_save(), "");
	assert_int_equal(lastboot_scene_entries(""), 0);
}

#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, lastboot_scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(with_the_kernels_last_messages),
		WITH_SCENE(the_messages_alone),
		WITH_SCENE(messages_of_others),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
