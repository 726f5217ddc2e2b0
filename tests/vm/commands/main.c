// SPDX-License-Identifier: GPL-2.0-or-later
/* Command line, where it may run, order of the steps. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

static const char help[] =
"usage: nvme-commands DEVICE {admin | io | fabrics | events}...\n"
"\n"
"Issues every command to an NVMe controller (nvme0, nvme0n1) through the kernel's driver, most of\n"
"them such as it must refuse, for the sake of the driver's trace events. Runs as root in\n"
"the lab's virtual machine only (tests/vm/lab), on QEMU's controller or a target on the\n"
"loopback interface.\n"
"\n"
"  admin    all opcodes of the admin queue\n"
"  io       all opcodes of an I/O queue, to the namespace\n"
"  fabrics  all types of fabrics commands, on the admin queue\n"
"  events   lets the controller report asynchronous events (QEMU's alone)\n"
"\n"
"Prints `WHAT issued=N refused=N`. Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused.\n";

void fail(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("nvme-commands: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static int admin_issue(struct controller *ctrl)
{
	return issue_set(ctrl, &admin_set);
}

static int io_issue(struct controller *ctrl)
{
	return issue_set(ctrl, &nvm_set);
}

static const struct {
	const char *name;
	int (*run)(struct controller *ctrl);
} steps[] = {
	{ "admin", admin_issue },
	{ "io", io_issue },
	{ "fabrics", fabrics_issue },
	{ "events", events_provoke },
};

static int step_of(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (!strcmp(name, steps[i].name))
			return i;
	fail("nothing is called '%s'; see nvme-commands --help", name);
	exit(EXIT_USAGE);
}

static bool is_loopback(const char *ctrl)
{
	char path[128], text[128];

	snprintf(path, sizeof(path), "/sys/class/nvme/%s/address", ctrl);
	return !read_text(path, text, sizeof(text)) && strstr(text, "traddr=127.0.0.1,");
}

/* nvme1n2: the disk of the I/O commands; nvme1: any of the controller's. */
static int use_namespace(struct device *dev, const char *name)
{
	char path[128], text[32];

	if (!strchr(name + strlen("nvme"), 'n'))
		return 0;
	snprintf(path, sizeof(path), "/sys/block/%s/nsid", name);
	if (read_text(path, text, sizeof(text))) {
		fail("cannot read '%s'", path);
		return -1;
	}
	dev->nsid = strtoul(text, NULL, 10);
	snprintf(dev->ns, sizeof(dev->ns), "%s", name);
	return 0;
}

static int open_controller(struct controller *ctrl, const char *name)
{
	if (device_find(&ctrl->dev, name) || use_namespace(&ctrl->dev, name))
		return -1;
	ctrl->page = aligned_alloc(PAGE, PAGE);
	ctrl->admin_fd = device_open_node(ctrl->dev.name);
	ctrl->ns_fd = device_open_node(ctrl->dev.ns);
	if (!ctrl->page || ctrl->admin_fd < 0 || ctrl->ns_fd < 0)
		return -1;
	memset(ctrl->page, 0, PAGE);
	return 0;
}

static int run_step(struct controller *ctrl, int step)
{
	ctrl->issued = ctrl->refused = 0;
	if (steps[step].run(ctrl))
		return -1;
	printf("%s issued=%lu refused=%lu\n", steps[step].name, ctrl->issued, ctrl->refused);
	return 0;
}

/* The controller's name, without that of a namespace. */
static void cut_namespace(const char *name, char *ret_ctrl, size_t size)
{
	size_t fixed = strlen("nvme"), digits = 0;

	if (!strncmp(name, "nvme", fixed))
		digits = strspn(name + fixed, "0123456789");
	snprintf(ret_ctrl, size, "%.*s", digits ? (int)(fixed + digits) : 0, name);
}

static bool may_use(const char *name)
{
	char ctrl[32];

	cut_namespace(name, ctrl, sizeof(ctrl));
	return !guard_lab() && (is_loopback(ctrl) || !guard_device(ctrl));
}

int main(int argc, char **argv)
{
	static struct controller ctrl;
	int i;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return EXIT_OK;
	}
	if (argc < 3) {
		fail("wants a device and what to issue; see nvme-commands --help");
		return EXIT_USAGE;
	}
	for (i = 2; i < argc; i++)
		step_of(argv[i]);
	if (!may_use(argv[1]))
		return EXIT_REFUSED;
	if (open_controller(&ctrl, argv[1]))
		return EXIT_FAILED;
	for (i = 2; i < argc; i++)
		if (run_step(&ctrl, step_of(argv[i])))
			return EXIT_FAILED;
	return EXIT_OK;
}
