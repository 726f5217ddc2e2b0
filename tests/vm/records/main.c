// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the library makes of the records in a trace instance, one JSON object a line, in the order of time: those of the
 * driver's event or of the probe, whose notes are joined. And the definitions of the probe under another name, so that
 * both can be recorded of the same hit.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/utsname.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include "dupcqe/decode.h"
#include "dupcqe/format.h"
#include "dupcqe/note.h"
#include "../../../probe/probe_parts.h"

enum { PAGE = 65536 };

struct reader {
	const char *instance;
	struct tep_handle *tep;
	int hit_id, why_id;
	struct dupcqe_decoder hit;
	struct dupcqe_note_decoder why;
	struct dupcqe_note note;
	unsigned long hits, others, undecodable, suppressed;
};

static void die(const char *what, int err)
{
	fprintf(stderr, "probe-records: %s: %s\n", what, strerror(err));
	exit(1);
}

static struct tep_event *load(struct reader *reader, const char *system, const char *name)
{
	char file[128], *text;
	struct tep_event *event;
	int err;

	snprintf(file, sizeof(file), "events/%s/%s/format", system, name);
	err = probe_read(reader->instance, file, &text);
	if (err == -ENOENT)
		return NULL;
	if (err)
		die(file, -err);
	tep_parse_event(reader->tep, text, strlen(text), system);
	free(text);
	event = tep_find_event_by_name(reader->tep, system, name);
	if (!event)
		die(file, EPROTO);
	return event;
}

static void open_events(struct reader *reader, const char *system)
{
	struct tep_event *event;
	int err;

	tep_set_loglevel(TEP_LOG_NONE);
	reader->tep = tep_alloc();
	tep_set_long_size(reader->tep, sizeof(long));
	event = load(reader, system, "nvme_dup_cqe");
	err = event ? dupcqe_decoder_init(event, &reader->hit) : -ENOENT;
	if (err)
		die("nvme_dup_cqe", -err);
	reader->hit_id = event->id;
	reader->why_id = -1;
	event = load(reader, system, "nvme_dup_cqe_why");
	err = event ? dupcqe_note_decoder_init(event, &reader->why) : 0;
	if (err)
		die("nvme_dup_cqe_why", -err);
	if (event)
		reader->why_id = event->id;
}

static void count(struct reader *reader, int err)
{
	if (err == -ENOMSG)
		reader->others++;
	else if (err)
		reader->undecodable++;
}

static void take_hit(struct reader *reader, const void *record, size_t size, unsigned long long when)
{
	char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_event event;
	struct dupcqe_text text;
	int err = dupcqe_decode(&reader->hit, record, size, &event);

	count(reader, err);
	if (err)
		return;
	dupcqe_note_join_at(&reader->note, when, &event);
	reader->hits++;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_json(&text, &event);
	printf("%llu %s\n", when, buffer);
}

static void take_why(struct reader *reader, const void *record, size_t size, unsigned long long when)
{
	struct dupcqe_note note;
	int err = dupcqe_note_decode(&reader->why, record, size, &note);

	count(reader, err);
	if (err)
		return;
	note.ns = when;
	if (note.suppressed)
		reader->suppressed += note.suppressed;
	else
		reader->note = note;
}

static void take(struct reader *reader, const void *record, size_t size, unsigned long long when)
{
	uint16_t type;

	if (size < sizeof(type))
		return;
	memcpy(&type, record, sizeof(type));
	if (type == reader->hit_id)
		take_hit(reader, record, size, when);
	else if (type == reader->why_id)
		take_why(reader, record, size, when);
}

static void read_cpu(struct reader *reader, int cpu)
{
	struct kbuffer *pages = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST);
	static char page[PAGE];
	unsigned long long when;
	char path[256];
	void *record;
	int fd;

	snprintf(path, sizeof(path), "%s/per_cpu/cpu%d/trace_pipe_raw", reader->instance, cpu);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		die(path, errno);
	memset(&reader->note, 0, sizeof(reader->note));
	while (read(fd, page, getpagesize()) > 0) {
		kbuffer_load_subbuffer(pages, page);
		for (record = kbuffer_read_event(pages, &when); record; record = kbuffer_next_event(pages, &when))
			take(reader, record, kbuffer_event_size(pages), when);
	}
	close(fd);
	kbuffer_free(pages);
}

static int records(const char *instance, const char *system)
{
	static struct reader reader;
	int cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);

	reader.instance = instance;
	open_events(&reader, system);
	for (cpu = 0; cpu < cpus; cpu++)
		read_cpu(&reader, cpu);
	fprintf(stderr, "hits=%lu others=%lu undecodable=%lu suppressed=%lu\n", reader.hits, reader.others,
		reader.undecodable, reader.suppressed);
	return fflush(stdout) ? 1 : 0;
}

/* "p:nvme/nvme_dup_cqe ..." as "p:beside/nvme_dup_cqe ..." */
static int define(void)
{
	char line[DUPCQE_PROBE_LINE], registers[64];
	struct probe_layout layout;
	struct utsname machine;
	unsigned int i;
	int err = uname(&machine) ? -errno : probe_layout_read("", &layout);

	if (err)
		die("BTF", -err);
	for (i = 0; i < DUPCQE_PROBE_POINTS; i++) {
		err = probe_define(&probe_points[i], probe_machine_find(machine.machine), &layout, line, registers,
				   sizeof(registers));
		if (err)
			die(probe_points[i].function, -err);
		printf("p:beside/%s\n", line + strlen("p:nvme/"));
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "define"))
		return define();
	if (argc == 4 && !strcmp(argv[1], "read"))
		return records(argv[2], argv[3]);
	fprintf(stderr, "usage: probe-records define | read INSTANCE SYSTEM\n");
	return 2;
}
