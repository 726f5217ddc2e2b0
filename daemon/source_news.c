// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include "journal.h"
#include "source_news.h"

#define FOUR(a, b, c, d)  ((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#define LOAD(offset)	  BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define IS(word, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, word, yes, no)
#define TAKE		  BPF_STMT(BPF_RET | BPF_K, UINT16_MAX)
#define DROP		  BPF_STMT(BPF_RET | BPF_K, 0)

/*
 * A message begins with ACTION@PATH. Taken are add@/module/..., remove@/module/... and
 * online@/devices/system/cpu/...: jumps count from the next line, what is shorter than a load
 * reaches is dropped.
 */
static struct sock_filter filter[] = {
	LOAD(0),
	IS(FOUR('a', 'd', 'd', '@'), 2, 0),
	IS(FOUR('r', 'e', 'm', 'o'), 3, 0),
	IS(FOUR('o', 'n', 'l', 'i'), 4, 7),
	LOAD(4),
	IS(FOUR('/', 'm', 'o', 'd'), 4, 5),
	LOAD(8),
	IS(FOUR('m', 'o', 'd', 'u'), 2, 3),
	LOAD(20),
	IS(FOUR('e', 'm', '/', 'c'), 0, 1),
	TAKE,
	DROP,
};

static int open_uevents(void)
{
	const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };
	/* group 1 is the kernel's own, 2 is udev's */
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd, err;

	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) &&
	    !bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int watch(int epoll_fd, int fd, uint32_t tag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = tag };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int source_news_open(struct source_news *news, int epoll_fd, uint32_t tag)
{
	int err;

	news->every = 0;
	news->uevents = open_uevents();
	if (news->uevents < 0)
		journal_printf(LOG_WARNING, JOURNAL_PLAIN,
			       "the kernel does not tell of modules and CPUs (%s): a module loaded "
			       "again is seen late",
			       strerror(-news->uevents));
	news->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	err = news->timer < 0 ? -errno : watch(epoll_fd, news->timer, tag);
	if (!err && news->uevents >= 0)
		err = watch(epoll_fd, news->uevents, tag);
	if (err)
		source_news_close(news);
	return err;
}

void source_news_close(struct source_news *news)
{
	if (news->uevents >= 0)
		close(news->uevents);
	if (news->timer >= 0)
		close(news->timer);
	news->uevents = news->timer = -1;
}

void source_news_take(struct source_news *news)
{
	uint64_t ticks;
	char message[1];

	while (news->uevents >= 0 &&
	       (recv(news->uevents, message, sizeof(message), 0) >= 0 || errno == ENOBUFS))
		;
	if (read(news->timer, &ticks, sizeof(ticks)) < 0)
		return;
}

void source_news_soon(struct source_news *news)
{
	const struct itimerspec when = { { news->every, 0 }, { 0, 1 } };

	/* what could not be done now is done at the next look, whenever that is */
	timerfd_settime(news->timer, 0, &when, NULL);
}

void source_news_wait(struct source_news *news, unsigned int seconds)
{
	const unsigned int every = news->uevents < 0 ? SOURCE_LOOK_SECONDS : seconds;
	const struct itimerspec when = { { every, 0 }, { every, 0 } };

	if (every != news->every && !timerfd_settime(news->timer, 0, &when, NULL))
		news->every = every;
}
