// SPDX-License-Identifier: GPL-2.0-or-later
/* one connection: its bytes in and out, and how it ends */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "nvmet-tcp-dup-target.h"

enum { CLOSE_WAIT_MS = 1000 };

int64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct conn *conn_new(struct target *t, int fd)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->in = malloc(IN_SIZE);
	if (!c->in) {
		free(c);
		return NULL;
	}
	c->target = t;
	c->fd = fd;
	c->id = ++t->last_conn;
	c->deadline_ms = -1;
	return c;
}

void conn_free(struct conn *c)
{
	inj_closed(c);
	if (c->connected)
		printf("closed=%u qid=%u cntlid=%u\n", c->id, c->qid, c->ctrl->cntlid);
	ctrl_conn_gone(c);
	cmd_free_all(c);
	close(c->fd);
	free(c->in);
	free(c->out);
	free(c);
}

/* sending can go on after this, reading cannot */
static void begin_close(struct conn *c)
{
	c->state = CONN_CLOSING;
	c->deadline_ms = clock_ms() + CLOSE_WAIT_MS;
}

static bool make_room(struct conn *c, size_t len)
{
	size_t size = c->out_len + len;
	uint8_t *bigger;

	if (size <= c->out_size)
		return true;
	size += size / 2;
	bigger = realloc(c->out, size);
	if (!bigger)
		return false;
	c->out = bigger;
	c->out_size = size;
	return true;
}

void conn_send(struct conn *c, const void *bytes, size_t len)
{
	if (c->dead)
		return;
	if (!make_room(c, len)) {
		printf("rejected=%u qid=%u why=\"out of memory\"\n", c->id, c->qid);
		c->dead = true;
		return;
	}
	memcpy(c->out + c->out_len, bytes, len);
	c->out_len += len;
}

void conn_send_cqe(struct conn *c, const struct cqe *cqe)
{
	uint8_t pdu[RSP_HLEN];

	pdu_init(pdu, PDU_RSP, 0, RSP_HLEN, 0);
	cqe_pack(cqe, pdu + RSP_CQE);
	conn_send(c, pdu, sizeof(pdu));
}

void conn_reject(struct conn *c, enum term_fes fes, uint32_t fei, const uint8_t *pdu,
		 const char *why)
{
	uint8_t term[TERM_HLEN + PDU_CH_LEN];

	printf("rejected=%u qid=%u type=0x%x offset=%u why=\"%s\"\n", c->id, c->qid,
	       pdu[PDU_TYPE], fei, why);
	pdu_init(term, PDU_C2H_TERM, 0, TERM_HLEN, PDU_CH_LEN);
	term[PDU_PDO] = 0;	/* reserved in this PDU */
	put_le16(term + TERM_FES, (uint16_t)fes);
	put_le32(term + TERM_FEI, fei);
	memcpy(term + TERM_HLEN, pdu, PDU_CH_LEN);
	conn_send(c, term, sizeof(term));
	begin_close(c);
}

static size_t out_left(const struct conn *c)
{
	return c->out_len - c->out_sent;
}

bool conn_wants_input(const struct conn *c)
{
	return out_left(c) < OUT_PAUSE;
}

static void flush_out(struct conn *c)
{
	ssize_t n;

	while (!c->dead && out_left(c)) {
		n = send(c->fd, c->out + c->out_sent, out_left(c), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			c->dead = true;
		if (n <= 0)
			return;
		c->out_sent += (size_t)n;
	}
	c->out_sent = 0;
	c->out_len = 0;
}

/* closing at once could throw away the C2HTermReq: the host's unread bytes make it a reset */
static void finish_close(struct conn *c)
{
	if (c->state != CONN_CLOSING || c->sent_fin || out_left(c))
		return;
	shutdown(c->fd, SHUT_WR);
	c->sent_fin = true;
}

/* returns the length of the PDU at p, 0 if more bytes are needed or the PDU was refused */
static size_t whole_pdu(struct conn *c, const uint8_t *p, size_t len)
{
	uint32_t max_data, fei;
	enum term_fes fes;
	const char *why;

	if (len < PDU_CH_LEN)
		return 0;
	max_data = p[PDU_TYPE] == PDU_CMD ? IN_CAPSULE : MAX_TRANSFER;
	why = pdu_check_from_host(p, max_data, &fes, &fei);
	if (why) {
		conn_reject(c, fes, fei, p, why);
		return 0;
	}
	return get_le32(p + PDU_PLEN) <= len ? get_le32(p + PDU_PLEN) : 0;
}

/* returns true if it stopped because there is too much to send already */
static bool handle_input(struct conn *c)
{
	size_t used = 0, len = 1;

	while (len && c->state != CONN_CLOSING && !c->dead && conn_wants_input(c)) {
		len = whole_pdu(c, c->in + used, c->in_len - used);
		if (len)
			proto_pdu(c, c->in + used);
		used += len;
	}
	c->in_len -= used;
	memmove(c->in, c->in + used, c->in_len);
	return !conn_wants_input(c);
}

static void pump(struct conn *c)
{
	bool more;

	do {
		more = handle_input(c);
		flush_out(c);
	} while (more && !c->dead && conn_wants_input(c));
	finish_close(c);
}

void conn_readable(struct conn *c)
{
	ssize_t n;

	if (c->state == CONN_CLOSING)
		c->in_len = 0;
	n = recv(c->fd, c->in + c->in_len, IN_SIZE - c->in_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->dead = true;
		return;
	}
	c->in_len += (size_t)n;
}

void conn_tick(struct conn *c, int64_t now_ms)
{
	if (c->dead)
		return;
	if (c->state != CONN_CLOSING)
		inj_tick(c, now_ms);
	flush_out(c);
	pump(c);
	if (c->deadline_ms >= 0 && now_ms > c->deadline_ms)
		c->dead = true;
}
