// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where this program may run: in the lab's virtual machine, on QEMU's controller, nowhere else.
 *
 * It makes a controller repeat commands behind its driver's back, and one of the things that it
 * provokes takes an unpatched kernel down. So every one of several independent witnesses has to
 * agree, and a witness that cannot be heard counts as a no.
 */
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "replay.h"

#define LAB_TOKEN	"dupcqe_lab=1"
#define QEMU_SUBSYSTEM	0x1af41100UL	/* what QEMU gives to the devices of its own machines */
#define QEMU_NVME	0x1b360010UL

static int refuse(const char *why)
{
	fail("refused: %s; this program runs only in the lab's virtual machine (tests/vm/lab)",
	     why);
	return -1;
}

static bool has_token(void)
{
	char text[4096], *word, *save = NULL;

	if (read_text("/proc/cmdline", text, sizeof(text)))
		return false;
	for (word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		if (!strcmp(word, LAB_TOKEN))
			return true;
	return false;
}

static bool cpu_is_emulated(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & (1U << 31));
}

/* Two ids of a PCI device, as one number; 0 if they cannot be read. */
static unsigned long pci_ids(const char *dir, const char *first, const char *second)
{
	char path[256], text[64];
	unsigned long ids;

	snprintf(path, sizeof(path), "%s/%s", dir, first);
	if (read_text(path, text, sizeof(text)))
		return 0;
	ids = strtoul(text, NULL, 16) << 16;
	snprintf(path, sizeof(path), "%s/%s", dir, second);
	if (read_text(path, text, sizeof(text)))
		return 0;
	return ids | strtoul(text, NULL, 16);
}

static bool host_bridge_is_qemu(void)
{
	return pci_ids("/sys/bus/pci/devices/0000:00:00.0", "subsystem_vendor",
		       "subsystem_device") == QEMU_SUBSYSTEM;
}

/* A small kernel may have no DMI in sysfs: only a vendor that is there can contradict. */
static bool vendor_contradicts(void)
{
	char text[128];

	if (read_text("/sys/class/dmi/id/sys_vendor", text, sizeof(text)))
		return false;
	return strncmp(text, "QEMU", 4) != 0;
}

int guard_lab(void)
{
	if (!has_token())
		return refuse("the kernel's command line has no '" LAB_TOKEN "'");
	if (!cpu_is_emulated())
		return refuse("the processor reports no hypervisor");
	if (!host_bridge_is_qemu())
		return refuse("the PCI host bridge is not QEMU's");
	if (vendor_contradicts())
		return refuse("the machine's vendor is not QEMU");
	if (geteuid() != 0)
		return refuse("not root");
	return 0;
}

int guard_device(const char *name)
{
	char dir[256];
	unsigned long ids;

	snprintf(dir, sizeof(dir), "/sys/class/nvme/%s/device", name);
	ids = pci_ids(dir, "vendor", "device");
	if (!ids)
		fail("refused: '%s' is no NVMe controller on PCI", name);
	else if (ids != QEMU_NVME)
		fail("refused: '%s' is %04lx:%04lx, only QEMU's 1b36:0010 may be used", name,
		     ids >> 16, ids & 0xffff);
	return ids == QEMU_NVME ? 0 : -1;
}
