// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long libkshark takes to load a trace, with the plugin's handlers and without, by turns in one process: the CPU time
 * of each, and the ratio. With them: the pairing as well, which KernelShark asks for when it draws first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libkshark.h>
#include "plugin.h"

enum { ROUNDS = 15 };

int kshark_data_plugin_initializer(struct kshark_data_stream *data);
int kshark_data_plugin_deinitializer(struct kshark_data_stream *data);

void draw_handler(struct kshark_cpp_argv *argv, int sd, int val, int draw_action)
{
	(void)argv, (void)sd, (void)val, (void)draw_action;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + now.tv_nsec / 1e9;
}

struct load {
	double seconds, pairing;
	ssize_t records;
	size_t hits;
};

static int load_once(const char *file, bool plugin, struct load *load)
{
	struct kshark_context *context = NULL;
	struct kshark_entry **rows = NULL;
	double start;
	ssize_t i;
	int sd;

	if (!kshark_instance(&context))
		return -1;
	sd = kshark_open(context, file);
	if (sd < 0)
		return -1;
	if (plugin && !kshark_data_plugin_initializer(kshark_get_data_stream(context, sd)))
		return -1;
	start = cpu_seconds();
	load->records = kshark_load_entries(context, sd, &rows);
	load->seconds = cpu_seconds() - start;
	start = cpu_seconds();
	if (plugin && plugin_scene(sd).trace)
		load->hits = plugin_scene(sd).trace->hits.count;
	load->pairing = cpu_seconds() - start;
	if (plugin)
		kshark_data_plugin_deinitializer(kshark_get_data_stream(context, sd));
	for (i = 0; i < load->records; i++)
		free(rows[i]);
	free(rows);
	kshark_close_all(context);
	kshark_free(context);
	return load->records > 0 ? 0 : -1;
}

static int by_value(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), by_value);
	return values[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	double without[ROUNDS], with[ROUNDS], pairing[ROUNDS], ratio[ROUNDS];
	struct load load = { 0 };
	int i;

	if (argc != 2) {
		fprintf(stderr, "usage: kshark-load TRACE.DAT\n");
		return 2;
	}
	for (i = 0; i < ROUNDS; i++) {
		if (load_once(argv[1], false, &load))
			return 1;
		without[i] = load.seconds;
		if (load_once(argv[1], true, &load))
			return 1;
		with[i] = load.seconds + load.pairing;
		pairing[i] = load.pairing;
		ratio[i] = with[i] / without[i];
	}
	printf("%zd records, %zu duplicates, medians of %d rounds of CPU time\n", load.records, load.hits,
	       ROUNDS);
	printf("  without the plugin  %7.1f ms\n", median(without) * 1e3);
	printf("  with it             %7.1f ms, of which pairing %.1f ms\n", median(with) * 1e3,
	       median(pairing) * 1e3);
	printf("  ratio               %7.2f (median of the rounds' own)\n", median(ratio));
	return 0;
}
