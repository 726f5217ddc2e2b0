/* SPDX-License-Identifier: GPL-2.0-or-later */
/* the target's own state, and the calls between its files */
#ifndef NVMET_TCP_DUP_TARGET_H
#define NVMET_TCP_DUP_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nvmet-tcp-dup-inject.h"
#include "nvmet-tcp-dup-pdu.h"

enum {
	BLOCK_SHIFT	= 9,
	BLOCK_SIZE	= 1 << BLOCK_SHIFT,
	MAX_TRANSFER	= 128 * 1024,	/* also MAXH2CDATA, so one R2T is one or more H2CData */
	MDTS		= 5,		/* MAX_TRANSFER in units of 2^n * 4 KiB */
	IN_CAPSULE	= 8192,
	MAX_DEPTH	= 128,
	MAX_IO_QUEUES	= 16,
	MAX_CTRLS	= 8,
	MAX_CONNS	= 64,
	/* the host's bytes that may wait here: the largest PDU, its data as far off as PDO allows */
	IN_SIZE		= 256 + MAX_TRANSFER,
	/* with this much to send nothing more is read */
	OUT_PAUSE	= 1024 * 1024,
};

struct ctrl {
	bool used;
	uint16_t cntlid;
	uint32_t cc;
	uint32_t csts;
	uint32_t kato;
	uint32_t aec;
	unsigned int aers;
	uint8_t hostid[16];
};

/* a command that is not answered yet */
struct cmd {
	bool used;
	uint8_t sqe[SQE_LEN];
	uint8_t *data;			/* from the host, NULL if there is none */
	uint32_t len;
	uint32_t got;
};

/* what a command's handler leaves for the answer */
struct reply {
	uint16_t status;
	uint64_t result;
	const uint8_t *data;		/* to the host; valid until the handler's next call */
	uint32_t len;
	bool pending;			/* no answer now (async event) */
};

enum conn_state {
	CONN_NEW,			/* waits for ICReq */
	CONN_READY,
	CONN_CLOSING,			/* sends what is left, then reads to the end */
};

struct conn {
	struct target *target;
	int fd;
	unsigned int id;
	enum conn_state state;
	bool dead;
	bool sent_fin;
	int64_t deadline_ms;
	bool connected;			/* the Connect command was accepted */
	struct ctrl *ctrl;
	uint16_t qid;
	unsigned int depth;
	uint16_t sq_head;
	bool no_flow_control;
	uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t out_len, out_sent, out_size;
	struct cmd cmds[MAX_DEPTH];
	struct inj_queue inj;
};

struct target {
	uint8_t *disk;
	uint64_t blocks;
	const char *nqn;
	unsigned int max_queues;
	unsigned int depth;
	int listen_fd;
	struct injector inj;
	struct ctrl ctrls[MAX_CTRLS];
	uint16_t last_cntlid;
	unsigned int last_conn;
	struct conn *conns[MAX_CONNS];
};

/* nvmet-tcp-dup-conn.c: a connection's bytes */
struct conn *conn_new(struct target *t, int fd);
void conn_free(struct conn *c);
void conn_readable(struct conn *c);
/* what waits: bytes to send, misbehaviour that is due, the end */
void conn_tick(struct conn *c, int64_t now_ms);
bool conn_wants_input(const struct conn *c);
/* on a lack of memory the connection is dead; the caller need not look */
void conn_send(struct conn *c, const void *bytes, size_t len);
void conn_send_cqe(struct conn *c, const struct cqe *cqe);
/* one line, a C2HTermReq, and the end of the connection */
void conn_reject(struct conn *c, enum term_fes fes, uint32_t fei, const uint8_t *pdu,
		 const char *why);
int64_t clock_ms(void);

/* nvmet-tcp-dup-proto.c: a connection's PDUs. pdu is complete and its common header is sound */
void proto_pdu(struct conn *c, const uint8_t *pdu);

/* nvmet-tcp-dup-cmd.c: a queue's commands */
void cmd_capsule(struct conn *c, const uint8_t *pdu, const uint8_t *data, uint32_t len);
void cmd_h2c_data(struct conn *c, const uint8_t *pdu, const uint8_t *data, uint32_t len);
void cmd_free_all(struct conn *c);

/* handlers: fill in *r; without a word the answer is success with result 0 */
void fabrics_exec(struct conn *c, struct cmd *cmd, struct reply *r);
void admin_exec(struct conn *c, struct cmd *cmd, struct reply *r);
void io_exec(struct conn *c, struct cmd *cmd, struct reply *r);
/* nvmet-tcp-dup-identify.c: returns a page of 4096 bytes in r, or an error */
void identify_exec(struct conn *c, struct cmd *cmd, struct reply *r);
/* the controller loses its queues when its admin queue is gone */
void ctrl_conn_gone(struct conn *c);

/* nvmet-tcp-dup-loop.c */
int loop_listen(struct target *t, const char *address, const char *port);
int loop_run(struct target *t, int control_fd);

/* nvmet-tcp-dup-control.c: a FIFO with a line for each rule */
int control_open(const char *path);
void control_readable(int fd, struct target *t);

#endif
