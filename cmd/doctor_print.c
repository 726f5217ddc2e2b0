// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include "doctor_print.h"
#include "dupcqe/json.h"
#include "plain.h"

static const char *const state_names[FINDING_STATES] = {
	[FINDING_OK] = "ok", [FINDING_ADVICE] = "advice", [FINDING_MISSING] = "missing", [FINDING_UNKNOWN] = "unknown",
};

static const char *state_name(const struct report *report)
{
	return state_names[report->finding.state];
}

void print_reports(const struct report *reports, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		printf("%-7s  %-14s  ", state_name(&reports[i]), reports[i].name);
		put_plain(stdout, reports[i].finding.found);
		if (*reports[i].finding.advice) {
			printf("\n%25s  ", "->");
			put_plain(stdout, reports[i].finding.advice);
		}
		putchar('\n');
	}
}

static void put_json(const char *key, const char *value)
{
	char buffer[DUPCQE_JSON_ROOM(sizeof(((struct finding *)0)->found))] = "null";
	struct dupcqe_text text;

	if (value) {
		dupcqe_text_init(&text, buffer, sizeof(buffer));
		dupcqe_json_string(&text, value);
	}
	printf("\"%s\":%s", key, buffer);
}

void print_reports_json(const struct report *reports, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		printf("%s{", i ? ",\n " : "[");
		put_json("check", reports[i].name);
		putchar(',');
		put_json("state", state_name(&reports[i]));
		printf(",\"needed\":%s,", reports[i].needed ? "true" : "false");
		put_json("found", reports[i].finding.found);
		putchar(',');
		put_json("advice", *reports[i].finding.advice ? reports[i].finding.advice : NULL);
		putchar('}');
	}
	printf("]\n");
}
