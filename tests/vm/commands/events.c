// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asynchronous events. QEMU gives an event to the request that came last: first to one of ours, so
 * that its opcode is seen, then to the driver's own, which traces the event.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"

#define ASYNC_EVENT	0x0c
#define SET_FEATURES	0x09
#define GET_LOG_PAGE	0x02
#define TEMPERATURE	0x04		/* features */
#define EVENT_CONFIG	0x0b
#define CRITICAL	0xff		/* all critical warnings */
#define KELVIN_LOW	1
#define KELVIN_USUAL	343
#define LOG_ERROR	0x000f0001	/* log pages, 16 dwords of them */
#define LOG_SMART	0x000f0002
#define AN_HOUR_MS	3600000
#define WAIT_MS		5000
#define SETTLE_US	300000

static int admin(struct device *dev, struct command cmd)
{
	return device_command(dev, 0, &cmd);
}

static int set_feature(struct device *dev, uint32_t fid, uint32_t value)
{
	return admin(dev, (struct command){ .opcode = SET_FEATURES, .cdw10 = fid, .cdw11 = value });
}

/* Reading the log is what lets the controller report the next event of its kind. */
static int read_log(struct controller *ctrl, uint32_t log)
{
	return admin(&ctrl->dev, (struct command){ .opcode = GET_LOG_PAGE, .nsid = 0xffffffff,
		     .cdw10 = log, .data = ctrl->page, .data_len = 64 });
}

static int too_hot(struct controller *ctrl)
{
	struct device *dev = &ctrl->dev;

	if (set_feature(dev, TEMPERATURE, KELVIN_LOW) || set_feature(dev, TEMPERATURE, KELVIN_USUAL))
		return -1;
	usleep(SETTLE_US);
	return read_log(ctrl, LOG_SMART);
}

static pid_t request_event(struct device *dev)
{
	pid_t pid = fork();

	if (pid == 0) {
		close(STDOUT_FILENO);
		admin(dev, (struct command){ .opcode = ASYNC_EVENT, .timeout_ms = AN_HOUR_MS });
		_exit(0);
	}
	usleep(SETTLE_US);
	return pid;
}

static int wait_for(pid_t pid)
{
	int ms;

	for (ms = 0; ms < WAIT_MS; ms += 10) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return 0;
		usleep(10000);
	}
	fail("the asynchronous event request does not come back");
	kill(pid, SIGKILL);
	return -1;
}

/* A tail beyond the queue's end is an error that the controller reports. */
static int wrong_doorbell(struct controller *ctrl)
{
	device_ring(&ctrl->dev, ctrl->dev.depth);
	usleep(SETTLE_US);
	return read_log(ctrl, LOG_ERROR);
}

int events_provoke(struct controller *ctrl)
{
	pid_t pid;

	if (guard_device(ctrl->dev.name) || device_find_queue(&ctrl->dev, 0) ||
	    device_open(&ctrl->dev) || set_feature(&ctrl->dev, EVENT_CONFIG, CRITICAL))
		return -1;
	pid = request_event(&ctrl->dev);
	if (pid < 0 || too_hot(ctrl) || wait_for(pid))
		return -1;
	return too_hot(ctrl) || wrong_doorbell(ctrl) ? -1 : 0;
}
