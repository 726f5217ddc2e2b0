// SPDX-License-Identifier: GPL-2.0-or-later
/* The controller: where it stands in sysfs, its doorbells, and commands through the driver. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay.h"

#define REG_CAP_HIGH	0x04
#define REG_CC		0x14
#define REG_AQA		0x24
#define REG_DOORBELLS	0x1000

#define ADMIN_IDENTIFY	0x06
#define IDENTIFY_CTRL	1
#define OACS_OFFSET	256
#define OACS_DOORBELL_BUFFER	(1U << 8)

#define CC_ENABLE	1U

#define PAGE		4096
#define COMMAND_MS	5000
#define LIVE_MS		20000

int read_text(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -1;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0)
		n = write(fd, text, strlen(text));
	if (n < 0)
		fail("cannot write '%s' to '%s': %s", text, path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

static int read_ctrl(const struct device *dev, const char *file, char *buf, size_t size)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/class/nvme/%s/%s", dev->name, file);
	if (!read_text(path, buf, size))
		return 0;
	fail("cannot read '%s'", path);
	return -1;
}

/*
 * With multipath the queues belong to nvme0c0n1 and the device node is nvme0n1; without, both are
 * one.
 */
static void use_disk(struct device *dev, const char *entry)
{
	int ctrl, path, ns;

	if (sscanf(entry, "nvme%dc%dn%d", &ctrl, &path, &ns) != 3 &&
	    sscanf(entry, "nvme%dn%d", &ctrl, &ns) != 2)
		return;
	snprintf(dev->path_disk, sizeof(dev->path_disk), "%.31s", entry);
	snprintf(dev->ns, sizeof(dev->ns), "nvme%dn%d", ctrl, ns);
}

static int find_disk(struct device *dev)
{
	char dir_path[64], path[256], text[32];
	struct dirent *entry;
	DIR *dir;

	snprintf(dir_path, sizeof(dir_path), "/sys/class/nvme/%s", dev->name);
	dir = opendir(dir_path);
	while (dir && !dev->ns[0] && (entry = readdir(dir)))
		use_disk(dev, entry->d_name);
	if (dir)
		closedir(dir);
	if (!dev->ns[0]) {
		fail("'%s' has no namespace", dev->name);
		return -1;
	}
	snprintf(path, sizeof(path), "/sys/block/%s/nsid", dev->path_disk);
	if (read_text(path, text, sizeof(text)))
		snprintf(text, sizeof(text), "1");
	dev->nsid = strtoul(text, NULL, 10);
	return 0;
}

int device_find(struct device *dev, const char *name)
{
	*dev = (struct device) { .ctrl_fd = -1, .ns_fd = -1, .cpu = -1 };
	if (sscanf(name, "nvme%d", &dev->instance) != 1 || strchr(name, '/')) {
		fail("'%s' is no controller's name: give one like nvme0", name);
		return -1;
	}
	snprintf(dev->name, sizeof(dev->name), "nvme%d", dev->instance);
	if (read_ctrl(dev, "address", dev->bdf, sizeof(dev->bdf)))
		return -1;
	return find_disk(dev);
}

static int find_depth(struct device *dev)
{
	char text[32];

	if (read_ctrl(dev, "sqsize", text, sizeof(text)))
		return -1;
	dev->depth = strtoul(text, NULL, 10) + 1;
	return 0;
}

/* The driver numbers its I/O queues from 1, blk-mq its hardware contexts from 0. */
static int find_cpu(struct device *dev)
{
	char path[256], text[256];

	snprintf(path, sizeof(path), "/sys/block/%s/mq/%u/cpu_list", dev->path_disk, dev->qid - 1);
	if (read_text(path, text, sizeof(text)) || sscanf(text, "%d", &dev->cpu) != 1) {
		fail("'%s' has no queue %u with a processor of its own", dev->name, dev->qid);
		return -1;
	}
	return 0;
}

int device_find_queue(struct device *dev, unsigned int qid)
{
	dev->qid = qid;
	if (!qid) {
		dev->cpu = 0;
		return 0;	/* the depth of the admin queue is in a register */
	}
	return find_cpu(dev) || find_depth(dev) ? -1 : 0;
}

int pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (!sched_setaffinity(0, sizeof(set), &set))
		return 0;
	fail("cannot run on processor %d: %s", cpu, strerror(errno));
	return -1;
}

int device_open_node(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		fail("cannot open '%s': %s", path, strerror(errno));
	return fd;
}

static uint32_t reg_read(const struct device *dev, size_t offset)
{
	return *(volatile uint32_t *)(dev->bar + offset);
}

static int map_bar(struct device *dev)
{
	char path[256];
	struct stat st;
	void *bar;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/resource0", dev->bdf);
	fd = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		fail("cannot open '%s': %s", path, strerror(errno));
		return -1;
	}
	bar = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (bar == MAP_FAILED) {
		fail("cannot map '%s': %s; boot with iomem=relaxed", path, strerror(errno));
		return -1;
	}
	dev->bar = bar;
	dev->bar_size = st.st_size;
	return 0;
}

static int find_doorbell(struct device *dev)
{
	unsigned int dstrd = reg_read(dev, REG_CAP_HIGH) & 0xf;

	if (!dev->qid)
		dev->depth = (reg_read(dev, REG_AQA) & 0xfff) + 1;
	dev->doorbell = REG_DOORBELLS + 2 * (size_t)dev->qid * (4U << dstrd);
	if (dev->doorbell + 4 > dev->bar_size || dev->depth < 2 || dev->depth > REPLAY_MAX_DEPTH) {
		fail("queue %u of '%s' has %u entries and its doorbell at 0x%zx: not usable",
		     dev->qid, dev->name, dev->depth, dev->doorbell);
		return -1;
	}
	return 0;
}

static int find_size(struct device *dev)
{
	uint64_t bytes;
	int block;

	if (ioctl(dev->ns_fd, BLKSSZGET, &block) || ioctl(dev->ns_fd, BLKGETSIZE64, &bytes)) {
		fail("cannot get the size of '%s': %s", dev->ns, strerror(errno));
		return -1;
	}
	dev->lba_size = block;
	dev->lbas = bytes / block;
	return 0;
}

/*
 * Written again and again by the replayed Writes: so the page stays where it is until we are gone.
 */
static int make_data(struct device *dev)
{
	static const char text[] = "cqe-replay\n";
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (page == MAP_FAILED || mlock(page, PAGE)) {
		fail("cannot lock a page: %s", strerror(errno));
		return -1;
	}
	for (i = 0; i < PAGE; i++)
		page[i] = text[i % (sizeof(text) - 1)];
	dev->data = page;
	return 0;
}

int device_open(struct device *dev)
{
	dev->ctrl_fd = device_open_node(dev->name);
	if (dev->ctrl_fd < 0)
		return -1;
	dev->ns_fd = device_open_node(dev->ns);
	if (dev->ns_fd < 0)
		return -1;
	if (map_bar(dev) || find_doorbell(dev) || find_size(dev))
		return -1;
	return make_data(dev);
}

void device_close(struct device *dev)
{
	if (dev->bar)
		munmap((void *)(uintptr_t)dev->bar, dev->bar_size);
	if (dev->data)
		munmap(dev->data, PAGE);
	if (dev->ns_fd >= 0)
		close(dev->ns_fd);
	if (dev->ctrl_fd >= 0)
		close(dev->ctrl_fd);
	dev->bar = NULL;
	dev->data = NULL;
	dev->ns_fd = dev->ctrl_fd = -1;
}

/*
 * With shadow doorbells QEMU reads the tail of an I/O queue from memory and ignores what it was
 * told.
 */
int device_check_shadow_doorbells(struct device *dev)
{
	uint8_t *id = aligned_alloc(PAGE, PAGE);
	struct command cmd = {
		.opcode = ADMIN_IDENTIFY, .cdw10 = IDENTIFY_CTRL, .data = id, .data_len = PAGE,
	};
	unsigned int oacs;
	int ret;

	if (!dev->qid || !id) {
		free(id);
		return 0;
	}
	ret = device_command(dev, 0, &cmd);
	oacs = id[OACS_OFFSET] | id[OACS_OFFSET + 1] << 8;
	free(id);
	if (!ret && !(oacs & OACS_DOORBELL_BUFFER))
		return 0;
	fail("'%s' has shadow doorbells: give QEMU's nvme device dbcs=off", dev->name);
	return -1;
}

void device_ring(struct device *dev, unsigned int tail)
{
	*(volatile uint32_t *)(dev->bar + dev->doorbell) = tail;
}

/* The same write as that of the passthrough, by the way that a file system's takes. */
static int block_write(const struct device *dev, struct command *cmd)
{
	char path[64];
	ssize_t done;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", dev->ns);
	fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	done = fd < 0 ? -1 : pwrite(fd, cmd->data, cmd->data_len, (off_t)cmd->cdw10 * dev->lba_size);
	if (done != (ssize_t)cmd->data_len)
		fail("cannot write to '%s': %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	cmd->ret_status = 0;
	cmd->ret_result = 0;
	return done == (ssize_t)cmd->data_len ? 0 : -1;
}

/* Fails only if the command did not come back; what the controller said is in ret_status. */
int device_command(struct device *dev, unsigned int qid, struct command *cmd)
{
	struct nvme_passthru_cmd pt = {
		.opcode = cmd->opcode, .nsid = cmd->nsid,
		.addr = (uintptr_t)cmd->data, .data_len = cmd->data_len,
		.cdw10 = cmd->cdw10, .cdw11 = cmd->cdw11, .cdw12 = cmd->cdw12,
		.timeout_ms = cmd->timeout_ms ? cmd->timeout_ms : COMMAND_MS,
	};
	int ret;

	if (cmd->block)
		return block_write(dev, cmd);
	if (qid)
		ret = ioctl(dev->ns_fd, NVME_IOCTL_IO_CMD, &pt);
	else
		ret = ioctl(dev->ctrl_fd, NVME_IOCTL_ADMIN_CMD, &pt);
	if (ret < 0) {
		fail("command 0x%02x did not come back from '%s': %s", cmd->opcode, dev->name,
		     strerror(errno));
		return -1;
	}
	cmd->ret_status = ret;
	cmd->ret_result = pt.result;
	return 0;
}

int device_wait_live(const struct device *dev)
{
	char path[256], text[32];
	int ms;

	snprintf(path, sizeof(path), "/sys/class/nvme/%s/state", dev->name);
	for (ms = 0; ms < LIVE_MS; ms += 10) {
		if (!read_text(path, text, sizeof(text)) && !strcmp(text, "live"))
			return 0;
		usleep(10000);
	}
	fail("'%s' is not live after %d s", dev->name, LIVE_MS / 1000);
	return -1;
}

/*
 * Switched off behind the driver's back first: else the driver would ask for its queues to be
 * deleted, on an admin queue that may be out of step, and wait a minute for the answer.
 */
int device_reset(struct device *dev)
{
	char path[256];

	*(volatile uint32_t *)(dev->bar + REG_CC) = reg_read(dev, REG_CC) & ~CC_ENABLE;
	snprintf(path, sizeof(path), "/sys/class/nvme/%s/reset_controller", dev->name);
	if (write_text(path, "1"))
		return -1;
	return device_wait_live(dev);
}
