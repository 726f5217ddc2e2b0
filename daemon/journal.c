// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include "dupcqe/text.h"
#include "journal.h"
#include "journal_native.h"

enum {
	MESSAGE_MAX = 4096,
	FIELDS_MAX = 40,
	FIELD_BYTES = 32768, /* of all fields of one message: the JSON of a hit is one of them */
};

/* Of no meaning but to be the same for ever: nvme-dupcqed(8) lists them. */
static const char *const message_id[JOURNAL_IDS] = {
	[JOURNAL_STARTED] = "MESSAGE_ID=921d410c3c374079aee7ab7e9f8ed6e5",
	[JOURNAL_STOPPED] = "MESSAGE_ID=544d8aac42b44f5a80d7a58749c1910a",
	[JOURNAL_CONFIG] = "MESSAGE_ID=12799750bd534189936a2e600610dbf3",
	[JOURNAL_HIT] = "MESSAGE_ID=6068fb9a0a7d4f4ba9d45f1bfb982739",
	[JOURNAL_STORM] = "MESSAGE_ID=374b7c4345ff403a9ecd34aec8092d61",
	[JOURNAL_LOST] = "MESSAGE_ID=ce78b341bf734e7a8bae353179b60a38",
	[JOURNAL_ACTION] = "MESSAGE_ID=129a4d8e3205450b95a048a9dd0684f2",
	[JOURNAL_ACTION_FAILED] = "MESSAGE_ID=674ab107dcd04ff29423cee9d787e268",
	[JOURNAL_PANIC] = "MESSAGE_ID=3bd11dbd4ad94ffa995b931c7c66679c",
	[JOURNAL_ARMED] = "MESSAGE_ID=e6dd880e34ec41fe9cfadf05469d7cb9",
	[JOURNAL_LAST_BOOT] = "MESSAGE_ID=727d6a27348748038ed296a362d15a35",
};

/* What a reader of stderr gets of the fields; the message has the rest in words. */
static const char *const on_stderr[] = {
	"DUPCQE_RULE=", "DUPCQE_ACTION=", "DUPCQE_DEVICE=", "DUPCQE_QID=", "DUPCQE_CID=", "ERRNO=",
};

static int (*send_to)(const struct iovec *fields, int count);
static struct iovec field[FIELDS_MAX];
static unsigned int fields;
static char store[FIELD_BYTES];
static size_t stored;

void journal_send_to(int (*send)(const struct iovec *fields, int count))
{
	send_to = send;
}

void journal_open(bool foreground)
{
	int err = errno;

	journal_send_to(!foreground && journal_native_open("/run/systemd/journal/socket") ? journal_native_send : NULL);
	errno = err;
}

void journal_field(const char *name, const char *format, ...)
{
	size_t room = sizeof(store) - stored, len = strlen(name) + 1;
	char *at = store + stored;
	int err = errno, count;
	va_list args;

	if (fields == FIELDS_MAX || len >= room)
		return;
	memcpy(at, name, len - 1);
	at[len - 1] = '=';
	va_start(args, format);
	count = vsnprintf(at + len, room - len, format, args);
	va_end(args);
	errno = err;
	if (count < 0 || (size_t)count >= room - len)
		return;
	field[fields++] = (struct iovec){ at, len + count };
	stored += len + count;
}

static const char *severity(int priority)
{
	return priority <= LOG_ERR ? "error: " : priority == LOG_WARNING ? "warning: " : "";
}

static bool is_shown(const struct iovec *of)
{
	size_t i, len;

	for (i = 0; i < sizeof(on_stderr) / sizeof(*on_stderr); i++) {
		len = strlen(on_stderr[i]);
		if (of->iov_len > len && !memcmp(of->iov_base, on_stderr[i], len))
			return true;
	}
	return false;
}

/* A device's strings must not drive the terminal. */
static void put_plain(struct dupcqe_text *text, const char *bytes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		dupcqe_text_putc(text, bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '?');
}

/* One write: lines of the daemon and of its programs do not mix. */
static void to_stderr(int priority, const char *message)
{
	char line[MESSAGE_MAX + 512];
	struct dupcqe_text text;
	const char *separator = " [";
	unsigned int i;

	dupcqe_text_init(&text, line, sizeof(line) - 1);
	dupcqe_text_printf(&text, "nvme-dupcqed: %s", severity(priority));
	put_plain(&text, message, strlen(message));
	for (i = 0; i < fields; i++) {
		if (!is_shown(&field[i]))
			continue;
		dupcqe_text_puts(&text, separator);
		put_plain(&text, field[i].iov_base, field[i].iov_len);
		separator = " ";
	}
	dupcqe_text_puts(&text, *separator && separator[1] ? "" : "]");
	line[text.len++] = '\n';
	if (write(STDERR_FILENO, line, text.len) < 0)
		return; /* there is nobody left to tell */
}

static void to_journal(int priority, enum journal_id id, const char *message)
{
	char head[MESSAGE_MAX + 8], level[16];
	struct iovec all[FIELDS_MAX + 4];
	int count = 0;

	all[count++] = (struct iovec){ head, snprintf(head, sizeof(head), "MESSAGE=%s", message) };
	all[count++] =
		(struct iovec){level, snprintf(level, sizeof(level), "PRIORITY=%d", priority)};
	all[count++] = (struct iovec){ (char *)"SYSLOG_IDENTIFIER=nvme-dupcqed", 30 };
	if (message_id[id])
		all[count++] = (struct iovec){ (char *)message_id[id], strlen(message_id[id]) };
	memcpy(all + count, field, fields * sizeof(*field));
	if (send_to(all, count + (int)fields) < 0)
		to_stderr(priority, message);
}

void journal_printf(int priority, enum journal_id id, const char *format, ...)
{
	char message[MESSAGE_MAX];
	int err = errno;
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (send_to)
		to_journal(priority, id, message);
	else
		to_stderr(priority, message);
	fields = 0;
	stored = 0;
	errno = err;
}
