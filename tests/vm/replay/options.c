// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

static const char help[] =
"usage: cqe-replay --queue N {--lap | --count N | --one | --match | --storm SECONDS} [OPTION]...\n"
"\n"
"Makes QEMU's emulated NVMe controller post completions that nobody asked for: it\n"
"rewinds a submission queue's tail doorbell, so that the controller executes old\n"
"entries again. Runs as root in the lab's virtual machine only (tests/vm/lab).\n"
"\n"
"What to post:\n"
"  --lap              the whole ring, once; then device and driver agree again\n"
"  --laps N           ... N times\n"
"  --count N          only the N oldest entries of the ring\n"
"  --one              the oldest entry: --count 1\n"
"  --match            one completion whose generation matches an idle request (an\n"
"                     unpatched kernel goes down on it)\n"
"  --storm SECONDS    laps for so long\n"
"  --writers N        with --lap: N processes write to the same queue meanwhile; at the\n"
"                     end what they wrote is read back and compared\n"
"\n"
"Where:\n"
"  --device NAME      the controller (default nvme0)\n"
"  --queue N          the queue: 0 is the admin queue (default 1)\n"
"\n"
"What stands in the ring:\n"
"  --fill WHAT        get-features (default on the admin queue), flush (default on I/O\n"
"                     queues), write, block (a write through the block layer, whose\n"
"                     request is completed in a batch), or refused: a command that the\n"
"                     controller refuses,\n"
"                     and therefore completes in order (flush and write may overtake\n"
"                     each other)\n"
"  --lba N            where write writes 4096 bytes (default: the disk's last ones)\n"
"  --unused           bind the driver again and leave the ring empty but for one command:\n"
"                     completions for slots never used (command id 0)\n"
"  --forget           take the requests of the tags away after the fill, by removing an\n"
"                     I/O scheduler: completions for tags that have no request\n"
"\n"
"Afterwards:\n"
"  --resync HOW       after less than a lap: reset (the controller; default), lap (post\n"
"                     the rest of the ring too), or none\n"
"  --no-resync        --resync none: the queue is out of step until the next reset\n"
"\n"
"  --quiet            no slot= and cqe= lines\n"
"  --timeout SECONDS  give up after so long (default 60, beyond the storm)\n"
"  --help, --version\n"
"\n"
"Prints, one line each, key=value, in this order:\n"
"  replay ...         controller, queue, depth, tail, what was asked for\n"
"  held=N             --match: tags kept busy to let a generation come round\n"
"  slot=N ...         each slot of the ring before the replay\n"
"  cqe=N slot=N cid= opcode= nsid= status= result= tag= got= expected= class=\n"
"                     each completion that the controller was made to post, in the order\n"
"                     in which it fetches the entries; status without the phase bit;\n"
"                     class: unknown-tag, stale or match\n"
"  resync=ok|none     ok: a command of the driver's has completed afterwards\n"
"  posted=N laps=N unknown-tag=N stale=N match=N\n"
"With --writers no cqe= lines, as nobody can tell in what state a request is met:\n"
"  writers=N writes=N failed=N\n"
"  verify=ok|bad\n"
"  resync=ok\n"
"  posted-max=N laps=N\n"
"\n"
"Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused, 4 time limit.\n";

enum {
	OPT_DEVICE = 256, OPT_LAP, OPT_LAPS, OPT_COUNT, OPT_ONE, OPT_MATCH, OPT_STORM, OPT_FILL,
	OPT_LBA, OPT_UNUSED, OPT_FORGET, OPT_RESYNC, OPT_NO_RESYNC, OPT_QUIET, OPT_TIMEOUT,
	OPT_QUEUE, OPT_HELP, OPT_VERSION, OPT_WRITERS,
};

static const struct option long_options[] = {
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "queue", required_argument, NULL, OPT_QUEUE },
	{ "lap", no_argument, NULL, OPT_LAP },
	{ "laps", required_argument, NULL, OPT_LAPS },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "one", no_argument, NULL, OPT_ONE },
	{ "match", no_argument, NULL, OPT_MATCH },
	{ "writers", required_argument, NULL, OPT_WRITERS },
	{ "storm", required_argument, NULL, OPT_STORM },
	{ "fill", required_argument, NULL, OPT_FILL },
	{ "lba", required_argument, NULL, OPT_LBA },
	{ "unused", no_argument, NULL, OPT_UNUSED },
	{ "forget", no_argument, NULL, OPT_FORGET },
	{ "resync", required_argument, NULL, OPT_RESYNC },
	{ "no-resync", no_argument, NULL, OPT_NO_RESYNC },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ 0 }
};

static void usage(const char *why)
{
	fail("%s; see cqe-replay --help", why);
	exit(EXIT_USAGE);
}

static uint64_t number(const char *text, const char *name, uint64_t min, uint64_t max)
{
	char why[128], *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && *text != '-' && value >= min && value <= max)
		return value;
	snprintf(why, sizeof(why), "--%s takes a number from %llu to %llu, not '%.32s'", name,
		 (unsigned long long)min, (unsigned long long)max, text);
	usage(why);
	return 0;
}

static int one_of(const char *text, const char *name, const char * const *words, int n)
{
	char why[128];
	int i;

	for (i = 0; i < n; i++)
		if (words[i] && !strcmp(text, words[i]))
			return i;
	snprintf(why, sizeof(why), "--%s does not know '%.32s'", name, text);
	usage(why);
	return 0;
}

static const char * const fill_names[] = {
	[FILL_FLUSH] = "flush", [FILL_WRITE] = "write", [FILL_BLOCK] = "block",
	[FILL_GET_FEATURES] = "get-features", [FILL_REFUSED] = "refused",
};

const char *options_fill_name(enum fill fill)
{
	return fill_names[fill];
}

static enum fill parse_fill(const char *text)
{
	return one_of(text, "fill", fill_names, sizeof(fill_names) / sizeof(*fill_names));
}

static enum resync parse_resync(const char *text)
{
	static const char * const words[] = {
		[RESYNC_LAP] = "lap", [RESYNC_RESET] = "reset", [RESYNC_NONE] = "none",
	};

	return one_of(text, "resync", words, sizeof(words) / sizeof(*words));
}

static void set_mode(struct options *opt, enum mode mode)
{
	if (opt->mode != MODE_NONE && opt->mode != mode)
		usage("only one of --lap, --count, --one, --match, --storm");
	opt->mode = mode;
}

static void print_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(EXIT_OK);
}

static void set_what(struct options *opt, int c, const char *arg)
{
	switch (c) {
	case OPT_LAPS:
		opt->laps = number(arg, "laps", 1, 1000000);
		/* fall through */
	case OPT_LAP:
		set_mode(opt, MODE_LAP);
		break;
	case OPT_COUNT:
		opt->count = number(arg, "count", 1, REPLAY_MAX_DEPTH);
		set_mode(opt, MODE_COUNT);
		break;
	case OPT_ONE:
		opt->count = 1;
		set_mode(opt, MODE_COUNT);
		break;
	case OPT_MATCH:
		set_mode(opt, MODE_MATCH);
		break;
	case OPT_STORM:
		opt->seconds = number(arg, "storm", 1, 3600);
		set_mode(opt, MODE_STORM);
		break;
	}
}

static void set_how(struct options *opt, int c, const char *arg)
{
	switch (c) {
	case OPT_WRITERS:
		opt->writers = number(arg, "writers", 1, MAX_WRITERS);
		break;
	case OPT_DEVICE:
		opt->device = arg;
		break;
	case OPT_QUEUE:
		opt->qid = number(arg, "queue", 0, 65535);
		break;
	case OPT_FILL:
		opt->fill = parse_fill(arg);
		break;
	case OPT_LBA:
		opt->lba = number(arg, "lba", 0, UINT64_MAX);
		opt->has_lba = true;
		break;
	case OPT_UNUSED:
		opt->unused = true;
		break;
	case OPT_FORGET:
		opt->forget = true;
		break;
	case OPT_RESYNC:
		opt->resync = parse_resync(arg);
		break;
	case OPT_NO_RESYNC:
		opt->resync = RESYNC_NONE;
		break;
	case OPT_QUIET:
		opt->quiet = true;
		break;
	case OPT_TIMEOUT:
		opt->timeout = number(arg, "timeout", 1, 86400);
		break;
	}
}

static void check_options(const struct options *opt)
{
	if (opt->mode == MODE_NONE)
		usage("say what to post: --lap, --count, --one, --match or --storm");
	if (!opt->qid && (opt->fill == FILL_FLUSH || opt->fill == FILL_WRITE || opt->fill == FILL_BLOCK))
		usage("the admin queue takes --fill get-features or refused");
	if (opt->qid && opt->fill == FILL_GET_FEATURES)
		usage("an I/O queue takes --fill flush, write, block or refused");
	if ((opt->unused || opt->forget) && (opt->mode == MODE_MATCH || opt->unused == opt->forget))
		usage("--unused, --forget and --match exclude each other");
	if (opt->writers && (opt->mode != MODE_LAP || !opt->qid || opt->unused || opt->forget))
		usage("--writers goes with --lap or --laps on an I/O queue");
	if (opt->resync != RESYNC_DEFAULT && (opt->mode == MODE_LAP || opt->mode == MODE_STORM))
		usage("--resync is for --count, --one and --match: a lap ends in step");
}

void options_parse(struct options *opt, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (c == '?')
			exit(EXIT_USAGE);
		if (c == OPT_HELP)
			print_and_exit(help);
		if (c == OPT_VERSION)
			print_and_exit("cqe-replay " DUPCQE_VERSION "\n");
		set_what(opt, c, optarg);
		set_how(opt, c, optarg);
	}
	if (optind < argc)
		usage("takes no arguments besides options");
	check_options(opt);
}
