// SPDX-License-Identifier: GPL-2.0-or-later
/* nvme-dupcqe rings */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "apart.h"
#include "command.h"
#include "dupcqe/hitline.h"
#include "printk.h"
#include "rings.h"

enum { EXIT_NO_RINGS = 3, LOG_MAX = 256 << 20 };

/* The options as they were given. */
struct wanted {
	const char *file, *dmesg, *sq_dma, *cq_dma, *depth, *head, *sqe_bytes;
	bool all, json;
};

/* What is known of the hit. */
struct known {
	struct dupcqe_hit hit;
	char *log;		/* for free() */
	size_t log_length;
	uint64_t sqe_bytes;
};

/* A number from least to most, in decimal or, behind 0x, hexadecimal digits. */
static bool number(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;

	if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
		return false;
	errno = 0;
	*ret_number = strtoull(digits, NULL, hex ? 16 : 10);
	return !errno && *ret_number >= least && *ret_number <= most;
}

static int wrong_number(const char *option, const char *text)
{
	return complain(EXIT_WRONG, "--%s: '%s' is not a number that it can have", option, text);
}

static bool by_hand(const struct wanted *wanted)
{
	return wanted->sq_dma || wanted->cq_dma || wanted->depth || wanted->head;
}

/* The place of the rings from the command line. */
static int read_place(const struct wanted *wanted, struct dupcqe_event *event)
{
	const uint64_t all = UINT64_MAX;
	uint64_t depth, head, cq_dma, sq_dma = 0;

	if (!wanted->cq_dma || !wanted->depth || !wanted->head)
		return complain(EXIT_WRONG, "--sq-dma, --cq-dma, --depth, --head: all but the first are needed "
					    "together");
	if (wanted->dmesg)
		return complain(EXIT_WRONG, "--dmesg is of no use where --cq-dma, --depth and --head tell the place");
	if (!number(wanted->depth, RING_DEPTH_MIN, RING_DEPTH_MAX, &depth))
		return wrong_number("depth", wanted->depth);
	if (!number(wanted->head, 0, depth - 1, &head))
		return wrong_number("head", wanted->head);
	if (!number(wanted->cq_dma, 1, all, &cq_dma) || cq_dma % CQE_BYTES)
		return wrong_number("cq-dma", wanted->cq_dma);
	if (wanted->sq_dma && (!number(wanted->sq_dma, 1, all, &sq_dma) || sq_dma % SQE_BYTES_MIN))
		return wrong_number("sq-dma", wanted->sq_dma);
	*event = (struct dupcqe_event){ .cq_dma = cq_dma, .sq_dma = sq_dma, .q_depth = depth, .cq_head = head };
	event->has = DUPCQE_BIT(DUPCQE_CQ_DMA) | DUPCQE_BIT(DUPCQE_Q_DEPTH) | DUPCQE_BIT(DUPCQE_CQ_HEAD) |
		     (sq_dma ? DUPCQE_BIT(DUPCQE_SQ_DMA) : 0);
	return 0;
}

static int check_options(const struct wanted *wanted, struct known *known)
{
	known->sqe_bytes = SQE_BYTES_MIN;
	if (wanted->sqe_bytes && (!number(wanted->sqe_bytes, SQE_BYTES_MIN, SQE_BYTES_MAX, &known->sqe_bytes) ||
				  (known->sqe_bytes & (known->sqe_bytes - 1))))
		return wrong_number("sqe-bytes", wanted->sqe_bytes);
	return by_hand(wanted) ? read_place(wanted, &known->hit.event) : 0;
}

/* Returns 0 or -errno. */
static int read_all(int fd, char **ret_text, size_t *ret_length)
{
	size_t room = 1 << 16, length = 0;
	char *text = malloc(room), *more;
	ssize_t got = 1;

	while (text && got > 0 && length < LOG_MAX) {
		got = read(fd, text + length, room - length);
		length += got > 0 ? (size_t)got : 0;
		if (length < room)
			continue;
		more = realloc(text, room *= 2);
		if (!more)
			free(text);
		text = more;
	}
	if (!text || got) {
		free(text);
		return !text ? -ENOMEM : got < 0 ? -errno : -EFBIG;
	}
	*ret_text = text;
	*ret_length = length;
	return 0;
}

/* A pipe in its place must not keep the tool waiting. */
static int read_log_file(const char *path, struct known *known)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = -errno;
	struct stat st;

	if (fd >= 0) {
		err = fstat(fd, &st)	    ? -errno
		      : S_ISREG(st.st_mode) ? read_all(fd, &known->log, &known->log_length)
					    : -EINVAL;
		close(fd);
	}
	return err ? complain(EXIT_UNKNOWN, "cannot read '%s': %s", path, strerror(-err)) : 0;
}

static int no_log(struct dump *dump, const char *file, int err)
{
	const char *why = err == -ENOENT ? "it does not say where that is" : err == -EBADMSG ? "it is damaged"
			  : err == -ENOMEM ? strerror(ENOMEM) : dump_why(dump);

	return complain(EXIT_UNKNOWN, "cannot find the kernel's log in '%s': %s; give it with --dmesg=FILE", file, why);
}

/* Sets known->hit, from where the command line says. */
static int find_hit(const struct wanted *wanted, struct dump *dump, struct known *known)
{
	int err;

	if (by_hand(wanted))
		return 0;
	if (wanted->dmesg) {
		err = read_log_file(wanted->dmesg, known);
		if (err)
			return err;
	} else {
		err = printk_text(dump, &known->log, &known->log_length);
		if (err)
			return no_log(dump, wanted->file, err);
	}
	if (dupcqe_hit_find(known->log, known->log_length, &known->hit))
		return complain(EXIT_NO_RINGS,
				"no line about a duplicate completion in the kernel's log, or none that says where "
				"its rings are");
	return 0;
}

/* Whatever the line says. */
static int check_event(const struct dupcqe_event *event)
{
	if (event->q_depth < RING_DEPTH_MIN || event->q_depth > RING_DEPTH_MAX || event->cq_head >= event->q_depth)
		return complain(EXIT_NO_RINGS, "the line about the hit makes no sense: slot %u of %u", event->cq_head,
				event->q_depth);
	return 0;
}

#define INSTEAD                                                                                                        \
	"; the record of the hit has the entries around it: see the trace that nvme-dupcqed saved, or the one in the " \
	"log"

/* Can what was read be believed? */
static int judge(const struct known *known, const struct rings *rings)
{
	const char *line = NULL;
	size_t length = 0;

	if (rings->at_head)
		return 0;
	if (known->log && *rings->event.addr)
		line = iommu_line(known->log, known->log_length, rings->event.addr, &length);
	if (line)
		return complain(EXIT_NO_RINGS,
				"an IOMMU translates for the controller ('%.*s'), and at 0x%llx in memory the "
				"refused entry is not to be found" INSTEAD,
				(int)length, line, (unsigned long long)rings->cq.address);
	if (!rings->cq.bytes)
		return complain(EXIT_NO_RINGS, "cannot read the completion ring: %s%s" INSTEAD, rings->cq.why,
				rings->cq.err == -EIO ? "" : "; an IOMMU may translate the address");
	if (!rings_look_right(rings))
		return complain(EXIT_NO_RINGS,
				"what is at 0x%llx in memory is not the completion ring of queue %u; an IOMMU may "
				"translate the address" INSTEAD,
				(unsigned long long)rings->cq.address, rings->event.qid);
	if (rings->cq.missing[rings->event.cq_head])
		return complain(EXIT_NO_RINGS, "the page with the refused entry is not in the dump" INSTEAD);
	return 0;
}

static int show(const struct wanted *wanted, struct dump *dump, const struct known *known)
{
	struct rings rings;
	struct rings_view view = { .file = wanted->file, .dump = dump, .rings = &rings, .line = known->hit.line,
				   .line_length = known->hit.length, .all = wanted->all };
	int status = 0;

	if (rings_read(dump, &known->hit.event, known->sqe_bytes, &rings))
		status = complain(EXIT_UNKNOWN, "cannot read '%s': %s", wanted->file, strerror(ENOMEM));
	if (!status)
		status = judge(known, &rings);
	if (!status && wanted->json)
		rings_print_json(&view);
	else if (!status)
		rings_print(&view);
	rings_free(&rings);
	return status;
}

static int run(void *argument)
{
	const struct wanted *wanted = argument;
	struct known known = { .log = NULL };
	struct dump *dump;
	int status = check_options(wanted, &known);

	if (!status)
		status = dump_open(wanted->file, &dump);
	if (status)
		return status;
	status = find_hit(wanted, dump, &known);
	if (!status)
		status = check_event(&known.hit.event);
	if (!status)
		status = show(wanted, dump, &known);
	dump_close(dump);
	free(known.log);
	return status;
}

int rings_command(int argc, char **argv)
{
	struct wanted wanted = { .file = NULL };
	const struct command_option options[] = {
		{ "json", NULL, "the same for programs", &wanted.json, NULL },
		{ "all", NULL, "the whole rings, not only what is around the hit", &wanted.all, NULL },
		{ "dmesg", "FILE", "the log is here, and not taken from the dump", NULL, &wanted.dmesg },
		{ "cq-dma", "ADDRESS", "where the completion ring is, with --depth and --head: no log is read", NULL,
		  &wanted.cq_dma },
		{ "sq-dma", "ADDRESS", "where the submission ring is", NULL, &wanted.sq_dma },
		{ "depth", "N", "entries of each", NULL, &wanted.depth },
		{ "head", "N", "slot of the refused completion", NULL, &wanted.head },
		{ "sqe-bytes", "N", "size of a submission entry (64)", NULL, &wanted.sqe_bytes },
		{ NULL, NULL, NULL, NULL, NULL },
	};
	const struct command_help help = {
		.name = "rings",
		.does = "Prints the rings of the queue on which a duplicate completion came in, as they stand in the "
			"crash dump VMCORE.\n"
			"Which queue that is, the last line about a hit in its log says.",
		.ends = "exit status: 0 printed, 2 wrong command line, 3 no hit, or its rings are not there, 4 the "
			"dump cannot be read",
		.options = options,
		.operand = "VMCORE",
		.operand_value = &wanted.file,
	};
	int status = command_options(argc, argv, &help);

	return status >= 0 ? status : apart(run, &wanted, wanted.file);
}
