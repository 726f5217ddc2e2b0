/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tests' side of NVMe/TCP: enough of a host to see each byte that the target sends. A test
 * that loses its connection where it needs one ends the program: nothing after it would mean
 * anything.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "nvmet-tcp-dup-pdu.h"

enum {
	CLIENT_DISK_MIB	= 8,		/* what t-target.sh starts the target with */
	CLIENT_QUEUES	= 3,
	LINK_EOF	= -1,
	LINK_TIMEOUT	= -2,
	LINK_BUF	= 160 * 1024,
};

/* one connection; rx holds the last PDU received */
struct link {
	int fd;
	uint16_t qid;
	uint8_t rx[LINK_BUF];
};

struct client {
	const char *port;
	const char *nqn;
	const char *control;
	const char *log;
	long log_offset;
};

extern struct client client;

/* TAP; the name is printf's format */
void tap_ok(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_is(uint64_t got, uint64_t wanted, const char *name);
int tap_failed(void);
void give_up(const char *why) __attribute__((noreturn));

struct link *link_open(void);
void link_close(struct link *l);
void link_send(struct link *l, const void *bytes, size_t len);
/* returns the PDU's type, LINK_EOF or LINK_TIMEOUT */
int link_recv(struct link *l, int timeout_ms);
/* exchanges ICReq and ICResp */
void link_init(struct link *l);

void sqe_init(uint8_t *sqe, uint8_t opcode, uint16_t cid, uint32_t nsid);
void sqe_set_sgl(uint8_t *sqe, uint8_t type, uint32_t len);
void sqe_set_blocks(uint8_t *sqe, uint64_t lba, uint32_t blocks);
void link_capsule(struct link *l, const uint8_t *sqe, const void *data, uint32_t len);
void link_h2c_data(struct link *l, uint16_t cid, uint32_t offset, const void *data, uint32_t len,
		   bool last);
/* waits for a completion; the program ends if something else comes */
struct cqe link_cqe(struct link *l);
/* waits for data of len bytes to the host, then for the completion */
struct cqe link_data(struct link *l, void *data, uint32_t len);

/* sends Connect; returns its completion */
struct cqe link_connect(struct link *l, uint16_t qid, uint16_t cntlid, const char *nqn);
/* an admin queue of a new, enabled controller; an I/O queue of it */
struct link *open_admin(uint16_t *ret_cntlid);
struct link *open_io(uint16_t cntlid, uint16_t qid);
struct cqe property_set_cc(struct link *l, uint32_t value);
struct cqe property_get(struct link *l, uint32_t offset, bool eight_bytes);

/* a write of one block that only serves to have a command; returns its answer */
struct cqe touch(struct link *l, uint16_t cid);
void touch_send(struct link *l, uint16_t cid);

/* writes a line to the target's FIFO, waits for the target's line that begins with expect */
void control(const char *line, const char *expect);
/* waits for the target's next line that begins with start; false if none came in 2 s */
bool log_line(const char *start, char *buf, size_t size);

/* the groups of tests */
void test_setup(void);
void test_io(void);
void test_inject(void);
void test_garbage(void);

#endif
