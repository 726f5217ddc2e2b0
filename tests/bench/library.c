// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one record of nvme_dup_cqe costs: decoding it, and the three forms of its text, against
 * libtraceevent's rendering of the same record by the event's own print format.
 *
 * usage: library FORMAT PAGES...: the event's format file, raw pages of the ring buffer
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <traceevent/trace-seq.h>

#include "dupcqe/decode.h"
#include "dupcqe/format.h"

#define PAGE		4096
#define MAX_RECORDS	65536
#define ROUNDS		15
#define ROUND_NS	50000000

struct bench {
	struct tep_handle *tep;
	struct tep_event *event;
	struct dupcqe_decoder decoder;
	struct tep_record records[MAX_RECORDS];
	struct dupcqe_event decoded[MAX_RECORDS];
	unsigned int count;
	size_t bytes;
	struct trace_seq seq;
	char buffer[DUPCQE_FORMAT_MAX];
};

static struct bench bench;
static volatile size_t sink;	/* what the compiler must not take for unused */

static void die(const char *why, const char *name)
{
	fprintf(stderr, "library: %s '%s'\n", why, name);
	exit(1);
}

static char *read_all(const char *name, size_t *ret_size)
{
	FILE *file = fopen(name, "rb");
	char *data = malloc(64 << 20);

	if (!file || !data)
		die("cannot read", name);
	*ret_size = fread(data, 1, 64 << 20, file);
	fclose(file);
	return data;
}

static void learn_format(const char *name)
{
	size_t size;
	char *text = read_all(name, &size);

	bench.tep = tep_alloc();
	if (!bench.tep || tep_parse_event(bench.tep, text, size, "nvme"))
		die("cannot parse", name);
	bench.event = tep_find_event_by_name(bench.tep, "nvme", "nvme_dup_cqe");
	if (!bench.event || dupcqe_decoder_init(bench.event, &bench.decoder))
		die("is no nvme_dup_cqe:", name);
	free(text);
}

static void take_record(void *data, int size)
{
	if (bench.count == MAX_RECORDS || tep_data_type(bench.tep, &(struct tep_record){ .data = data,
			.size = size }) != bench.event->id)
		return;
	bench.records[bench.count++] = (struct tep_record){ .data = data, .size = size };
	bench.bytes += size;
}

static void take_pages(const char *name)
{
	struct kbuffer *kbuf = kbuffer_alloc(KBUFFER_LSIZE_8, KBUFFER_ENDIAN_LITTLE);
	unsigned long long time;
	size_t size, at;
	char *pages = read_all(name, &size);
	void *data;

	for (at = 0; at + PAGE <= size; at += PAGE) {
		kbuffer_load_subbuffer(kbuf, pages + at);
		while ((data = kbuffer_read_event(kbuf, &time))) {
			take_record(data, kbuffer_event_size(kbuf));
			kbuffer_next_event(kbuf, NULL);
		}
	}
	kbuffer_free(kbuf);	/* the pages stay: the records are in them */
}

static void decode_one(unsigned int i)
{
	struct dupcqe_event event;

	if (dupcqe_decode(&bench.decoder, bench.records[i].data, bench.records[i].size, &event))
		die("cannot decode a record of", "nvme_dup_cqe");
	sink += event.cid;
}

static void line_one(unsigned int i)
{
	struct dupcqe_text text;

	dupcqe_text_init(&text, bench.buffer, sizeof(bench.buffer));
	dupcqe_format_line(&text, &bench.decoded[i]);
	sink += text.len;
}

static void block_one(unsigned int i)
{
	struct dupcqe_text text;

	dupcqe_text_init(&text, bench.buffer, sizeof(bench.buffer));
	dupcqe_format_block(&text, &bench.decoded[i], "  ");
	sink += text.len;
}

static void json_one(unsigned int i)
{
	struct dupcqe_text text;

	dupcqe_text_init(&text, bench.buffer, sizeof(bench.buffer));
	dupcqe_format_json(&text, &bench.decoded[i]);
	sink += text.len;
}

static void peer_one(unsigned int i)
{
	trace_seq_reset(&bench.seq);
	tep_print_event(bench.tep, &bench.seq, &bench.records[i], "%s", TEP_PRINT_INFO);
	sink += bench.seq.len;
}

static const struct {
	const char *name;
	void (*one)(unsigned int i);
} works[] = {
	{ "libtraceevent, the event's own format", peer_one },
	{ "decode", decode_one },
	{ "line", line_one },
	{ "block", block_one },
	{ "json", json_one },
};

#define WORKS (sizeof(works) / sizeof(*works))

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* ns for one record; all records are taken, again and again, for about ROUND_NS */
static double measure(void (*one)(unsigned int i))
{
	double start = now(), spent;
	unsigned long done = 0;
	unsigned int i;

	do {
		for (i = 0; i < bench.count; i++)
			one(i);
		done += bench.count;
		spent = now() - start;
	} while (spent < ROUND_NS);
	return spent / done;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void decode_all(void)
{
	unsigned int i;

	for (i = 0; i < bench.count; i++)
		if (dupcqe_decode(&bench.decoder, bench.records[i].data, bench.records[i].size,
				  &bench.decoded[i]))
			die("cannot decode a record of", "nvme_dup_cqe");
}

static void print_costs(double (*ns)[ROUNDS])
{
	double median[WORKS];
	unsigned int i;

	for (i = 0; i < WORKS; i++) {
		qsort(ns[i], ROUNDS, sizeof(double), compare);
		median[i] = ns[i][ROUNDS / 2];
		printf("%-40s %8.0f ns %8.2f\n", works[i].name, median[i], median[i] / median[0]);
	}
	printf("%-40s %8.0f ns %8.2f\n", "decode + line", median[1] + median[2],
	       (median[1] + median[2]) / median[0]);
}

int main(int argc, char **argv)
{
	static double ns[WORKS][ROUNDS];
	unsigned int round, i;

	if (argc < 3) {
		fprintf(stderr, "usage: library FORMAT PAGES...\n");
		return 2;
	}
	learn_format(argv[1]);
	for (i = 2; i < (unsigned int)argc; i++)
		take_pages(argv[i]);
	if (!bench.count)
		die("no record of nvme_dup_cqe in", argv[2]);
	trace_seq_init(&bench.seq);
	decode_all();
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < WORKS; i++)
			ns[i][round] = measure(works[i].one);
	printf("%u records of %zu bytes on average; median of %d rounds, and the ratio to the first\n",
	       bench.count, bench.bytes / bench.count, ROUNDS);
	print_costs(ns);
	return 0;
}
