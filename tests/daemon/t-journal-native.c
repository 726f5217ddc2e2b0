// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes to the journal's socket; and that a journal or a service manager that hangs holds up nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>
#include "journal_native.h"
#include "notify.h"

static struct {
	char path[64];
	int fd;
	char message[65536];
} socket_of;

static void bind_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_of.path);
	unlink(socket_of.path);
	socket_of.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(socket_of.fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static int setup(void **state)
{
	(void)state;
	snprintf(socket_of.path, sizeof(socket_of.path), "/tmp/dupcqe-journal-%d", (int)getpid());
	bind_socket();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close(socket_of.fd);
	unlink(socket_of.path);
	return 0;
}

/* The next message; its length, or -1. */
static ssize_t next(void)
{
	ssize_t len = recv(socket_of.fd, socket_of.message, sizeof(socket_of.message) - 1, 0);

	socket_of.message[len < 0 ? 0 : len] = '\0';
	return len;
}

static int send_text(const char *text)
{
	const struct iovec field = { (char *)text, strlen(text) };

	return journal_native_send(&field, 1);
}

static void fields_are_lines(void **state)
{
	const struct iovec fields[] = { { (char *)"MESSAGE=a=b", 11 }, { (char *)"PRIORITY=4", 10 }, { (char *)"EMPTY=", 6 } };

	(void)state;
	assert_true(journal_native_open(socket_of.path));
	assert_int_equal(journal_native_send(fields, 3), 0);
	assert_int_equal(next(), 30);
	assert_string_equal(socket_of.message, "MESSAGE=a=b\nPRIORITY=4\nEMPTY=\n");
}

static void lines_in_a_value_are_counted(void **state)
{
	(void)state;
	assert_true(journal_native_open(socket_of.path));
	assert_int_equal(send_text("MESSAGE=a\nPRIORITY=0"), 0);
	assert_int_equal(next(), 8 + 8 + 12 + 1);
	assert_memory_equal(socket_of.message, "MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n", 29);
}

static void large_values_arrive(void **state)
{
	static char large[40000];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	memcpy(large, "MESSAGE=", 8);
	assert_true(journal_native_open(socket_of.path));
	assert_int_equal(send_text(large), 0);
	assert_int_equal(next(), sizeof(large));
}

static void hanging_journal_is_not_waited_for(void **state)
{
	unsigned int sent = 0, got = 0, i;
	char wanted[80];

	(void)state;
	assert_true(journal_native_open(socket_of.path));
	alarm(20);
	for (i = 0; i < 2000; i++)
		assert_int_equal(send_text("MESSAGE=x"), 0);
	alarm(0);
	while (next() > 0)
		got++;
	assert_in_range(got, 1, 1999);
	assert_int_equal(send_text("MESSAGE=back"), 0);
	sent = 2000 - got;
	assert_true(next() > 0);
	snprintf(wanted, sizeof(wanted), "MESSAGE=%u messages before this one", sent);
	assert_memory_equal(socket_of.message, wanted, strlen(wanted));
	assert_true(next() > 0);
	assert_string_equal(socket_of.message, "MESSAGE=back\n");
	assert_int_equal(next(), -1);
}

static void new_journal_is_found(void **state)
{
	(void)state;
	assert_true(journal_native_open(socket_of.path));
	close(socket_of.fd);
	bind_socket();
	assert_int_equal(send_text("MESSAGE=again"), 0);
	assert_true(next() > 0);
	assert_string_equal(socket_of.message, "MESSAGE=again\n");
}

static void absent_journal_is_told(void **state)
{
	(void)state;
	assert_true(journal_native_open(socket_of.path));
	close(socket_of.fd);
	unlink(socket_of.path);
	assert_true(send_text("MESSAGE=x") < 0);
	assert_false(journal_native_open("/nonexistent/socket"));
}

static void hanging_manager_is_not_waited_for(void **state)
{
	int i;

	(void)state;
	setenv("NOTIFY_SOCKET", socket_of.path, 1);
	alarm(20);
	for (i = 0; i < 2000; i++) {
		notify_alive();
		notify_status("%d hits", i);
	}
	alarm(0);
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(next(), 10);
	assert_string_equal(socket_of.message, "WATCHDOG=1");
	assert_true(next() > 0);
	assert_string_equal(socket_of.message, "READY=1\nSTATUS=0 hits");
}

static void manager_of_an_abstract_name_is_told(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64];
	int len;

	(void)state;
	len = snprintf(name, sizeof(name), "@dupcqe-notify-%d", (int)getpid());
	memcpy(address.sun_path, name, len);
	*address.sun_path = '\0';
	close(socket_of.fd);
	socket_of.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(socket_of.fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + len), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	notify_stopping();
	unsetenv("NOTIFY_SOCKET");
	assert_true(next() > 0);
	assert_string_equal(socket_of.message, "STOPPING=1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fields_are_lines),
		TEST(lines_in_a_value_are_counted),
		TEST(large_values_arrive),
		TEST(hanging_journal_is_not_waited_for),
		TEST(new_journal_is_found),
		TEST(absent_journal_is_told),
		TEST(hanging_manager_is_not_waited_for),
		TEST(manager_of_an_abstract_name_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
