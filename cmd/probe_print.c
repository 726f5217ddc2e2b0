// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "plain.h"
#include "probe.h"

int probe_complain(const struct dupcqe_probe_found *found)
{
	const char *text = dupcqe_probe_text(found->answer), *advice = dupcqe_probe_advice(found->answer);
	bool has_reason = *found->refused || (found->err && found->answer >= DUPCQE_PROBE_BAD_BTF);

	return complain(EXIT_FAILED, "%s%s%s%s%s", text, has_reason ? ": " : "",
			has_reason ? *found->refused ? found->refused : strerror(-found->err) : "",
			*advice ? "; " : "", advice);
}

void probe_print_left_out(const struct dupcqe_probe_found *found)
{
	unsigned int i;

	for (i = 0; i < found->points; i++) {
		if (!found->left_out[i])
			continue;
		printf("left out: %s at %s: ", dupcqe_probe_name(found->event[i]), found->function[i]);
		put_plain(stdout, found->left_err[i] == -ENOENT ? "this kernel does not have it" :
				  *found->refused		 ? found->refused :
								   strerror(-found->left_err[i]));
		putchar('\n');
	}
}

static void print_functions(const struct dupcqe_probe_found *found)
{
	unsigned int i;

	for (i = 0; i < found->points; i++)
		printf("  %-10s %-18s %s%s\n", i ? "" : "functions", found->function[i],
		       dupcqe_probe_name(found->event[i]),
		       found->left_out[i] ? " (this kernel does not have it)" : "");
}

static void print_offsets(const struct dupcqe_probe_found *found)
{
	int i;

	for (i = 0; i < DUPCQE_OFFSETS; i++)
		if (found->offset[i] >= 0)
			printf("  %-10s %-28s %d\n", i ? "" : "offsets", dupcqe_probe_offset_name(i), found->offset[i]);
		else
			printf("  %-10s %-28s not known\n", i ? "" : "offsets", dupcqe_probe_offset_name(i));
}

void probe_print_found(const struct dupcqe_probe_found *found)
{
	print_functions(found);
	printf("  %-10s %s\n", "registers", *found->registers ? found->registers : "none: no nvme-pci");
	print_offsets(found);
}

void probe_print_use(const struct dupcqe_probe_place *place, const char *tracefs)
{
	char names[256], proved[64];

	if (!dupcqe_probe_users(place, names, sizeof(names)))
		strcpy(names, "nobody");
	printf("  %-10s by ", "recorded");
	put_plain(stdout, names);
	if (!probe_proved(tracefs, proved, sizeof(proved)))
		strcpy(proved, "not yet: no hit is in a trace buffer");
	printf("\n  %-10s ", "proved");
	put_plain(stdout, proved);
	putchar('\n');
}
