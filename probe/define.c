// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The definitions, as Documentation/trace/kprobetrace.rst has them. A register that does not hold the queue is read
 * through all the same: a wrong pointer is a fault that the kernel catches, and the decoder keeps the register that
 * proves itself.
 *
 * Strings come first: kernels before 6.5 lose count of the room for strings behind a number that faulted.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "probe_parts.h"

/* limits of kernel/trace/trace_probe.h: MAX_TRACE_ARGS, MAX_PROBE_EVENT_SIZE */
enum { MAX_ARGUMENTS = 128, MAX_BYTES = 3072, CQE_BYTES = 16, WINDOW_CQES = 16, WINDOW_BEFORE = 12 };

/* the marker says by which rules a record is read: docs/event-abi.md */
#define MARKER "probe=\\1:u8"

const struct probe_point probe_points[DUPCQE_PROBE_POINTS] = {
	{ DUPCQE_PROBE_HIT, "_dev_warn", NULL },	/* nvme-pci */
	{ DUPCQE_PROBE_HIT, "_dev_err", "nvme_tcp" },
	{ DUPCQE_PROBE_WHY, "_dev_err", NULL },		/* stale generation */
	{ DUPCQE_PROBE_WHY, "_printk", NULL },		/* unknown tag */
	{ DUPCQE_PROBE_WHY, "_printk_deferred", NULL }, /* messages that were left out */
};

struct definition {
	const struct probe_machine *machine;
	const struct probe_layout *layout;
	struct dupcqe_text text;
	unsigned int arguments, bytes;
};

static bool has(const struct definition *def, enum dupcqe_probe_offset offset)
{
	return def->layout->offset[offset] >= 0;
}

static int32_t at(const struct definition *def, enum dupcqe_probe_offset offset)
{
	return def->layout->offset[offset];
}

static void count(struct definition *def, unsigned int bytes)
{
	def->arguments++;
	def->bytes += bytes;
}

#define PUT(def, bytes, ...) (count(def, bytes), dupcqe_text_printf(&(def)->text, " " __VA_ARGS__))

/* The device of the message is the controller's own; its driver data is the controller. */
static void put_strings(struct definition *def, const char *device)
{
	int32_t data = at(def, DUPCQE_OFF_DRIVER_DATA), opts = at(def, DUPCQE_OFF_CTRL_OPTS);

	if (!has(def, DUPCQE_OFF_DRIVER_DATA))
		return;
	if (has(def, DUPCQE_OFF_CTRL_DEV) && has(def, DUPCQE_OFF_DEVICE_NAME))
		PUT(def, 4, "addr=+0(+%d(+%d(+%d(%%%s)))):string", at(def, DUPCQE_OFF_DEVICE_NAME),
		    at(def, DUPCQE_OFF_CTRL_DEV), data, device);
	if (has(def, DUPCQE_OFF_CTRL_OPTS) && has(def, DUPCQE_OFF_TRADDR))
		PUT(def, 4, "traddr=+0(+%d(+%d(+%d(%%%s)))):string", at(def, DUPCQE_OFF_TRADDR), opts, data, device);
	if (has(def, DUPCQE_OFF_CTRL_OPTS) && has(def, DUPCQE_OFF_TRSVCID))
		PUT(def, 4, "trsvcid=+0(+%d(+%d(+%d(%%%s)))):string", at(def, DUPCQE_OFF_TRSVCID), opts, data, device);
}

static void put_ctrl_id(struct definition *def, const char *device)
{
	if (has(def, DUPCQE_OFF_DRIVER_DATA) && has(def, DUPCQE_OFF_CTRL_INSTANCE))
		PUT(def, 4, "ctrl_id=+%d(+%d(%%%s)):s32", at(def, DUPCQE_OFF_CTRL_INSTANCE),
		    at(def, DUPCQE_OFF_DRIVER_DATA), device);
}

static void put_certain(struct definition *def)
{
	const char *const *argument = def->machine->argument;

	PUT(def, 4, "fmt=+0(%%%s):string", argument[1]);
	put_strings(def, argument[0]);
	PUT(def, 1, MARKER);
	PUT(def, 8, "device=%%%s:x64", argument[0]);
	put_ctrl_id(def, argument[0]);
	PUT(def, 2, "cid=%%%s:u16", argument[2]);
	PUT(def, 2, "sq_id=%%%s:u16", argument[3]);
	PUT(def, 4, "queue_size=\\%u:u32", def->layout->queue_size);
}

/* What is read through a register that may hold the queue; lib/decode_probe.c has the same names. */
static const struct {
	const char *name;
	uint8_t offset;
	char format;
} members[] = {
	{ "qid", DUPCQE_OFF_QID, 'u' },
	{ "q_depth", DUPCQE_OFF_Q_DEPTH, 'u' },
	{ "sq_tail", DUPCQE_OFF_SQ_TAIL, 'u' },
	{ "last_sq_tail", DUPCQE_OFF_LAST_SQ_TAIL, 'u' },
	{ "cq_head", DUPCQE_OFF_CQ_HEAD, 'u' },
	{ "cq_phase", DUPCQE_OFF_CQ_PHASE, 'u' },
	{ "cq_vector", DUPCQE_OFF_CQ_VECTOR, 'u' },
	{ "q_flags", DUPCQE_OFF_Q_FLAGS, 'x' },
	{ "sq_dma", DUPCQE_OFF_SQ_DMA, 'x' },
	{ "cq_dma", DUPCQE_OFF_CQ_DMA, 'x' },
	{ "cqes", DUPCQE_OFF_CQES, 'x' },
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static void put_window(struct definition *def, const char *name)
{
	PUT(def, 8, "%s=%%%s:x64", name, name);
	PUT(def, CQE_BYTES * WINDOW_CQES, "%s_cqw=-%d(%%%s):x64[%d]", name, WINDOW_BEFORE * CQE_BYTES, name,
	    CQE_BYTES * WINDOW_CQES / 8);
}

/*
 * The entry alone: this is done at each line that the kernel prints, before the filter, and each word read costs as much as
 * the whole of a message's text. tests/bench/cost has the figures.
 */
static void put_entry(struct definition *def, const char *name)
{
	PUT(def, 8, "%s=%%%s:x64", name, name);
	PUT(def, CQE_BYTES, "%s_cqw=+0(%%%s):x64[%d]", name, name, CQE_BYTES / 8);
}

static void put_queue(struct definition *def, const char *name)
{
	unsigned int i, size;

	PUT(def, 8, "%s_queues=+%d(+%d(%%%s)):x64", name, at(def, DUPCQE_OFF_DEV_QUEUES), at(def, DUPCQE_OFF_QUEUE_DEV),
	    name);
	PUT(def, 8, "%s_device=+%d(+%d(%%%s)):x64", name, at(def, DUPCQE_OFF_DEV_DEVICE), at(def, DUPCQE_OFF_QUEUE_DEV),
	    name);
	for (i = 0; i < MEMBERS; i++) {
		if (!has(def, members[i].offset))
			continue;
		size = def->layout->size[members[i].offset];
		PUT(def, size, "%s_%s=+%d(%%%s):%c%u", name, members[i].name, at(def, members[i].offset), name,
		    members[i].format, 8 * size);
	}
}

static bool fits(const struct definition *def)
{
	return !def->text.cut && def->arguments <= MAX_ARGUMENTS && def->bytes <= MAX_BYTES;
}

/* As many registers as the kernel takes; names may be NULL. */
static void put_registers(struct definition *def, void (*put)(struct definition *def, const char *name),
			  struct dupcqe_text *names)
{
	struct definition before;
	int i;

	if (!has(def, DUPCQE_OFF_QUEUE_DEV) || !has(def, DUPCQE_OFF_DEV_DEVICE) || !has(def, DUPCQE_OFF_DEV_QUEUES))
		return;
	for (i = 0; def->machine->saved[i]; i++) {
		before = *def;
		put(def, def->machine->saved[i]);
		if (!fits(def)) {
			*def = before;
			def->text.at[def->text.len] = '\0';
			return;
		}
		if (names)
			dupcqe_text_printf(names, "%s%s", i ? " " : "", def->machine->saved[i]);
	}
}

/* The arguments of one event have the same names and types at all points: what a message does not have is 0. */
static void put_why(struct definition *def, const char *function)
{
	const char *const *argument = def->machine->argument;
	bool is_stale = !strcmp(function, "_dev_err"), is_tag = !strcmp(function, "_printk");
	const char *format = argument[is_stale ? 1 : 0];

	PUT(def, 4, "fmt=+0(%%%s):string", format);
	PUT(def, 4, "func=+0(%%%s):string", is_stale || is_tag ? format : argument[1]);
	PUT(def, 1, MARKER);
	if (is_stale)
		put_ctrl_id(def, argument[0]);
	else if (has(def, DUPCQE_OFF_DRIVER_DATA) && has(def, DUPCQE_OFF_CTRL_INSTANCE))
		PUT(def, 4, "ctrl_id=\\-1:s32");
	if (is_stale || is_tag)
		PUT(def, 2, "tag=%%%s:u16", argument[is_stale ? 2 : 1]);
	else
		PUT(def, 2, "tag=\\0:u16");
	if (is_stale)
		PUT(def, 2, "genctr=%%%s:u8 expected_genctr=%%%s:u8", argument[3], argument[4]);
	else
		PUT(def, 2, "genctr=\\0:u8 expected_genctr=\\0:u8");
	if (is_stale || is_tag)
		PUT(def, 4, "suppressed=\\0:u32");
	else
		PUT(def, 4, "suppressed=%%%s:u32", argument[2]);
}

int probe_define(const struct probe_point *point, const struct probe_machine *machine, const struct probe_layout *layout,
		 char ret_line[DUPCQE_PROBE_LINE], char *registers, size_t size)
{
	struct definition def = { .machine = machine, .layout = layout };
	struct dupcqe_text names;

	/* the kernel wants a newline and a terminator in what it takes at once */
	dupcqe_text_init(&def.text, ret_line, DUPCQE_PROBE_LINE - 2);
	dupcqe_text_init(&names, registers, size);
	dupcqe_text_printf(&def.text, "p:nvme/%s %s", probe_short_name(point->event), point->function);
	if (point->event == DUPCQE_PROBE_WHY) {
		put_why(&def, point->function);
		put_registers(&def, put_entry, &names);
	} else {
		put_certain(&def);
		/* any of them may have the entry; where not all have room for the queue, the compiler begins with the first */
		put_registers(&def, put_window, &names);
		put_registers(&def, put_queue, NULL);
	}
	return fits(&def) ? 0 : -E2BIG;
}

bool probe_is_ours(const char *line)
{
	return strstr(line, " probe=\\");
}
