// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "uprobe.h"

#define EVENTS UPROBE_TRACEFS "/uprobe_events"

#if defined(__x86_64__)
#define FIELDS                                                                                     \
	"ctrl_id=%di:s32 qid=%si:u16 cid=%dx:u16 status=%cx:u16 result=%r8:u64 "                   \
	"addr=+0(%r9):string"
#define PROBE_FIELDS "fmt=+0(%r9):string probe=\\1:u8 device=%r8:x64 ctrl_id=%di:s32 cid=%dx:u16 sq_id=%si:u16"
#define WHY_FIELDS                                                                                 \
	"fmt=+0(%r9):string func=+0(%r8):string probe=\\1:u8 ctrl_id=%di:s32 tag=%dx:u16 genctr=%cx:u8 " \
	"expected_genctr=%si:u8 suppressed=%dx:u32"
#define WHY_FILTERED "fmt=+0(%r9):string func=+0(%r8):string"
#elif defined(__aarch64__)
#define FIELDS                                                                                     \
	"ctrl_id=%x0:s32 qid=%x1:u16 cid=%x2:u16 status=%x3:u16 result=%x4:u64 "                   \
	"addr=+0(%x5):string"
#define PROBE_FIELDS "fmt=+0(%x5):string probe=\\1:u8 device=%x4:x64 ctrl_id=%x0:s32 cid=%x2:u16 sq_id=%x1:u16"
#define WHY_FIELDS                                                                                 \
	"fmt=+0(%x5):string func=+0(%x4):string probe=\\1:u8 ctrl_id=%x0:s32 tag=%x2:u16 genctr=%x3:u8 " \
	"expected_genctr=%x1:u8 suppressed=%x2:u32"
#define WHY_FILTERED "fmt=+0(%x5):string func=+0(%x4):string"
#endif

#if defined(__has_attribute) && __has_attribute(noipa)
#define AS_IT_STANDS noinline, noipa
#else
#define AS_IT_STANDS noinline
#endif

/* Not inlined, its arguments not optimised away: the probe reads them at its first instruction. */
__attribute__((AS_IT_STANDS, no_sanitize("address", "undefined"))) void
uprobe_hit(int ctrl_id, unsigned int qid, unsigned int cid, unsigned int status,
	   unsigned long result, const char *addr)
{
	__asm__ volatile(""
			 :
			 : "r"(ctrl_id), "r"(qid), "r"(cid), "r"(status), "r"(result), "r"(addr)
			 : "memory");
}

const char *uprobe_refusal(void)
{
#ifndef FIELDS
	return "no register names for this machine";
#else
	if (geteuid())
		return "needs root";
	if (access(EVENTS, W_OK))
		return "no uprobe events in " UPROBE_TRACEFS;
	return NULL;
#endif
}

/* Where in its file a function stands that is somewhere in memory. */
static int locate(const void *function, char *path, size_t size, uint64_t *ret_offset)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uint64_t at = (uintptr_t)function, start, end, offset;
	char line[1024], file[512];
	int err = -ENOENT;

	if (!maps)
		return -errno;
	while (err && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %511[^\n]",
			   &start, &end, &offset, file) != 4)
			continue;
		if (at < start || at >= end || strlen(file) >= size)
			continue;
		strcpy(path, file);
		*ret_offset = at - start + offset;
		err = 0;
	}
	fclose(maps);
	return err;
}

/* Appended: a truncating open of this file would remove everybody's probes. */
static int tell(const char *text)
{
	int fd = open(EVENTS, O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int uprobe_make_fields(const char *name, const char *fields)
{
	char text[1500], path[512];
	uint64_t offset = 0;
	int err = locate(uprobe_hit, path, sizeof(path), &offset);

	if (err)
		return err;
	snprintf(text, sizeof(text), "p:dupcqe_test/%s %s:0x%" PRIx64 " %s\n", name, path, offset,
		 fields);
	return tell(text);
}

int uprobe_make(const char *name)
{
#ifdef FIELDS
	return uprobe_make_fields(name, FIELDS);
#else
	(void)name;
	return -EOPNOTSUPP;
#endif
}

int uprobe_make_probe(const char *name)
{
#ifdef FIELDS
	char why[64];
	int err;

	snprintf(why, sizeof(why), "%s_why", name);
	err = uprobe_make_fields(name, PROBE_FIELDS);
	return err ? err : uprobe_make_fields(why, WHY_FIELDS);
#else
	(void)name;
	return -EOPNOTSUPP;
#endif
}

int uprobe_make_why_of_another_form(const char *name)
{
#ifdef FIELDS
	return uprobe_make_fields(name, WHY_FILTERED);
#else
	(void)name;
	return -EOPNOTSUPP;
#endif
}

int uprobe_remove_probe(const char *name)
{
	char why[64];
	int err;

	snprintf(why, sizeof(why), "%s_why", name);
	err = uprobe_remove(why);
	return uprobe_remove(name) ? -EBUSY : err;
}

void uprobe_probe_hit(int ctrl_id, unsigned int cid, unsigned int sq_id)
{
	uprobe_hit(ctrl_id, sq_id, cid, 0, 0, "invalid id %d completed on queue %d\n");
}

void uprobe_probe_stale(int ctrl_id, unsigned int cid, unsigned int expected_genctr)
{
	uprobe_hit(ctrl_id, expected_genctr, cid & 0xfff, cid >> 12, 0,
		   "request %#x genctr mismatch (got %#x expected %#x)\n");
}

void uprobe_probe_suppressed(unsigned int count)
{
	uprobe_hit(0, 0, count, 0, (unsigned long)"nvme_handle_cqe", "%s: %d callbacks suppressed\n");
}

void uprobe_probe_other(void)
{
	uprobe_hit(0, 0, 1, 0, 0, "the link is down\n");
}

int uprobe_remove(const char *name)
{
	char text[200];

	snprintf(text, sizeof(text), "-:dupcqe_test/%s\n", name);
	return tell(text);
}

void uprobe_storm(int cpu, unsigned int qid, uint64_t first, uint64_t count)
{
	cpu_set_t set;
	uint64_t i;

	CPU_ZERO(&set);
	if (cpu >= 0)
		CPU_SET(cpu, &set);
	if (cpu >= 0 && sched_setaffinity(0, sizeof(set), &set))
		return;
	for (i = first; i < first + count; i++)
		uprobe_hit(0, qid, i & 0xffff, 0x4004, i, "0000:01:00.0");
}

static bool is_gone(int pid)
{
	return pid > 0 && kill(pid, 0) && errno == ESRCH;
}

/* The process that a name of ours is of: prefix, its number, one of the suffixes; or -1. */
static int pid_of(const char *name, const char *prefix, const char *const suffixes[])
{
	int pid = -1, end = 0;

	if (strncmp(name, prefix, strlen(prefix)) ||
	    sscanf(name + strlen(prefix), "%d%n", &pid, &end) != 1)
		return -1;
	for (; *suffixes; suffixes++)
		if (!strcmp(name + strlen(prefix) + end, *suffixes))
			return pid;
	return -1;
}

static void remove_instance(const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), UPROBE_TRACEFS "/instances/%s/events/enable", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "0", 1) == 1)
		*strstr(path, "/events/enable") = '\0';
	close(fd);
	rmdir(path);
}

static void remove_ledger(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "/run/nvme-dupcqed/%s", name);
	unlink(path);
}

static void sweep_folder(const char *path, const char *prefix, const char *const suffixes[],
			 void (*remove_it)(const char *name))
{
	const struct dirent *entry;
	DIR *folder = opendir(path);

	while (folder && (entry = readdir(folder)))
		if (is_gone(pid_of(entry->d_name, prefix, suffixes)))
			remove_it(entry->d_name);
	if (folder)
		closedir(folder);
}

static void sweep_event(const char *line, const char *prefix)
{
	static const char *const suffixes[] = { "", "_why", NULL };
	char name[64];

	if (sscanf(line, "p:dupcqe_test/%63s", name) == 1 && is_gone(pid_of(name, prefix, suffixes)))
		uprobe_remove(name);
}

static void sweep_events(void)
{
	static const char *const prefixes[] = { "hit_", "other_", "snapshot_" };
	FILE *events = fopen(EVENTS, "re");
	static char lines[64][1024];
	int i, prefix, count = 0;

	while (events && count < 64 && fgets(lines[count], sizeof(lines[0]), events))
		count++;
	if (events)
		fclose(events);
	for (i = 0; i < count; i++)
		for (prefix = 0; prefix < 3; prefix++)
			sweep_event(lines[i], prefixes[prefix]);
}

/* The instances first: an event that is enabled stays. */
void uprobe_sweep(void)
{
	static const char *const instances[] = { "", "-hits", NULL }, *const none[] = { "", NULL };
	static const char *const ledger[] = { ".ledger", ".stopped", NULL };

	sweep_folder(UPROBE_TRACEFS "/instances", "dupcqe-test-", instances, remove_instance);
	sweep_folder(UPROBE_TRACEFS "/instances", "dupcqe-snapshot-", none, remove_instance);
	sweep_folder("/run/nvme-dupcqed", "dupcqe-test-", ledger, remove_ledger);
	sweep_events();
}
