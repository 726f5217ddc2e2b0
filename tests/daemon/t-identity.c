// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "identity.h"

static char sysfs[] = "/tmp/dupcqe-identity-XXXXXX";
static struct identity_cache *cache;

static void put(const char *controller, const char *file, const char *text)
{
	char path[200];
	FILE *to;

	snprintf(path, sizeof(path), "%s/%s", sysfs, controller);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%s/%s", sysfs, controller, file);
	to = fopen(path, "w");
	assert_non_null(to);
	fputs(text, to);
	fclose(to);
}

static void take(const char *controller)
{
	static const char *const files[] = { "/model", "/serial", "/address", "" };
	char path[200];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", sysfs, controller, files[i]);
		remove(path);
	}
}

static void put_all(const char *controller, const char *model, const char *serial,
		    const char *address)
{
	put(controller, "model", model);
	put(controller, "serial", serial);
	put(controller, "address", address);
}

static const struct dupcqe_identity *ask(int ctrl_id, const char *addr)
{
	static struct dupcqe_identity identity;
	struct dupcqe_event event = { .has = DUPCQE_BIT(DUPCQE_CTRL_ID), .ctrl_id = ctrl_id };

	if (addr) {
		event.has |= DUPCQE_BIT(DUPCQE_ADDR);
		strcpy(event.addr, addr);
	}
	memset(&identity, 0xa5, sizeof(identity));
	identity_get(cache, &event, &identity);
	return &identity;
}

static int start(void **state)
{
	(void)state;
	cache = identity_new(sysfs);
	put_all("nvme0", "QEMU NVMe Ctrl                          \n", "  abc 1 \n",
		"0000:01:00.0\n");
	return cache ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	identity_free(cache);
	take("nvme0");
	take("nvme64");
	return 0;
}

static void trimmed(void **state)
{
	(void)state;
	assert_string_equal(ask(0, NULL)->model, "QEMU NVMe Ctrl");
	assert_string_equal(ask(0, NULL)->serial, "abc 1");
	put("nvme0", "serial", "                    \n");
	put("nvme0", "model", "0123456789012345678901234567890123456789 and more\n");
	identity_free(cache);
	cache = identity_new(sysfs);
	assert_string_equal(ask(0, NULL)->serial, "");
	assert_string_equal(ask(0, NULL)->model, "0123456789012345678901234567890123456789");
}

static void nobody(void **state)
{
	struct dupcqe_event none = { .has = 0 };
	struct dupcqe_identity identity;

	(void)state;
	assert_string_equal(ask(1, NULL)->model, "");
	assert_string_equal(ask(-1, NULL)->model, "");
	assert_string_equal(ask(INT32_MIN, NULL)->model, "");
	identity_get(cache, &none, &identity);
	assert_string_equal(identity.model, "");
	/* unknown is not for ever */
	put_all("nvme64", "late", "64", "a\n");
	assert_string_equal(ask(64, NULL)->model, "late");
	assert_string_equal(ask(0, NULL)->serial, "abc 1");
	assert_string_equal(ask(64, NULL)->serial, "64");
}

static void kept_until_the_controller_goes(void **state)
{
	(void)state;
	assert_string_equal(ask(0, NULL)->serial, "abc 1");
	put("nvme0", "serial", "changed");
	identity_refresh(cache);
	assert_string_equal(ask(0, NULL)->serial, "abc 1");
	take("nvme0");
	assert_string_equal(ask(0, NULL)->serial, "abc 1");
	identity_refresh(cache);
	assert_string_equal(ask(0, NULL)->serial, "");
	put_all("nvme0", "new", "new", "0000:01:00.0");
	identity_refresh(cache);
	assert_string_equal(ask(0, NULL)->serial, "new");
}

/* Gone, and its number given to another one, before anybody looked. */
static void another_one_at_once(void **state)
{
	char from[200], to[200];

	(void)state;
	assert_string_equal(ask(0, NULL)->serial, "abc 1");
	snprintf(from, sizeof(from), "%s/nvme0", sysfs);
	snprintf(to, sizeof(to), "%s/nvme64", sysfs);
	/* not removed: sysfs does not use the number of a folder twice, other file systems do */
	assert_int_equal(rename(from, to), 0);
	put_all("nvme0", "new", "new", "0000:01:00.0");
	identity_refresh(cache);
	assert_string_equal(ask(0, NULL)->serial, "new");
}

/* The record is of a controller that is gone; its number has been given to another one. */
static void another_address_is_another_controller(void **state)
{
	(void)state;
	assert_string_equal(ask(0, "0000:01:00.0")->serial, "abc 1");
	assert_string_equal(ask(0, "")->serial, "abc 1");
	assert_string_equal(ask(0, "0000:02:00.0")->serial, "");
	assert_string_equal(ask(0, "0000:01:00")->serial, "");
	assert_string_equal(ask(0, "0000:01:00.01")->serial, "");
}

static void fabrics_addresses(void **state)
{
	(void)state;
	put("nvme0", "address",
	    "host_traddr=192.0.2.10,traddr=192.0.2.1,trsvcid=4420,src_addr=192.0.2.9\n");
	assert_string_equal(ask(0, "192.0.2.1")->serial, "abc 1");
	assert_string_equal(ask(0, "192.0.2.10")->serial, "");
	assert_string_equal(ask(0, "192.0.2.9")->serial, "");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(trimmed),
		WITH(nobody),
		WITH(kept_until_the_controller_goes),
		WITH(another_one_at_once),
		WITH(another_address_is_another_controller),
		WITH(fabrics_addresses),
	};
	int failed;

	if (!mkdtemp(sysfs))
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests_name("identity", tests, NULL, NULL);
	rmdir(sysfs);
	return failed;
}
