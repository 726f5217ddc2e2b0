// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "file.h"
#include "panic_module.h"

#define PARAMETER "%s/module/nvme_dup_cqe_panic/parameters/%s"

/* All that it knows; a later driver may know more. */
enum { LAST_REASON = DUPCQE_NOT_IN_FLIGHT };

static const struct parameter {
	const char *name;
	size_t offset;
} parameters[] = {
	{ "reasons", offsetof(struct panic_module, reasons) },
	{ "ctrl_id", offsetof(struct panic_module, ctrl_id) },
	{ "qid", offsetof(struct panic_module, qid) },
	{ "addr", offsetof(struct panic_module, addr) },
};

enum { PARAMETERS = sizeof(parameters) / sizeof(*parameters) };

static const char *value_of(const struct panic_module *module, int i)
{
	return (const char *)module + parameters[i].offset;
}

static bool has(const struct dupcqe_match *match, enum dupcqe_criterion criterion)
{
	return match->set >> criterion & 1;
}

static bool is_reason(const struct dupcqe_match *match, unsigned int reason)
{
	const struct dupcqe_range *range = match->range[DUPCQE_BY_REASON - DUPCQE_BY_QID];
	int i;

	if (!has(match, DUPCQE_BY_REASON))
		return true;
	for (i = 0; i < match->ranges[DUPCQE_BY_REASON - DUPCQE_BY_QID]; i++)
		if (range[i].first <= reason && reason <= range[i].last)
			return true;
	return false;
}

static const char *put_reasons(const struct dupcqe_match *match, struct panic_module *module)
{
	struct dupcqe_text text;
	unsigned int reason;

	dupcqe_text_init(&text, module->reasons, sizeof(module->reasons));
	for (reason = 1; reason <= LAST_REASON; reason++)
		if (is_reason(match, reason))
			dupcqe_text_printf(&text, "%s%u", text.len ? "," : "", reason);
	return text.len ? NULL : "nvme_dup_cqe_panic does not know its reasons";
}

/* "nvme12": a number as the kernel writes it, no leading zero. */
static bool is_one_controller(const char *pattern)
{
	size_t digits = strncmp(pattern, "nvme", 4) ? 0 : strspn(pattern + 4, "0123456789");

	return digits && digits < 10 && !pattern[4 + digits] && (pattern[4] != '0' || digits == 1);
}

static const char *put_controller(const struct dupcqe_match *match, struct panic_module *module)
{
	const char *pattern = match->pattern[DUPCQE_BY_CONTROLLER];
	bool any = !has(match, DUPCQE_BY_CONTROLLER) || !strcmp(pattern, "*") || !strcmp(pattern, "nvme*");

	if (!any && !is_one_controller(pattern))
		return "nvme_dup_cqe_panic takes one controller, not a pattern";
	snprintf(module->ctrl_id, sizeof(module->ctrl_id), "%s", any ? "-1" : pattern + 4);
	return NULL;
}

static const char *put_queue(const struct dupcqe_match *match, struct panic_module *module)
{
	const struct dupcqe_range *range = match->range[0];

	snprintf(module->qid, sizeof(module->qid), "-1");
	if (!has(match, DUPCQE_BY_QID))
		return NULL;
	if (match->ranges[0] != 1 || range->first != range->last || range->first > UINT16_MAX)
		return "nvme_dup_cqe_panic takes one queue, not several";
	snprintf(module->qid, sizeof(module->qid), "%u", (unsigned int)(uint16_t)range->first);
	return NULL;
}

static const char *put_address(const struct dupcqe_match *match, struct panic_module *module)
{
	const char *pattern = match->pattern[DUPCQE_BY_ADDRESS];

	module->addr[0] = '\0';
	if (!has(match, DUPCQE_BY_ADDRESS))
		return NULL;
	if (strpbrk(pattern, "*?[\\"))
		return "nvme_dup_cqe_panic takes one address, not a pattern";
	snprintf(module->addr, sizeof(module->addr), "%s", pattern);
	return NULL;
}

static const char *put_nothing_else(const struct dupcqe_match *match, struct panic_module *module)
{
	const uint32_t known = 1u << DUPCQE_BY_REASON | 1u << DUPCQE_BY_CONTROLLER | 1u << DUPCQE_BY_QID |
			       1u << DUPCQE_BY_ADDRESS;

	(void)module;
	return match->set & ~known ? "nvme_dup_cqe_panic looks at reason, controller, address and qid alone" : NULL;
}

const char *panic_module_from_rule(const struct dupcqe_rule *rule, struct panic_module *ret_module)
{
	static const char *(*const parts[])(const struct dupcqe_match *match, struct panic_module *module) = {
		put_nothing_else, put_reasons, put_controller, put_queue, put_address,
	};
	struct panic_module module = { "", "", "", "" };
	const char *why = NULL;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts) && !why; i++)
		why = parts[i](&rule->match, &module);
	if (!why)
		*ret_module = module;
	return why;
}

void panic_module_text(struct dupcqe_text *text, const struct panic_module *module)
{
	const char *value;
	int i;

	for (i = 0; i < PARAMETERS; i++) {
		value = value_of(module, i);
		if (*value && strcmp(value, "-1"))
			dupcqe_text_printf(text, "%s%s=%s", i ? " " : "", parameters[i].name, value);
	}
}

static bool says(const char *sysfs, const char *name, const char *value)
{
	char text[320];

	return !file_get(text, sizeof(text), PARAMETER, sysfs, name) && !strcmp(text, value);
}

int panic_module_armed(const char *sysfs)
{
	char text[8];
	int err = file_get(text, sizeof(text), PARAMETER, sysfs, "armed");

	return err ? err : strcmp(text, "0") != 0;
}

static bool is_as(const char *sysfs, const struct panic_module *module)
{
	int i;

	for (i = 0; i < PARAMETERS; i++)
		if (!says(sysfs, parameters[i].name, value_of(module, i)))
			return false;
	return says(sysfs, "count", "1");
}

/* An empty write would not reach the module: a newline does. */
static int write_all(const char *sysfs, const struct panic_module *module)
{
	int i, err = file_put("1", PARAMETER, sysfs, "count");
	char value[72];

	for (i = 0; i < PARAMETERS && !err; i++) {
		snprintf(value, sizeof(value), "%s\n", value_of(module, i));
		err = file_put(value, PARAMETER, sysfs, parameters[i].name);
	}
	if (!err && !is_as(sysfs, module))
		err = -EIO;
	return err;
}

int panic_module_disarm(const char *sysfs)
{
	int armed = panic_module_armed(sysfs), err;

	if (armed <= 0)
		return armed == -ENOENT ? 0 : armed;
	err = file_put("0", PARAMETER, sysfs, "armed");
	armed = panic_module_armed(sysfs);
	if (armed == 1)
		return err ? err : -EBUSY;
	return armed == -ENOENT ? 0 : armed;
}

int panic_module_arm(const char *sysfs, const struct panic_module *module)
{
	int err;

	if (panic_module_armed(sysfs) == 1 && is_as(sysfs, module))
		return 0;
	err = panic_module_disarm(sysfs);
	if (!err)
		err = write_all(sysfs, module);
	if (!err)
		err = file_put("1", PARAMETER, sysfs, "armed");
	if (!err && panic_module_armed(sysfs) != 1)
		err = -EIO;
	if (err)
		panic_module_disarm(sysfs);
	return err;
}
