/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's log: the journal with structured fields, or stderr in the foreground. Messages are
 * lower case and have no full stop. errno is left as it was.
 */
#ifndef NVME_DUPCQED_JOURNAL_H
#define NVME_DUPCQED_JOURNAL_H

#include <stdbool.h>
#include <syslog.h>

/* One of each kind of message that a machine may look for; the ids are in journal.c and in
 * nvme-dupcqed(8). */
enum journal_id {
	JOURNAL_PLAIN,		/* no MESSAGE_ID */
	JOURNAL_STARTED,
	JOURNAL_STOPPED,
	JOURNAL_CONFIG,		/* loaded, or refused */
	JOURNAL_HIT,
	JOURNAL_STORM,		/* one line for many hits */
	JOURNAL_LOST,
	JOURNAL_ACTION,		/* done */
	JOURNAL_ACTION_FAILED,
	JOURNAL_PANIC,		/* the audit line, before it happens */
	JOURNAL_ARMED,		/* ... and before the kernel may do it, or may not any more */
	JOURNAL_LAST_BOOT,	/* what the last boot left behind is saved, or is not */
	JOURNAL_IDS,
};

/* To the journal, or to stderr: in the foreground, and where there is no journal. Until then:
 * stderr. */
void journal_open(bool foreground);

struct iovec;
/* Who gets the fields of a message, as sd_journal_sendv() does; NULL: one line on stderr. */
void journal_send_to(int (*send)(const struct iovec *fields, int count));

/* priority: LOG_ERR to LOG_DEBUG. */
void journal_printf(int priority, enum journal_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A field for the next message alone, NAME=value; NAME in capitals. Too many or too long: dropped.
 */
void journal_field(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
