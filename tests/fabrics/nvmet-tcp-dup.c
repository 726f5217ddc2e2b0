// SPDX-License-Identifier: GPL-2.0-or-later
/* an NVMe/TCP target that can be told to misbehave: options */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nvmet-tcp-dup-target.h"

#ifndef DUPCQE_VERSION
#error "give the version: -DDUPCQE_VERSION='\"...\"'"
#endif

#define NQN_START	"nqn."

struct options {
	const char *address;
	const char *port;
	const char *nqn;
	const char *control;
	unsigned long mib;
	unsigned long queues;
	unsigned long depth;
};

enum {
	OPT_HELP = 'h',
	OPT_VERSION = 'V',
	OPT_FIRST = 256,
	OPT_ADDRESS,
	OPT_PORT,
	OPT_NQN,
	OPT_CONTROL,
	OPT_SIZE,
	OPT_QUEUES,
	OPT_DEPTH,
	OPT_INJECT,
	OPT_RULE,		/* all that belong to the last --inject; keep it the last one */
};

static const struct {
	int val;
	const char *name;
	const char *arg;
	const char *help;
} table[] = {
	{ OPT_ADDRESS, "address", "ADDR", "listen here, loopback only (127.0.0.1)" },
	{ OPT_PORT, "port", "PORT", "0: any free one, see the line 'listening=' (4420)" },
	{ OPT_NQN, "nqn", "NQN", "the subsystem (nqn.2026-01.org.example:nvmet-tcp-dup)" },
	{ OPT_SIZE, "size", "MIB", "the RAM disk's size, 1 to 4096 (64)" },
	{ OPT_QUEUES, "queues", "N", "I/O queues for each controller, 1 to 16 (4)" },
	{ OPT_DEPTH, "depth", "N", "entries of a queue, 32 to 128 (128)" },
	{ OPT_CONTROL, "control", "FIFO", "make it, and take rules from it while running" },
	{ OPT_INJECT, "inject", "KIND", "a rule: double, late, unknown or match" },
	{ OPT_RULE, "opcode", "OP", "write, read, flush, identify, ... or a number (any)" },
	{ OPT_RULE, "queue", "QID", "0 is the admin queue (any)" },
	{ OPT_RULE, "nth", "N", "begin with the Nth such command (1)" },
	{ OPT_RULE, "count", "N", "do it for that many commands (1)" },
	{ OPT_RULE, "when", "WHEN", "reuse, commands:N, ms:N (late: reuse; match: ms:50)" },
	{ OPT_RULE, "cid", "ID", "send this command id" },
	{ OPT_RULE, "result", "N", "send this result, 64 bits" },
	{ OPT_RULE, "status", "N", "send this status, 16 bits, the phase is bit 0" },
	{ OPT_RULE, "sq-id", "N", "send this submission queue id" },
	{ OPT_HELP, "help", NULL, "show this and exit" },
	{ OPT_VERSION, "version", NULL, "show the version and exit" },
};

enum { NR_OPTIONS = sizeof(table) / sizeof(table[0]) };

static void print_help(void)
{
	char left[32];
	size_t i;

	puts("usage: nvmet-tcp-dup [OPTION]...\n"
	     "An NVMe/TCP target with a RAM disk, on loopback, that answers commands twice, late or\n"
	     "with a wrong command id when a rule says so. Connect to it with\n"
	     "  nvme connect -t tcp -a ADDR -s PORT -n NQN\n");
	for (i = 0; i < NR_OPTIONS; i++) {
		snprintf(left, sizeof(left), "--%s %s", table[i].name,
			 table[i].arg ? table[i].arg : "");
		printf("  %-18s %s\n", left, table[i].help);
	}
	puts("\nrules, of a command that was answered:\n"
	     "  double   the same 16 bytes again, at once\n"
	     "  late     the same 16 bytes again, when the time has come\n"
	     "  unknown  an answer with a command id that no command had, at once\n"
	     "  match    the command's tag with its next generation, while the host does not use it\n"
	     "           (a Linux without a check for that panics)\n"
	     "On the command line a rule's options follow its --inject; as a line in the FIFO it is\n"
	     "  KIND key=value ...      such as: late opcode=write queue=1 when=commands:3\n"
	     "  cancel                  forgets all rules\n"
	     "Each answer that was sent without need is one line 'injected=KIND ...' on standard output,\n"
	     "with all its fields and, as raw=, its bytes.");
}

static int bad_value(const char *name, const char *value, const char *hint)
{
	fprintf(stderr, "nvmet-tcp-dup: bad value '%s' for --%s: %s\n", value, name, hint);
	return -1;
}

static int set_number(unsigned long *field, const char *name, const char *value, unsigned long min,
		      unsigned long max)
{
	unsigned long v;
	char hint[64];
	char *end;

	errno = 0;
	v = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || v < min || v > max) {
		snprintf(hint, sizeof(hint), "give a number from %lu to %lu", min, max);
		return bad_value(name, value, hint);
	}
	*field = v;
	return 0;
}

static int set_nqn(struct options *o, const char *value)
{
	if (strncmp(value, NQN_START, strlen(NQN_START)) || strlen(value) > 223)
		return bad_value("nqn", value, "it begins with 'nqn.' and has at most 223 bytes");
	o->nqn = value;
	return 0;
}

/* a rule is added when the next begins, and the last one at the end */
static int add_rule(struct target *t, struct inj_rule *rule)
{
	if (rule->count && inj_rule_add(&t->inj, rule) < 0) {
		fprintf(stderr, "nvmet-tcp-dup: too many rules, at most %d\n", INJ_MAX_RULES);
		return -1;
	}
	rule->count = 0;
	return 0;
}

static int begin_rule(struct target *t, struct inj_rule *rule, const char *kind)
{
	if (add_rule(t, rule))
		return -1;
	if (inj_rule_init(rule, kind))
		return bad_value("inject", kind, "give double, late, unknown or match");
	return 0;
}

static int set_rule(struct inj_rule *rule, const char *name, const char *value)
{
	if (!rule->count) {
		fprintf(stderr, "nvmet-tcp-dup: --%s belongs to a rule, give --inject before it\n",
			name);
		return -1;
	}
	if (inj_rule_set(rule, name, value))
		return bad_value(name, value, "see --help");
	return 0;
}

static int set_option(struct options *o, struct target *t, struct inj_rule *rule, int val,
		      const char *name)
{
	switch (val) {
	case OPT_ADDRESS:
		o->address = optarg;
		return 0;
	case OPT_PORT:
		o->port = optarg;
		return 0;
	case OPT_CONTROL:
		o->control = optarg;
		return 0;
	case OPT_NQN:
		return set_nqn(o, optarg);
	case OPT_SIZE:
		return set_number(&o->mib, name, optarg, 1, 4096);
	case OPT_QUEUES:
		return set_number(&o->queues, name, optarg, 1, MAX_IO_QUEUES);
	case OPT_DEPTH:
		return set_number(&o->depth, name, optarg, 32, MAX_DEPTH);
	case OPT_INJECT:
		return begin_rule(t, rule, optarg);
	case OPT_RULE:
		return set_rule(rule, name, optarg);
	}
	fprintf(stderr, "nvmet-tcp-dup: see --help\n");
	return -1;
}

static void print_and_exit(int val)
{
	if (val == OPT_HELP)
		print_help();
	else
		puts("nvmet-tcp-dup " DUPCQE_VERSION);
	exit(0);
}

static int parse(int argc, char **argv, struct options *o, struct target *t)
{
	struct option longs[NR_OPTIONS + 1] = { 0 };
	struct inj_rule rule = { 0 };
	int index, val;
	size_t i;

	for (i = 0; i < NR_OPTIONS; i++) {
		longs[i].name = table[i].name;
		longs[i].has_arg = table[i].arg ? required_argument : no_argument;
		longs[i].val = table[i].val;
	}
	while ((val = getopt_long(argc, argv, "hV", longs, &index)) != -1) {
		if (val == OPT_HELP || val == OPT_VERSION)
			print_and_exit(val);
		if (set_option(o, t, &rule, val, val == '?' ? "" : longs[index].name))
			return -1;
	}
	if (optind < argc) {
		fprintf(stderr, "nvmet-tcp-dup: unexpected '%s', see --help\n", argv[optind]);
		return -1;
	}
	return add_rule(t, &rule);
}

static int make_disk(struct target *t, unsigned long mib)
{
	size_t size = mib << 20;

	t->disk = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->disk == MAP_FAILED) {
		fprintf(stderr, "nvmet-tcp-dup: cannot get %lu MiB of memory: %s\n", mib,
			strerror(errno));
		return -1;
	}
	t->blocks = size >> BLOCK_SHIFT;
	return 0;
}

static int run(struct target *t, const struct options *o)
{
	int control_fd = -1;
	int ret = -1;

	t->nqn = o->nqn;
	t->max_queues = (unsigned int)o->queues;
	t->depth = (unsigned int)o->depth;
	if (o->control) {
		control_fd = control_open(o->control);
		if (control_fd < 0)
			return -1;
	}
	if (!make_disk(t, o->mib) && !loop_listen(t, o->address, o->port))
		ret = loop_run(t, control_fd);
	if (o->control) {
		close(control_fd);
		unlink(o->control);
	}
	return ret;
}

int main(int argc, char **argv)
{
	static struct target target;
	struct options options = {
		.address = "127.0.0.1",
		.port = "4420",
		.nqn = "nqn.2026-01.org.example:nvmet-tcp-dup",
		.mib = 64,
		.queues = 4,
		.depth = MAX_DEPTH,
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (parse(argc, argv, &options, &target))
		return 2;
	return run(&target, &options) ? 1 : 0;
}
