/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event nvme:nvme_dup_cqe on a kernel without the patches: kprobe events at the driver's messages, made from the
 * kernel's own type information (BTF) at run time. docs/event-abi.md has the fields; lib/decode and lib/note read the
 * records.
 *
 * Two events are made, both in the group nvme:
 *   nvme_dup_cqe      a hit
 *   nvme_dup_cqe_why  the driver's messages beside it: the reason and the generations, which a reader joins to the hit
 *                     (dupcqe/note.h), and how many messages a rate-limited kernel left out
 * They sit on functions that print for the whole kernel (_dev_warn, _dev_err, _printk, _printk_deferred), so a buffer
 * that records them needs their filters; dupcqe_probe_add() sets those of the main buffer, each trace instance has its
 * own. A record of another driver that came in without the filter is told by lib/decode (-ENOMSG).
 *
 * What is made here is only needed, and only made, where the kernel has no event of that name from the patches. Nothing
 * is kept in this process: the kernel's list of probes is the state.
 */
#ifndef DUPCQE_PROBE_H
#define DUPCQE_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What came of it; dupcqe_probe_text() and dupcqe_probe_advice() have a line for each. */
enum dupcqe_probe_answer {
	DUPCQE_PROBE_ADDED,	   /* there was none, now there is; of look: it can be added */
	DUPCQE_PROBE_THERE,	   /* ours was there, and still is */
	DUPCQE_PROBE_REMOVED,	   /* ours was there and is gone */
	DUPCQE_PROBE_ABSENT,	   /* there was none to remove */
	DUPCQE_PROBE_PATCHED,	   /* the driver has the event itself: nothing is needed */
	/* from here on it failed; ask dupcqe_probe_failed() */
	DUPCQE_PROBE_FOREIGN,	   /* somebody else has a probe of that name, left alone */
	DUPCQE_PROBE_SHADOWS,	   /* ours is in the way of the event of a driver that was loaded later */
	DUPCQE_PROBE_BUSY,	   /* remove: it is being recorded, or has a trigger */
	DUPCQE_PROBE_NOT_ROOT,
	DUPCQE_PROBE_NO_TRACEFS,
	DUPCQE_PROBE_LOCKED_DOWN,
	DUPCQE_PROBE_NO_KPROBES,
	DUPCQE_PROBE_OFF,	   /* kprobes are switched off, ours that is there too; refused says by which file */
	DUPCQE_PROBE_NO_BTF,
	DUPCQE_PROBE_BAD_BTF,	   /* it is there, but cannot be read or lacks what every kernel has */
	DUPCQE_PROBE_NO_DRIVER,	   /* neither nvme nor nvme_core is loaded */
	DUPCQE_PROBE_NO_FUNCTION,  /* the kernel has no _dev_warn that can be probed */
	DUPCQE_PROBE_NO_REGISTERS, /* no table for this architecture */
	DUPCQE_PROBE_REFUSED,	   /* the kernel does not take it: err and refused of struct dupcqe_probe_found */
	DUPCQE_PROBE_FAILED,	   /* a file of the kernel's cannot be read: err */
	DUPCQE_PROBE_ANSWERS,
};

static inline bool dupcqe_probe_failed(enum dupcqe_probe_answer answer)
{
	return answer >= DUPCQE_PROBE_FOREIGN;
}

/* One line each, static: what is, and the next best way ("" where there is nothing to do). */
const char *dupcqe_probe_text(enum dupcqe_probe_answer answer);
const char *dupcqe_probe_advice(enum dupcqe_probe_answer answer);

enum dupcqe_probe_event {
	DUPCQE_PROBE_HIT, /* nvme_dup_cqe */
	DUPCQE_PROBE_WHY, /* nvme_dup_cqe_why */
	DUPCQE_PROBE_EVENTS,
};

/* "nvme:nvme_dup_cqe", "nvme:nvme_dup_cqe_why" */
const char *dupcqe_probe_name(enum dupcqe_probe_event event);

/*
 * The filter that every buffer which records the event needs, as ftrace takes it. It has no outer parentheses: in a
 * trigger it is "snapshot:1 if (FILTER) && (...)". Static.
 */
const char *dupcqe_probe_filter(enum dupcqe_probe_event event);

/* Where things are; each may be NULL for the usual one. Tests have their own. */
struct dupcqe_probe_place {
	const char *tracefs; /* "/sys/kernel/tracing", or below /sys/kernel/debug */
	const char *root;    /* stands before /sys and /proc: "" */
	const char *machine; /* as uname -m says it: this one's */
};

/* Offsets of bytes in the kernel's structures; -1: not found, the fields that come from there are left out. */
enum dupcqe_probe_offset {
	DUPCQE_OFF_DEVICE_NAME,	  /* device.kobj.name */
	DUPCQE_OFF_DRIVER_DATA,	  /* device.driver_data */
	DUPCQE_OFF_CTRL_INSTANCE, /* nvme_ctrl.instance */
	DUPCQE_OFF_CTRL_DEV,	  /* nvme_ctrl.dev */
	DUPCQE_OFF_CTRL_OPTS,	  /* nvme_ctrl.opts */
	DUPCQE_OFF_TRADDR,	  /* nvmf_ctrl_options.traddr */
	DUPCQE_OFF_TRSVCID,	  /* nvmf_ctrl_options.trsvcid */
	DUPCQE_OFF_DEV_DEVICE,	  /* nvme_dev.ctrl.device */
	DUPCQE_OFF_DEV_QUEUES,	  /* nvme_dev.queues */
	DUPCQE_OFF_QUEUE_DEV,	  /* nvme_queue.dev; the rest likewise */
	DUPCQE_OFF_CQES,
	DUPCQE_OFF_SQ_DMA,
	DUPCQE_OFF_CQ_DMA,
	DUPCQE_OFF_Q_DEPTH,
	DUPCQE_OFF_CQ_VECTOR,
	DUPCQE_OFF_SQ_TAIL,
	DUPCQE_OFF_LAST_SQ_TAIL,
	DUPCQE_OFF_CQ_HEAD,
	DUPCQE_OFF_QID,
	DUPCQE_OFF_CQ_PHASE,
	DUPCQE_OFF_Q_FLAGS,
	DUPCQE_OFFSETS,
};

/* "nvme_queue.q_depth" */
const char *dupcqe_probe_offset_name(enum dupcqe_probe_offset offset);

enum { DUPCQE_PROBE_POINTS = 5, DUPCQE_PROBE_LINE = 4096 };

/* A plain value of about 25 kB. */
struct dupcqe_probe_found {
	enum dupcqe_probe_answer answer;
	int err;			/* behind some answers: -errno; else 0 */
	int32_t offset[DUPCQE_OFFSETS];
	uint32_t queue_size;		/* bytes of a struct nvme_queue; 0: not known */
	unsigned int points;		/* in line, function, event and left_out */
	char line[DUPCQE_PROBE_POINTS][DUPCQE_PROBE_LINE]; /* what is written to kprobe_events */
	const char *function[DUPCQE_PROBE_POINTS];
	uint8_t event[DUPCQE_PROBE_POINTS];	/* enum dupcqe_probe_event */
	bool left_out[DUPCQE_PROBE_POINTS];	/* this kernel does not have the function, or it may not be probed */
	int left_err[DUPCQE_PROBE_POINTS];	/* of add: -errno of the kernel, why it was left out; else 0 */
	bool was_there[DUPCQE_PROBE_EVENTS];	/* ours, before this call */
	/* THERE, but not whole, or made for other modules than are loaded; of add also: and in use, so that it stays */
	bool outdated;
	char registers[64];		/* that are captured: "bx bp r12 r13 r14 r15" */
	char tracefs[256];		/* where it was looked for */
	char refused[160];		/* REFUSED, or something left out: what the kernel's error_log says; OFF: the file; or "" */
};

/*
 * Find out what this kernel can give, and change nothing: what add would answer, or what is there. For test, show and
 * doctor. Returns found->answer.
 */
enum dupcqe_probe_answer dupcqe_probe_look(const struct dupcqe_probe_place *place,
					   struct dupcqe_probe_found *ret_found);

/*
 * Make the events if they are not there, and set the filters of the main buffer (also of those that were there, if they
 * have none). All or nothing. ret_found may be NULL. Takes a few ms; from a daemon call it at the start and when the
 * event has gone.
 */
enum dupcqe_probe_answer dupcqe_probe_add(const struct dupcqe_probe_place *place,
					  struct dupcqe_probe_found *ret_found);

/* Take ours away; BUSY if some buffer records it, or a trigger is armed on it, in any instance. */
enum dupcqe_probe_answer dupcqe_probe_remove(const struct dupcqe_probe_place *place);

/*
 * The names of the trace instances that record one of the events, or have a trigger on it, "the main buffer" for the one
 * without a name. Returns whether there are any.
 */
bool dupcqe_probe_users(const struct dupcqe_probe_place *place, char *ret_names, size_t size);

/*
 * Set the filter of one event in one buffer: folder is an open folder of tracefs, that of the main buffer or of an
 * instance. A filter that somebody else set is left alone. Returns 0 or -errno.
 */
int dupcqe_probe_set_filter(int folder, enum dupcqe_probe_event event);

#endif
