// SPDX-License-Identifier: GPL-2.0-or-later
/* rules for the misbehaviour: reading and keeping them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nvmet-tcp-dup-inject.h"

static const char *const kind_names[INJ_NR_KINDS] = {
	[INJ_DOUBLE]	= "double",
	[INJ_LATE]	= "late",
	[INJ_UNKNOWN]	= "unknown",
	[INJ_MATCH]	= "match",
};

/* [NVM] 3.2 and [BASE] 7, 5, 6; a plain number stands for that opcode on either kind of queue */
static const struct {
	const char *name;
	int opcode;
	enum inj_scope scope;
} opcodes[] = {
	{ "any",	  -1,	SCOPE_ANY },
	{ "flush",	  0x00,	SCOPE_IO },
	{ "write",	  0x01,	SCOPE_IO },
	{ "read",	  0x02,	SCOPE_IO },
	{ "get-log-page", 0x02,	SCOPE_ADMIN },
	{ "identify",	  0x06,	SCOPE_ADMIN },
	{ "set-features", 0x09,	SCOPE_ADMIN },
	{ "get-features", 0x0a,	SCOPE_ADMIN },
	{ "keep-alive",	  0x18,	SCOPE_ADMIN },
	{ "fabrics",	  0x7f,	SCOPE_ANY },
};

enum { MATCH_WAIT_MS = 50 };	/* for the host to be done with the real answer */

const char *inj_kind_name(enum inj_kind kind)
{
	return kind_names[kind];
}

static int parse_number(const char *text, uint64_t max, uint64_t *ret_value)
{
	unsigned long long v;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno || *end || v > max)
		return -1;
	*ret_value = v;
	return 0;
}

static int set_opcode(struct inj_rule *rule, const char *value)
{
	uint64_t v;
	size_t i;

	for (i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
		if (!strcmp(value, opcodes[i].name)) {
			rule->opcode = opcodes[i].opcode;
			rule->scope = opcodes[i].scope;
			return 0;
		}
	}
	if (parse_number(value, 0xff, &v))
		return -1;
	rule->opcode = (int)v;
	rule->scope = SCOPE_ANY;
	return 0;
}

static int set_queue(struct inj_rule *rule, const char *value)
{
	uint64_t v;

	if (!strcmp(value, "any")) {
		rule->qid = -1;
		return 0;
	}
	if (parse_number(value, 0xffff, &v))
		return -1;
	rule->qid = (int)v;
	return 0;
}

static int set_u32(uint32_t *field, const char *value, uint32_t min)
{
	uint64_t v;

	if (parse_number(value, UINT32_MAX, &v) || v < min)
		return -1;
	*field = (uint32_t)v;
	return 0;
}

/* only what waits can be told how long */
static int set_when(struct inj_rule *rule, const char *value)
{
	if (rule->kind == INJ_LATE && !strcmp(value, "reuse")) {
		rule->when = WHEN_REUSE;
		return 0;
	}
	if (rule->kind == INJ_LATE && !strncmp(value, "commands:", 9)) {
		rule->when = WHEN_COMMANDS;
		return set_u32(&rule->when_arg, value + 9, 1);
	}
	if ((rule->kind == INJ_LATE || rule->kind == INJ_MATCH) && !strncmp(value, "ms:", 3)) {
		rule->when = WHEN_MS;
		return set_u32(&rule->when_arg, value + 3, 0);
	}
	return -1;
}

static int set_cqe_field(struct inj_rule *rule, enum inj_field field, const char *value)
{
	uint64_t max = field == SET_RESULT ? UINT64_MAX : UINT16_MAX;
	uint64_t v;

	if (parse_number(value, max, &v))
		return -1;
	rule->set |= field;
	if (field == SET_RESULT)
		rule->cqe.result = v;
	else if (field == SET_CID)
		rule->cqe.cid = (uint16_t)v;
	else if (field == SET_STATUS)
		rule->cqe.status = (uint16_t)v;
	else
		rule->cqe.sq_id = (uint16_t)v;
	return 0;
}

int inj_rule_init(struct inj_rule *rule, const char *kind)
{
	int k;

	for (k = 0; k < INJ_NR_KINDS; k++)
		if (!strcmp(kind, kind_names[k]))
			break;
	if (k == INJ_NR_KINDS)
		return -1;
	memset(rule, 0, sizeof(*rule));
	rule->kind = (enum inj_kind)k;
	rule->opcode = -1;
	rule->qid = -1;
	rule->nth = 1;
	rule->count = 1;
	rule->when = rule->kind == INJ_MATCH ? WHEN_MS : WHEN_REUSE;
	rule->when_arg = MATCH_WAIT_MS;
	return 0;
}

int inj_rule_set(struct inj_rule *rule, const char *key, const char *value)
{
	if (!strcmp(key, "opcode"))
		return set_opcode(rule, value);
	if (!strcmp(key, "queue"))
		return set_queue(rule, value);
	if (!strcmp(key, "nth"))
		return set_u32(&rule->nth, value, 1);
	if (!strcmp(key, "count"))
		return set_u32(&rule->count, value, 1);
	if (!strcmp(key, "when"))
		return set_when(rule, value);
	if (!strcmp(key, "cid"))
		return set_cqe_field(rule, SET_CID, value);
	if (!strcmp(key, "result"))
		return set_cqe_field(rule, SET_RESULT, value);
	if (!strcmp(key, "status"))
		return set_cqe_field(rule, SET_STATUS, value);
	if (!strcmp(key, "sq-id"))
		return set_cqe_field(rule, SET_SQ_ID, value);
	return -1;
}

int inj_rule_parse(struct inj_rule *rule, char *text, const char **ret_bad)
{
	char *save, *word, *equals;

	word = strtok_r(text, " \t\r", &save);
	*ret_bad = word ? word : "";
	if (!word || inj_rule_init(rule, word))
		return -1;
	while ((word = strtok_r(NULL, " \t\r", &save))) {
		*ret_bad = word;
		equals = strchr(word, '=');
		if (!equals)
			return -1;
		*equals = '\0';
		if (inj_rule_set(rule, word, equals + 1)) {
			*equals = '=';
			return -1;
		}
	}
	return 0;
}

int inj_rule_add(struct injector *inj, const struct inj_rule *rule)
{
	if (inj->nr_rules == INJ_MAX_RULES)
		return -1;
	inj->rules[inj->nr_rules] = *rule;
	inj->rules[inj->nr_rules].id = ++inj->last_id;
	inj->nr_rules++;
	return (int)inj->last_id;
}
