// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "spool.h"
#include "trace-room.h"
#include "tracedat.h"

enum { FORMAT_MAX = 8192, PIDS = 1 << 22 };

/* of tests/unit/event-real.c */
extern const char event_real_format[];

static const char *const all_events[] = { "nvme_sq", "nvme_setup_cmd", "nvme_complete_rq", "nvme_dup_cqe", "sched_switch" };

static const char header_page[] =
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n";
static const char header_event[] =
	"# compressed entry header\n\ttype_len    :    5 bits\n\ttime_delta  :   27 bits\n"
	"\tarray       :   32 bits\n\n\tpadding     : type == 29\n\ttime_extend : type == 30\n"
	"\ttime_stamp : type == 31\n\tdata max type_len  == 28\n";

static int make_folders(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static FILE *make(const struct room *room, const char *name)
{
	char path[PATH_MAX + 128];

	snprintf(path, sizeof(path), "%s/%s", room->path, name);
	return make_folders(path) ? NULL : fopen(path, "w");
}

static int put(const struct room *room, const char *name, const char *text)
{
	FILE *file = make(room, name);
	int err = 0;

	if (!file)
		return -errno;
	if (fputs(text, file) < 0)
		err = -EIO;
	if (fclose(file))
		err = -errno;
	return err;
}

static int read_format(const char *kernel, const char *name, char text[FORMAT_MAX])
{
	char path[256];
	FILE *file;

	if (!strcmp(name, "nvme_dup_cqe")) {
		snprintf(text, FORMAT_MAX, "%s", event_real_format);
		return 0;
	}
	if (strcmp(name, "sched_switch"))
		snprintf(path, sizeof(path), "tests/plugin/formats/%s/%s", kernel, name);
	else
		snprintf(path, sizeof(path), "tests/kshark/formats/%s", name);
	file = fopen(path, "r");
	if (!file)
		return -errno;
	text[fread(text, 1, FORMAT_MAX - 1, file)] = '\0';
	fclose(file);
	return 0;
}

int room_open(struct room *room, const char *kernel)
{
	const char *tmp = getenv("TMPDIR");
	int err;

	*room = (struct room){ .kernel = kernel, .tep = tep_alloc(), .named = calloc(PIDS / 8, 1) };
	if (!room->tep || !room->named)
		return -ENOMEM;
	snprintf(room->path, sizeof(room->path), "%s/make-trace-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(room->path)) {
		room->path[0] = '\0';
		return -errno;
	}
	err = put(room, "events/header_page", header_page);
	if (!err)
		err = put(room, "events/header_event", header_event);
	if (!err)
		err = put(room, "trace_clock", "[local] global\n");
	room->names = err ? NULL : make(room, "saved_cmdlines");
	return err ? err : room->names ? 0 : -errno;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *at)
{
	(void)stat, (void)type, (void)at;
	return remove(path);
}

void room_close(struct room *room)
{
	unsigned int cpu;

	for (cpu = 0; cpu < room->cpus; cpu++) {
		if (room->cpu[cpu] && room->cpu[cpu]->to)
			fclose(room->cpu[cpu]->to);
		free(room->cpu[cpu]);
	}
	if (room->names)
		fclose(room->names);
	free(room->named);
	if (room->tep)
		tep_free(room->tep);
	if (room->path[0])
		nftw(room->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int room_add_event(struct room *room, const char *name)
{
	const char *system = strncmp(name, "sched", 5) ? "nvme" : "sched";
	char text[FORMAT_MAX], file[256];
	int err = read_format(room->kernel, name, text);

	if (err)
		return err;
	if (room->events == ROOM_EVENTS)
		return -E2BIG;
	/* what their text calls is not known here, and that is no error: fields are all that is wanted */
	tep_parse_event(room->tep, text, strlen(text), system);
	room->event[room->events] = tep_find_event_by_name(room->tep, system, name);
	if (!room->event[room->events++])
		return -EINVAL;
	snprintf(file, sizeof(file), "events/%s/%s/format", system, name);
	return put(room, file, text);
}

int room_add_all_events(struct room *room)
{
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(all_events) / sizeof(*all_events) && !err; i++)
		err = room_add_event(room, all_events[i]);
	return err;
}

const struct tep_event *room_event(const struct room *room, const char *name)
{
	unsigned int i;

	for (i = 0; i < room->events; i++)
		if (!strcmp(room->event[i]->name, name))
			return room->event[i];
	return NULL;
}

struct pages *room_pages(struct room *room, unsigned int cpu)
{
	struct pages *pages;
	char name[64];

	if (cpu < room->cpus && room->cpu[cpu])
		return room->cpu[cpu];
	if (cpu >= ROOM_CPUS)
		return NULL;
	snprintf(name, sizeof(name), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	pages = calloc(1, sizeof(*pages));
	if (!pages)
		return NULL;
	pages->to = make(room, name);
	if (!pages->to) {
		free(pages);
		return NULL;
	}
	room->cpu[cpu] = pages;
	room->cpus = cpu >= room->cpus ? cpu + 1 : room->cpus;
	return pages;
}

int room_name(struct room *room, int pid, const char *comm)
{
	if (pid < 0 || pid >= PIDS)
		return -ERANGE;
	if (!pid || room->named[pid / 8] & 1 << pid % 8)
		return 0;
	room->named[pid / 8] |= (unsigned char)(1 << pid % 8);
	return fprintf(room->names, "%d %s\n", pid, comm) < 0 ? -EIO : 0;
}

static int put_events(const struct room *room)
{
	FILE *file = make(room, "set_event");
	unsigned int i;

	if (!file)
		return -errno;
	for (i = 0; i < room->events; i++)
		fprintf(file, "%s:%s\n", room->event[i]->system, room->event[i]->name);
	return fclose(file) ? -errno : 0;
}

static int close_all(struct room *room)
{
	FILE *names = room->names;
	unsigned int cpu;
	int err = 0;

	for (cpu = 0; cpu < room->cpus && !err; cpu++)
		if (room->cpu[cpu]) {
			err = pages_close(room->cpu[cpu]);
			room->cpu[cpu]->to = NULL;
		}
	room->names = NULL;
	if (fclose(names) && !err)
		err = -errno;
	return err ? err : put_events(room);
}

static int write_trace(const struct room *room, int fd)
{
	/* no folder: nothing there is to be removed when the disk is full */
	const struct spool_limits limits = { .max_bytes = UINT64_MAX };
	struct spool_draft draft = { .folder = -1, .limits = &limits, .fd = { fd, -1, -1 } };
	const struct tracedat_from from = {
		.tracefs = room->path, .instance = room->path, .raw = "trace_pipe_raw",
		.uname = "Linux made-up 6.1.0 x86_64",
	};
	uint64_t pages;

	return tracedat_write(&from, &draft, &pages);
}

int room_write(struct room *room, const char *file)
{
	int err = close_all(room), fd;

	if (err)
		return err;
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	err = write_trace(room, fd);
	if (close(fd) && !err)
		err = -errno;
	if (err)
		unlink(file);
	return err;
}
