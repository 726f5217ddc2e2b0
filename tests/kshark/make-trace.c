// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes a trace.dat that nobody recorded, from a text. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "trace-script.h"

static const char help[] =
	"usage: make-trace [--kernel VERSION] SCRIPT OUT.DAT\n"
	"       make-trace [--kernel VERSION] --bench RECORDS[/STEPS] OUT.DAT\n\n"
	"Run it at the top of the source tree: it reads the formats of tests/plugin/formats/VERSION (6.1). The lines of SCRIPT, - for\n"
	"the standard input:\n\n"
	"  events EVENT...                              formats that the trace has, if not all; before all records\n"
	"  CPU SECONDS PID COMM EVENT [FIELD=VALUE]...  a record: VALUE is a number, a string without blanks, or\n"
	"                                               a list as 1,0x2,3; what is not given is 0 or empty\n"
	"  CPU SECONDS lost [COUNT]                     records were lost here, it is not known how many without COUNT\n"
	"  # ...                                        a comment\n\n"
	"EVENT is one of nvme_sq, nvme_setup_cmd, nvme_complete_rq, nvme_dup_cqe, sched_switch. SECONDS has up to nine decimals and\n"
	"does not go back on the same CPU. --bench writes that many records of a busy controller, with a\n"
	"duplicate in each 1000 or STEPS steps: trace-bench.c.\n";

static int usage(const char *wrong)
{
	fprintf(stderr, "make-trace: %s; try --help\n", wrong);
	return 2;
}

static int read_bench(const char *bench, unsigned long *ret_records, unsigned long *ret_every)
{
	char *end;

	*ret_records = strtoul(bench, &end, 10);
	*ret_every = BENCH_EVERY;
	if (*end == '/')
		*ret_every = strtoul(end + 1, &end, 10);
	return *end || !*ret_records || *ret_every % 2 || *ret_every < BENCH_EVERY_LEAST ? -EINVAL : 0;
}

static int fill(struct room *room, const char *bench, const char *script)
{
	unsigned long records, every;
	int err;

	if (!bench)
		return script_read(room, script);
	if (read_bench(bench, &records, &every)) {
		fprintf(stderr, "make-trace: '%s' is no number of records, or the steps of a duplicate are odd or below %d\n",
			bench, BENCH_EVERY_LEAST);
		return -EINVAL;
	}
	err = room_add_all_events(room);
	if (!err)
		err = bench_write(room, records, every);
	if (err)
		fprintf(stderr, "make-trace: cannot make the records: %s\n", strerror(-err));
	return err;
}

static int write_out(struct room *room, const char *file)
{
	int err = room_write(room, file);

	if (err == -ENODATA)
		fprintf(stderr, "make-trace: no record comes behind those that were lost\n");
	else if (err)
		fprintf(stderr, "make-trace: cannot write '%s': %s\n", file, strerror(-err));
	return err;
}

static int run(const char *kernel, const char *bench, char **file)
{
	struct room *room = calloc(1, sizeof(*room));
	int err = room ? room_open(room, kernel) : -ENOMEM;

	if (err)
		fprintf(stderr, "make-trace: cannot make a folder: %s\n", strerror(-err));
	if (!err)
		err = fill(room, bench, file[0]);
	if (!err)
		err = write_out(room, file[bench ? 0 : 1]);
	if (room)
		room_close(room);
	free(room);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "bench", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *kernel = "6.1", *bench = NULL;
	int letter;

	while ((letter = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (letter) {
		case 'k': kernel = optarg; break;
		case 'b': bench = optarg; break;
		case 'h': fputs(help, stdout); return 0;
		default: return usage("wrong options");
		}
	if (argc - optind != (bench ? 1 : 2))
		return usage(bench ? "give one file" : "give a script and a file");
	return run(kernel, bench, argv + optind);
}
