/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cqe-replay: what its files share.
 *
 *	main.c		order of the steps, time limit
 *	options.c	command line
 *	guard.c		refuses to run anywhere but in the lab, on anything but QEMU's controller
 *	device.c	sysfs, doorbells, passthrough commands
 *	trace.c		which commands went onto the queue, from the driver's own trace events
 *	ring.c		the model: what stands in each slot, and what a replay of it would look like
 *	fill.c		fills the ring with commands that carry no data to the host
 *	hold.c		keeps tags busy, so that the others come round more often
 *	unused.c	a fresh queue, or a queue whose tags have lost their requests
 *	lap.c		rewinds the doorbell, and brings device and driver together again
 *
 * Functions return 0 or -1; a function that returns -1 has printed why.
 */
#ifndef CQE_REPLAY_H
#define CQE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPLAY_MAX_DEPTH	4096
#define REPLAY_MAX_TAGS		4096
#define MAX_WRITERS		32
#define REPLAY_GENS		16	/* the generation has 4 bits of the command id */

enum exit_status {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_REFUSED = 3,
	EXIT_TIME_LIMIT = 4,
};

enum mode { MODE_NONE, MODE_LAP, MODE_COUNT, MODE_MATCH, MODE_STORM };
enum fill { FILL_DEFAULT, FILL_FLUSH, FILL_WRITE, FILL_GET_FEATURES, FILL_REFUSED, FILL_BLOCK };
enum resync { RESYNC_DEFAULT, RESYNC_LAP, RESYNC_RESET, RESYNC_NONE };

struct options {
	const char *device;
	enum mode mode;
	enum fill fill;
	enum resync resync;
	unsigned int qid;
	unsigned long laps;
	unsigned int count;		/* MODE_COUNT: how many entries, less than a lap */
	unsigned int seconds;		/* MODE_STORM */
	unsigned int timeout;
	unsigned int writers;
	bool unused;
	bool forget;
	bool quiet;
	bool has_lba;
	uint64_t lba;
};

/* ---- ring.c ---- */
enum slot_state {
	SLOT_UNKNOWN,			/* written before we looked */
	SLOT_NEVER,			/* never written: zeros */
	SLOT_OURS,			/* a command of ours: harmless */
	SLOT_FOREIGN,			/* somebody else's: may carry data to the host */
};

enum cqe_class { CLASS_UNKNOWN_TAG, CLASS_STALE, CLASS_MATCH, CLASS_COUNT };

struct slot {
	enum slot_state state;
	uint16_t cid;
	uint8_t opcode;
	uint32_t nsid;
	uint16_t status;
	uint32_t result;
};

struct tag {
	bool used;			/* has a request, as far as the driver's lookup goes */
	uint8_t next;			/* the generation that the driver will want */
};

struct ring {
	unsigned int depth;
	unsigned int tail;
	bool tail_known;
	struct slot slots[REPLAY_MAX_DEPTH];
	struct tag tags[REPLAY_MAX_TAGS];
};

void ring_init(struct ring *ring, unsigned int depth);
void ring_fresh(struct ring *ring);
void ring_forget_slots(struct ring *ring);
void ring_forget_tags(struct ring *ring);
void ring_add(struct ring *ring, const struct slot *slot);
unsigned int ring_step(const struct ring *ring, unsigned int pos, unsigned int n);
bool ring_is_safe(const struct ring *ring);
bool ring_has_foreign(const struct ring *ring);
unsigned int ring_uses(const struct ring *ring, unsigned int pos);
enum cqe_class ring_class(const struct ring *ring, unsigned int pos);
const char *ring_class_name(enum cqe_class class);
void ring_print_slots(const struct ring *ring);
void ring_print_cqe(const struct ring *ring, unsigned long nr, unsigned int pos);

/* ---- trace.c ---- */
enum trace_kind { TRACE_SETUP, TRACE_SQ };

struct trace_record {
	enum trace_kind kind;
	uint16_t cid;
	uint32_t nsid;
	unsigned int tail;
};

struct trace {
	int fd;
	size_t used;
	char buf[8192];
};

int trace_open(struct trace *trace, int ctrl_id, unsigned int qid);
int trace_sq_event(bool on);
int trace_next(struct trace *trace, struct trace_record *ret_record);
void trace_remove(void);

/* ---- device.c ---- */
struct device {
	char name[32];			/* nvme0 */
	char bdf[32];			/* 0000:00:03.0 */
	char ns[32];			/* nvme0n1 */
	char path_disk[32];		/* has the queues: nvme0c0n1 with multipath */
	int instance;
	unsigned int qid;
	unsigned int depth;
	int cpu;
	uint32_t nsid;
	uint32_t lba_size;
	uint64_t lbas;
	int ctrl_fd;
	int ns_fd;
	volatile uint8_t *bar;
	size_t bar_size;
	size_t doorbell;
	void *data;			/* one page: what FILL_WRITE writes */
};

struct command {
	bool block;		/* a write through the block layer instead of the passthrough */
	uint8_t opcode;
	uint32_t nsid;
	uint32_t cdw10, cdw11, cdw12;
	void *data;
	uint32_t data_len;
	uint32_t timeout_ms;		/* 0: the usual one */
	uint16_t ret_status;
	uint32_t ret_result;
};

int device_find(struct device *dev, const char *name);
int device_find_queue(struct device *dev, unsigned int qid);
/* /dev/NAME, for reading and writing; says what is wrong. Returns the descriptor or -1. */
int device_open_node(const char *name);
int device_open(struct device *dev);
void device_close(struct device *dev);
int device_check_shadow_doorbells(struct device *dev);
void device_ring(struct device *dev, unsigned int tail);
int device_command(struct device *dev, unsigned int qid, struct command *cmd);
int device_reset(struct device *dev);
int device_wait_live(const struct device *dev);
int pin_to_cpu(int cpu);
int read_text(const char *path, char *buf, size_t size);
int write_text(const char *path, const char *text);

/* ---- guard.c ---- */
int guard_lab(void);
int guard_device(const char *name);

/* ---- the rest works on all of it ---- */
struct replay {
	const struct options *opt;
	struct device dev;
	struct ring ring;
	struct trace trace;
	unsigned long posted;
	unsigned long laps;
	unsigned long classes[CLASS_COUNT];
};

/* ---- fill.c ---- */
enum fill fill_default(enum fill fill, unsigned int qid);
int fill_one(struct replay *rp);
int fill_ring(struct replay *rp);
int fill_until_match(struct replay *rp);
int fill_among_writers(struct replay *rp);

/* ---- hold.c ---- */
int hold_tag(struct replay *rp);
int hold_release(struct replay *rp);
void hold_abandon(void);

/* ---- writers.c ---- */
int writers_start(struct replay *rp);
int writers_stop(void);
int writers_verify(struct replay *rp);
void writers_kill(void);

/* ---- unused.c ---- */
int unused_prepare(struct replay *rp);
int forget_begin(struct replay *rp);
int forget_end(struct replay *rp);

/* ---- lap.c ---- */
int lap_run(struct replay *rp);

/* ---- options.c ---- */
void options_parse(struct options *opt, int argc, char **argv);
const char *options_fill_name(enum fill fill);

/* ---- main.c ---- */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
