// SPDX-License-Identifier: GPL-2.0-or-later
/* listening, and the poll loop */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nvmet-tcp-dup-target.h"

enum {
	FD_SIGNAL,
	FD_LISTEN,
	FD_CONTROL,
	FD_CONNS,
	NR_FDS = FD_CONNS + MAX_CONNS,
};

static int complain(const char *what, const char *name)
{
	fprintf(stderr, "nvmet-tcp-dup: cannot %s '%s': %s\n", what, name, strerror(errno));
	return -1;
}

static int bad_word(const char *what, const char *word, const char *hint)
{
	fprintf(stderr, "nvmet-tcp-dup: bad %s '%s': %s\n", what, word, hint);
	return -1;
}

/* a target that lies on purpose must not be reachable from another machine */
static int parse_address(const char *address, const char *port, struct sockaddr_in *ret_sin)
{
	unsigned long number;
	char *end;

	memset(ret_sin, 0, sizeof(*ret_sin));
	ret_sin->sin_family = AF_INET;
	if (inet_pton(AF_INET, address, &ret_sin->sin_addr) != 1 ||
	    ntohl(ret_sin->sin_addr.s_addr) >> 24 != IN_LOOPBACKNET)
		return bad_word("address", address, "only loopback, 127.0.0.0/8, is served");
	number = strtoul(port, &end, 10);
	if (*port < '0' || *port > '9' || *end || number > UINT16_MAX)
		return bad_word("port", port, "give a number from 0 (any free one) to 65535");
	ret_sin->sin_port = htons((uint16_t)number);
	return 0;
}

static void print_listening(int fd, const struct target *t)
{
	struct sockaddr_in sin = { 0 };
	socklen_t len = sizeof(sin);
	char text[INET_ADDRSTRLEN];

	getsockname(fd, (struct sockaddr *)&sin, &len);
	inet_ntop(AF_INET, &sin.sin_addr, text, sizeof(text));
	printf("listening=%s port=%u nqn=%s\n", text, ntohs(sin.sin_port), t->nqn);
}

int loop_listen(struct target *t, const char *address, const char *port)
{
	struct sockaddr_in sin;
	int one = 1;
	int fd;

	if (parse_address(address, port, &sin))
		return -1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return complain("open a socket for", address);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) || listen(fd, MAX_CONNS)) {
		complain("listen on", address);
		close(fd);
		return -1;
	}
	t->listen_fd = fd;
	print_listening(fd, t);
	return 0;
}

static struct conn **free_conn_slot(struct target *t)
{
	size_t i;

	for (i = 0; i < MAX_CONNS; i++)
		if (!t->conns[i])
			return &t->conns[i];
	return NULL;
}

static void accept_one(struct target *t)
{
	int fd = accept(t->listen_fd, NULL, NULL);
	struct conn **slot = free_conn_slot(t);
	int one = 1;

	if (fd < 0)
		return;
	if (slot)
		*slot = conn_new(t, fd);
	if (!slot || !*slot) {
		printf("refused=1 why=\"too many connections\"\n");
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int conn_timeout(const struct conn *c, int64_t now_ms)
{
	int timeout = c->state == CONN_CLOSING ? -1 : inj_timeout(c, now_ms);
	int64_t left = c->deadline_ms < now_ms ? 0 : c->deadline_ms - now_ms;

	return c->deadline_ms < 0 ? timeout : sooner(timeout, (int)left + 1);
}

/* returns the time to wait */
static int prepare(struct target *t, int control_fd, int signal_fd, struct pollfd *fds)
{
	int64_t now = clock_ms();
	int timeout = -1;
	struct conn *c;
	size_t i;

	fds[FD_SIGNAL] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	fds[FD_LISTEN] = (struct pollfd){ .fd = t->listen_fd, .events = POLLIN };
	fds[FD_CONTROL] = (struct pollfd){ .fd = control_fd, .events = POLLIN };
	for (i = 0; i < MAX_CONNS; i++) {
		c = t->conns[i];
		fds[FD_CONNS + i] = (struct pollfd){ .fd = c ? c->fd : -1 };
		if (!c)
			continue;
		if (conn_wants_input(c))
			fds[FD_CONNS + i].events |= POLLIN;
		if (c->out_len > c->out_sent)
			fds[FD_CONNS + i].events |= POLLOUT;
		timeout = sooner(timeout, conn_timeout(c, now));
	}
	return timeout;
}

static void serve(struct target *t, const struct pollfd *fds)
{
	int64_t now = clock_ms();
	struct conn *c;
	size_t i;

	for (i = 0; i < MAX_CONNS; i++) {
		c = t->conns[i];
		if (!c || fds[FD_CONNS + i].fd != c->fd)
			continue;
		if (!c->dead && fds[FD_CONNS + i].revents & (POLLIN | POLLHUP | POLLERR))
			conn_readable(c);
		conn_tick(c, now);
	}
}

/* the end of an admin queue marks others that were served already */
static void bury(struct target *t)
{
	struct conn *c;
	bool again;
	size_t i;

	do {
		again = false;
		for (i = 0; i < MAX_CONNS; i++) {
			c = t->conns[i];
			if (!c || !c->dead)
				continue;
			t->conns[i] = NULL;
			conn_free(c);
			again = true;
		}
	} while (again);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static void close_all(struct target *t)
{
	size_t i;

	for (i = 0; i < MAX_CONNS; i++)
		if (t->conns[i])
			t->conns[i]->dead = true;
	bury(t);
	close(t->listen_fd);
}

int loop_run(struct target *t, int control_fd)
{
	int signal_fd = open_signals();
	struct pollfd fds[NR_FDS];
	int timeout, n;

	if (signal_fd < 0)
		return complain("open", "signalfd");
	for (;;) {
		timeout = prepare(t, control_fd, signal_fd, fds);
		n = poll(fds, NR_FDS, timeout);
		if (n < 0 && errno != EINTR)
			return complain("wait for", "sockets");
		if (n > 0 && fds[FD_SIGNAL].revents)
			break;
		if (n > 0 && fds[FD_CONTROL].revents & POLLIN)
			control_readable(control_fd, t);
		serve(t, fds);
		bury(t);
		if (n > 0 && fds[FD_LISTEN].revents & POLLIN)
			accept_one(t);
	}
	close_all(t);
	close(signal_fd);
	return 0;
}
