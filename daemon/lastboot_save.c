// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An entry of the snapshot folder is made of what the last boot left behind. What the records are is read by the
 * formats that the last boot's daemon kept; where it came to keep none, by this boot's, which is then said.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "child.h"
#include "file.h"
#include "hit_fields.h"
#include "journal.h"
#include "kept.h"
#include "lastboot.h"
#include "lastboot_scan.h"
#include "snapshot.h"
#include "tracedat.h"

#define BORROWED "borrowed"

enum { BEGIN_LIMIT_MS = 60000 };

enum outcome { NOTHING, NO_HIT, SAVED };

/* In memory that the child shares: it fills in what it made. */
struct saving {
	struct child child; /* first */
	struct action_paths paths;
	struct lastboot of;
	char name[CONFIG_NAME], event[128];
	char instance[CONFIG_PATH], folder[CONFIG_PATH], stage[LASTBOOT_PATH];
	struct spool_limits limits;
	/* the child's */
	enum outcome outcome;
	struct lastboot_scan scan;
	bool has_trace, has_formats, has_dmesg, dmesg_cut;
	char saved[SPOOL_NAME];
	uint64_t pages;
	int forgetful; /* why it may be saved again, or 0 */
	const char *step;
};

static struct saving *saving;

void lastboot_wait(int limit_ms)
{
	struct pollfd ended = { .events = POLLIN };

	if (!saving)
		return;
	ended.fd = saving->child.pidfd;
	poll(&ended, 1, limit_ms);
}

/* A file of the folder that the formats were unpacked to; "" if there is none. */
static void staged(const struct saving *of, const char *name, char *text, size_t size)
{
	if (file_get(text, size, "%s/%s", of->stage, name))
		*text = '\0';
}

/* The next best: right if the kernel is the same and its modules were loaded in the same order. */
static int borrow_formats(const struct saving *of)
{
	const struct kept_from from = { of->paths.tracefs, of->instance, of->event, of->paths.boot_id };
	char path[LASTBOOT_PATH + 16];
	int err;

	snprintf(path, sizeof(path), "%s/" BORROWED, of->stage);
	err = kept_write(path, &from);
	return err ? err : kept_unpack(path, of->stage);
}

static bool has(const struct saving *of, const char *name)
{
	char path[LASTBOOT_PATH + 64];

	snprintf(path, sizeof(path), "%s/%s", of->stage, name);
	return !access(path, F_OK);
}

static int look(struct saving *of)
{
	int err = 0;

	/* a part of it, of which the rest is in the buffer still: the next start takes that too */
	of->has_trace = has(of, "per_cpu") && !lastboot_is_untaken(&of->of);
	if (!of->has_trace)
		return 0;
	of->step = "find the formats of";
	if (!has(of, "events/header_page"))
		err = borrow_formats(of);
	/* else it is not known which boot and which kernel it was */
	of->has_formats = !err && !has(of, BORROWED);
	of->step = "read";
	return err ? err : lastboot_scan(of->stage, of->event, &of->scan);
}

static int write_json(struct saving *of, struct spool_draft *draft, int64_t now_s)
{
	static char buffer[SNAPSHOT_JSON];
	char trace[SPOOL_NAME + 8] = "", dmesg[SPOOL_NAME + 16] = "", boot[64] = "", kernel[128] = "",
				version[128] = "";
	const struct action_call call = { .hit = of->scan.hits ? &of->scan.last : NULL,
					  .rule = "",
					  .count = (uint32_t)of->scan.hits };
	const struct snapshot_about about = {
		.call = &call,
		.trace = trace,
		.taken = "last-boot",
		.boot_id = boot,
		.unix_s = now_s,
		.pages = of->pages,
		.kernel = kernel,
		.kernel_version = version,
		.dmesg = dmesg,
		.formats = of->has_trace ? of->has_formats ? "kept" : "this-boot" : "",
	};
	struct dupcqe_text text;

	if (of->has_trace)
		snprintf(trace, sizeof(trace), "%s%s", draft->name, spool_suffix[SPOOL_DAT]);
	if (of->has_dmesg)
		snprintf(dmesg, sizeof(dmesg), "%s%s", draft->name, spool_suffix[SPOOL_DMESG]);
	if (of->has_formats) {
		staged(of, KEPT_BOOT_ID, boot, sizeof(boot));
		staged(of, KEPT_RELEASE, kernel, sizeof(kernel));
		staged(of, KEPT_VERSION, version, sizeof(version));
	}
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	snapshot_json(&text, &about);
	return text.cut ? -EMSGSIZE : spool_write(draft, SPOOL_JSON, buffer, text.len);
}

static int write_trace(struct saving *of, struct spool_draft *draft)
{
	char uname[256];
	const struct tracedat_from from = { of->stage, of->stage, "trace_pipe_raw",
					    of->has_formats ? uname : "unknown" };

	staged(of, KEPT_UNAME, uname, sizeof(uname));
	if (!of->has_trace)
		return spool_drop(draft, SPOOL_DAT);
	of->step = "write the trace of";
	return tracedat_write(&from, draft, &of->pages);
}

static int write_dmesg(struct saving *of, struct spool_draft *draft, const struct lastboot_pstore *pstore)
{
	int err;

	of->has_dmesg = pstore->text;
	if (!of->has_dmesg)
		return 0;
	of->step = "write the messages of";
	err = spool_add(draft, SPOOL_DMESG);
	return err ? err : spool_write(draft, SPOOL_DMESG, pstore->text, pstore->length);
}

static int fill(struct saving *of, struct spool_draft *draft, const struct lastboot_pstore *pstore, int64_t now_s)
{
	int err = write_trace(of, draft);

	if (!err)
		err = write_dmesg(of, draft, pstore);
	of->step = err ? of->step : "describe";
	return err ? err : write_json(of, draft, now_s);
}

static int save(struct saving *of, int folder, const struct lastboot_pstore *pstore)
{
	const struct dupcqe_event *event = &of->scan.last.event;
	int ctrl = of->scan.hits && dupcqe_has(event, DUPCQE_CTRL_ID) ? event->ctrl_id : -1, err;
	uint64_t expected = of->scan.bytes + pstore->length + SNAPSHOT_JSON;
	int64_t now_s = time(NULL);
	struct spool_draft draft;

	of->step = "make room for";
	err = spool_begin_within(&draft, folder, &of->limits, expected, now_s, ctrl, BEGIN_LIMIT_MS);
	if (err)
		return err;
	err = fill(of, &draft, pstore, now_s);
	if (err) {
		spool_abandon(&draft);
		return err;
	}
	of->step = "sync";
	snprintf(of->saved, sizeof(of->saved), "%s", draft.name);
	err = spool_commit(&draft);
	if (err)
		return err;
	of->outcome = SAVED;
	/* that old ones cannot be removed is the next snapshot's to tell */
	spool_prune(folder, &of->limits, now_s);
	return 0;
}

static int save_in_folder(struct saving *of, const struct lastboot_pstore *pstore)
{
	int folder, err;

	of->step = "open the folder for";
	folder = spool_open(of->folder);
	if (folder < 0)
		return folder;
	err = save(of, folder, pstore);
	close(folder);
	return err;
}

/* What cannot be read may have hits. */
static bool is_wanted(const struct saving *of, const struct lastboot_pstore *pstore)
{
	return pstore->text || (of->has_trace && (of->scan.hits || !of->scan.readable));
}

static void forget_dmesg(struct lastboot_pstore *pstore)
{
	free(pstore->text);
	*pstore = (struct lastboot_pstore){ .text = NULL };
}

/* Without it there still is the trace. */
static void find_dmesg(struct saving *of, struct lastboot_pstore *pstore)
{
	int err = lastboot_pstore_find(&of->paths, pstore);

	of->dmesg_cut = pstore->cut;
	if (!err)
		return;
	journal_printf(LOG_WARNING, JOURNAL_PLAIN, "cannot read the kernel's last messages: %s", strerror(-err));
	forget_dmesg(pstore);
}

/* Rather without the messages than not at all. */
static int save_what_is_wanted(struct saving *of, struct lastboot_pstore *pstore)
{
	int err;

	if (!is_wanted(of, pstore)) {
		of->outcome = of->has_trace ? NO_HIT : NOTHING;
		return 0;
	}
	err = save_in_folder(of, pstore);
	if (err != -EFBIG || !pstore->text || !of->has_trace)
		return err;
	journal_printf(LOG_WARNING, JOURNAL_PLAIN,
		       "the kernel's last messages are left out: with them it would be more than max-bytes");
	forget_dmesg(pstore);
	return save_what_is_wanted(of, pstore);
}

static int work(void *arg)
{
	struct lastboot_pstore pstore = { 0 };
	struct saving *of = arg;
	int err = look(of);

	if (!err)
		find_dmesg(of, &pstore);
	if (!err)
		err = save_what_is_wanted(of, &pstore);
	if (!err && pstore.text)
		of->forgetful = lastboot_pstore_remember(&of->paths, &pstore);
	if (!err && of->has_trace)
		lastboot_stage_remove(&of->of);
	free(pstore.text);
	return err;
}

static void tell_failure(const struct saving *of, int err)
{
	const char *kept = of->has_trace ? of->stage : "pstore";

	journal_field("ERRNO", "%d", -err);
	journal_printf(LOG_ERR, JOURNAL_LAST_BOOT,
		       "cannot %s the last boot in '%s': %s; the next start tries again with what is in '%s'%s",
		       of->step, of->folder, err == -ECHILD ? "it was ended" : strerror(-err), kept,
		       of->has_trace ? ", which a reboot empties" : "");
}

/* "nvme0 queue 1 command 42" */
static void tell_hit(const struct hit *hit, char *text, size_t size)
{
	const struct dupcqe_event *event = &hit->event;
	char device[24], queue[24] = "", cid[24] = "";

	if (dupcqe_has(event, DUPCQE_QID))
		snprintf(queue, sizeof(queue), " queue %d", (int)event->qid);
	if (dupcqe_has(event, DUPCQE_CID))
		snprintf(cid, sizeof(cid), " command %d", (int)event->cid);
	snprintf(text, size, "%s%s%s", hit_device(hit, device), queue, cid);
}

static void tell_saved(const struct saving *of)
{
	char hits[160] = "its hits are not known";

	if (of->scan.hits) {
		snprintf(hits, sizeof(hits), "%llu hits, the last one of ", (unsigned long long)of->scan.hits);
		tell_hit(&of->scan.last, hits + strlen(hits), sizeof(hits) - strlen(hits));
	} else if (of->scan.readable) {
		strcpy(hits, "no hit");
	}
	if (of->has_trace)
		journal_printf(LOG_NOTICE, JOURNAL_LAST_BOOT,
			       "the last boot's trace is saved as '%s/%s%s', %llu pages: %s%s%s", of->folder, of->saved,
			       spool_suffix[SPOOL_DAT], (unsigned long long)of->pages, hits,
			       of->has_formats ? "" : "; its formats were not kept, and this boot's may be others",
			       of->has_dmesg ? "; with the kernel's last messages" : "");
	else
		journal_printf(LOG_NOTICE, JOURNAL_LAST_BOOT,
			       "the last messages of a kernel that went down are saved as '%s/%s%s'", of->folder,
			       of->saved, spool_suffix[SPOOL_DMESG]);
}

static void tell(const struct saving *of, int result)
{
	if (result) {
		tell_failure(of, result);
		return;
	}
	if (of->outcome == SAVED)
		tell_saved(of);
	else if (of->outcome == NO_HIT)
		journal_printf(LOG_NOTICE, JOURNAL_LAST_BOOT,
			       "the last boot's trace has no hit, and is not saved: %llu records",
			       (unsigned long long)of->scan.records);
	if (of->dmesg_cut)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "not all of the kernel's last messages were saved: they are too long");
	if (of->forgetful)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "the kernel's last messages may be saved once more: cannot write to '%s': %s",
			       of->paths.state_dir, strerror(-of->forgetful));
}

static void on_end(struct child *child, struct action_room *room, int result)
{
	struct saving *of = (struct saving *)child;

	tell(of, result);
	munmap(of, sizeof(*of));
	saving = NULL;
	/* a panic may have waited for that */
	if (room->rearm)
		room->rearm(room);
}

static void set_up(struct saving *of, const struct action_room *room, const struct lastboot *what, const char *instance)
{
	of->child.ended = on_end;
	of->paths = *what->paths;
	snprintf(of->name, sizeof(of->name), "%s", what->name);
	snprintf(of->event, sizeof(of->event), "%s", what->event);
	of->of = (struct lastboot){ &of->paths, of->name, of->event };
	snprintf(of->instance, sizeof(of->instance), "%s", instance);
	snprintf(of->folder, sizeof(of->folder), "%s", room->config->snapshot_dir);
	lastboot_stage_path(&of->of, of->stage);
	of->limits = snapshot_limits(room->config);
	of->step = "begin with";
}

int lastboot_save(struct action_room *room, const struct lastboot *of, const char *instance)
{
	int err;

	if (saving)
		return 0;
	saving = mmap(NULL, sizeof(*saving), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (saving == MAP_FAILED) {
		saving = NULL;
		return -errno;
	}
	set_up(saving, room, of, instance);
	err = child_start(&saving->child, room, work, saving);
	if (err) {
		munmap(saving, sizeof(*saving));
		saving = NULL;
	}
	return err;
}
