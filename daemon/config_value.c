// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of single values: numbers with units, choices, paths. */
#include <string.h>
#include <strings.h>
#include "config_parse.h"

struct unit {
	const char *name;
	uint64_t factor;
};

#define SECOND UINT64_C(1000000000)

/* From the largest: the first that divides a value is the one to show it in. */
static const struct unit durations[] = {
	{"d", 86400 * SECOND},
	{"h", 3600 * SECOND},
	{"min", 60 * SECOND},
	{"s", SECOND},
	{"ms", SECOND / 1000},
	{"us", SECOND / 1000000},
	{"ns", 1},
	{NULL, 0},
};

static const struct unit sizes[] = {
	{"T", UINT64_C(1) << 40}, {"G", 1 << 30}, {"M", 1 << 20},
	{"K", 1 << 10},		  {"", 1},	  {NULL, 0},
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

bool config_scan_number(const char **at, uint64_t *ret_number)
{
	int base = strncasecmp(*at, "0x", 2) == 0 ? 16 : 10;
	const char *p = base == 16 ? *at + 2 : *at;
	uint64_t number = 0;

	if (digit(*p) >= base)
		return false;
	for (; digit(*p) < base; p++)
		if (__builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, digit(*p), &number))
			return false;
	*at = p;
	*ret_number = number;
	return true;
}

static void put_with_unit(struct dupcqe_text *text, uint64_t number, const struct unit *units)
{
	if (!number) {
		dupcqe_text_putc(text, '0');
		return;
	}
	while (number % units->factor)
		units++;
	dupcqe_text_dec(text, number / units->factor);
	dupcqe_text_puts(text, units->name);
}

/* A number and its unit are the whole text. Only sizes do without a unit, and 0. */
static bool scan_with_unit(const char *text, const struct unit *units, uint64_t *ret_number)
{
	uint64_t number;

	if (!config_scan_number(&text, &number))
		return false;
	while (*text == ' ')
		text++;
	if (!number && !*text) {
		*ret_number = 0;
		return true;
	}
	for (; units->name; units++)
		if (strcasecmp(text, units->name) == 0)
			return !__builtin_mul_overflow(number, units->factor, ret_number);
	return false;
}

static bool with_unit(const struct config_value *value, const char *what, const struct unit *units,
		      const char *example)
{
	uint64_t number;

	if (scan_with_unit(value->text, units, &number) && number >= value->key->min &&
	    number <= value->key->max) {
		*(uint64_t *)value->at = number;
		return true;
	}
	dupcqe_text_printf(value->expected, "a %s from ", what);
	put_with_unit(value->expected, value->key->min, units);
	dupcqe_text_puts(value->expected, " to ");
	put_with_unit(value->expected, value->key->max, units);
	dupcqe_text_printf(value->expected, ", as %s", example);
	return false;
}

bool config_parse_size(const struct config_value *value)
{
	return with_unit(value, "size", sizes, "64K, 8M or 1G");
}

bool config_parse_duration(const struct config_value *value)
{
	return with_unit(value, "time", durations, "500ms, 5s, 10min, 1h or 2d");
}

bool config_parse_number(const struct config_value *value)
{
	const char *at = value->text;
	uint64_t number;

	if (config_scan_number(&at, &number) && !*at && number >= value->key->min &&
	    number <= value->key->max) {
		*(uint32_t *)value->at = number;
		return true;
	}
	dupcqe_text_printf(value->expected, "a number from %u to %u", (unsigned int)value->key->min,
			   (unsigned int)value->key->max);
	return false;
}

/* The place of text in names (ended by NULL), or -1 and what was expected. */
static int choice(const struct config_value *value, const char *const names[])
{
	int i;

	for (i = 0; names[i]; i++)
		if (strcmp(value->text, names[i]) == 0)
			return i;
	for (i = 0; names[i]; i++)
		dupcqe_text_printf(value->expected, "%s%s",
				   !i		  ? ""
				   : names[i + 1] ? ", "
						  : " or ",
				   names[i]);
	return -1;
}

bool config_parse_bool(const struct config_value *value)
{
	static const char *const names[] = {"no",   "yes", "off", "on", "false",
					    "true", "0",   "1",	  NULL};
	int which = choice(value, names);

	if (which >= 0)
		*(bool *)value->at = which % 2;
	return which >= 0;
}

bool config_parse_scope(const struct config_value *value)
{
	static const char *const names[] = {
		[DUPCQE_PER_TOTAL] = "total",
		[DUPCQE_PER_CONTROLLER] = "controller",
		[DUPCQE_PER_QUEUE] = "queue",
		NULL,
	};
	int which = choice(value, names);

	if (which >= 0)
		*(enum dupcqe_scope *)value->at = which;
	return which >= 0;
}

bool config_parse_on(const struct config_value *value)
{
	static const char *const names[] = {
		[DUPCQE_ON_HIT] = "hit", [DUPCQE_ON_LOST] = "lost", NULL};
	int which = choice(value, names);

	if (which >= 0)
		*(enum dupcqe_on *)value->at = which;
	return which >= 0;
}

bool config_parse_source(const struct config_value *value)
{
	static const char *const names[] = {
		[SOURCE_AUTO] = "auto", [SOURCE_EVENT] = "event", [SOURCE_PROBE] = "probe", NULL};
	int which = choice(value, names);

	if (which >= 0)
		*(enum config_source *)value->at = which;
	return which >= 0;
}

bool config_parse_mode(const struct config_value *value)
{
	static const char *const names[] = {
		[PANIC_AUTO] = "auto", [PANIC_INSTANT] = "instant", [PANIC_REACTIVE] = "reactive", NULL};
	int which = choice(value, names);

	if (which >= 0)
		*(enum panic_mode *)value->at = which;
	return which >= 0;
}

/* Those that count time: with "counter" and the like a saved trace could not be read. */
bool config_parse_clock(const struct config_value *value)
{
	static const char *const names[] = {"mono",   "mono_raw", "boot",   "tai", "local",
					    "global", "perf",	  "uptime", NULL};
	int which = choice(value, names);

	if (which >= 0)
		strcpy(value->at, names[which]);
	return which >= 0;
}

bool config_parse_path(const struct config_value *value)
{
	bool none = value->key->min == 0 && (!*value->text || strcmp(value->text, "none") == 0);

	if (none ||
	    (value->text[0] == '/' && value->text[1] && strlen(value->text) < CONFIG_PATH)) {
		strcpy(value->at, none ? "" : value->text);
		return true;
	}
	dupcqe_text_printf(value->expected, "an absolute path of at most %d characters%s",
			   CONFIG_PATH - 1, value->key->min ? "" : ", or none");
	return false;
}

static bool is_below(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	return !strncmp(path, folder, length) && path[length] == '/';
}

/* Within the unit's sandbox these are empty: a file that somebody puts there to stop the daemon would not be seen. */
bool config_parse_seen_path(const struct config_value *value)
{
	static const char *const hidden[] = { "/tmp", "/var/tmp", "/home", "/root", "/run/user" };
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (is_below(value->text, hidden[i])) {
			dupcqe_text_printf(value->expected, "a place that the daemon sees in its sandbox, not below %s",
					   hidden[i]);
			return false;
		}
	return config_parse_path(value);
}

/* "N in DURATION" */
static bool scan_threshold(const char *text, uint64_t *count, uint64_t *window_ns)
{
	if (!config_scan_number(&text, count) || *count < 1 || *count > DUPCQE_THRESHOLD_MAX)
		return false;
	if (strspn(text, " ") == 0)
		return false;
	text += strspn(text, " ");
	if (strncmp(text, "in ", 3) != 0)
		return false;
	text += 3;
	text += strspn(text, " ");
	return scan_with_unit(text, durations, window_ns);
}

bool config_parse_threshold(const struct config_value *value)
{
	struct dupcqe_rule *rule = value->at;
	uint64_t count, window_ns;

	if (scan_threshold(value->text, &count, &window_ns) && window_ns >= value->key->min &&
	    window_ns <= value->key->max) {
		rule->count = count;
		rule->window_ns = window_ns;
		return true;
	}
	dupcqe_text_printf(value->expected,
			   "N in TIME, as '5 in 10min': N from 1 to %d, TIME from ",
			   DUPCQE_THRESHOLD_MAX);
	put_with_unit(value->expected, value->key->min, durations);
	dupcqe_text_puts(value->expected, " to ");
	put_with_unit(value->expected, value->key->max, durations);
	return false;
}
