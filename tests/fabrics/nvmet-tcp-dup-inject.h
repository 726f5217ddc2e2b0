/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The misbehaviour. A rule says which answered command triggers it and what is sent then; a rule
 * that waits leaves a pending entry in the queue. Every answer that is sent although no command
 * asked for it is reported as one line on standard output.
 */
#ifndef NVMET_TCP_DUP_INJECT_H
#define NVMET_TCP_DUP_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "nvmet-tcp-dup-pdu.h"

struct conn;

enum inj_kind {
	INJ_DOUBLE,	/* the same 16 bytes again, right behind the first */
	INJ_LATE,	/* the same 16 bytes again, later */
	INJ_UNKNOWN,	/* a command id that no command had */
	INJ_MATCH,	/* tag of an idle command with the generation that its next use will have */
	INJ_NR_KINDS,
};

enum inj_when {
	WHEN_REUSE,	/* as soon as the tag is used again, before that command is answered */
	WHEN_COMMANDS,	/* when that many further commands of the queue have been answered */
	WHEN_MS,
};

/* opcodes mean different things on the two kinds of queue */
enum inj_scope {
	SCOPE_ANY,
	SCOPE_ADMIN,
	SCOPE_IO,
};

enum inj_field {
	SET_CID		= 1 << 0,
	SET_RESULT	= 1 << 1,
	SET_STATUS	= 1 << 2,
	SET_SQ_ID	= 1 << 3,
};

struct inj_rule {
	unsigned int id;
	enum inj_kind kind;
	int opcode;			/* -1: any */
	enum inj_scope scope;
	int qid;			/* -1: any */
	uint32_t nth;			/* the first command to act on, from 1 */
	uint32_t count;			/* how many in a row */
	enum inj_when when;
	uint32_t when_arg;		/* commands or milliseconds */
	unsigned int set;		/* enum inj_field: those of cqe that replace the real ones */
	struct cqe cqe;
};

enum {
	INJ_MAX_RULES	= 16,
	INJ_MAX_PENDING	= 16,
	INJ_TAGS	= 4096,
};

struct injector {
	struct inj_rule rules[INJ_MAX_RULES];
	unsigned int nr_rules;
	unsigned int last_id;
};

/* what the target saw of a tag in this queue; a reconnect starts anew */
struct inj_tag {
	uint16_t cid;
	uint8_t opcode;
	bool busy;
	uint32_t nsid;
	uint32_t uses;
};

struct inj_pending {
	bool used;
	struct inj_rule rule;
	struct cqe cqe;
	uint32_t commands_left;
	int64_t due_ms;			/* < 0: no time set */
};

struct inj_queue {
	struct inj_tag tags[INJ_TAGS];
	struct inj_pending pending[INJ_MAX_PENDING];
};

/* rules: nvmet-tcp-dup-rule.c */

/* returns 0, or -1 if there is no such kind */
int inj_rule_init(struct inj_rule *rule, const char *kind);
/* returns 0, or -1 if the key does not exist or the value does not fit */
int inj_rule_set(struct inj_rule *rule, const char *key, const char *value);
/* parses "KIND key=value ..." (changed in place); on failure -1, and *ret_bad is the bad word */
int inj_rule_parse(struct inj_rule *rule, char *text, const char **ret_bad);
/* takes a copy; returns the rule's id, or -1 if there are too many */
int inj_rule_add(struct injector *inj, const struct inj_rule *rule);
const char *inj_kind_name(enum inj_kind kind);

/* hooks of the queue: nvmet-tcp-dup-inject.c */
void inj_command(struct conn *c, const uint8_t *sqe);
void inj_answered(struct conn *c, const struct cqe *cqe, int64_t now_ms);
void inj_tick(struct conn *c, int64_t now_ms);
/* milliseconds until inj_tick() has something to do, -1 if nothing waits */
int inj_timeout(const struct conn *c, int64_t now_ms);
void inj_closed(struct conn *c);

#endif
