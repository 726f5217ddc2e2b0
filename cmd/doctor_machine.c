// SPDX-License-Identifier: GPL-2.0-or-later
/* Settings of the machine that say what is left after a panic. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"
#include "doctor_files.h"

#define PSTORE "sys/fs/pstore"
#define BACKEND "sys/module/pstore/parameters/backend"
#define TRACE_DUMP "proc/sys/kernel/ftrace_dump_on_oops"
#define REBOOT "proc/sys/kernel/panic"
#define OOPS "proc/sys/kernel/panic_on_oops"
#define CONTROLLERS "sys/class/nvme"

/* For what the dying kernel does when the crash kernel is loaded. */
#define SOONER \
	"the dump has it; for both, echo Y > /sys/module/kernel/parameters/crash_kexec_post_notifiers, " \
	"which makes kdump less sure"

/* Entries of a folder; -errno. */
static int count_entries(int root, const char *path)
{
	DIR *folder = open_folder(root, path);
	const struct dirent *entry;
	int count = 0;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder)) && count < INT32_MAX)
		count += *entry->d_name != '.';
	closedir(folder);
	return count;
}

static void tell_backend(const struct machine *machine, struct finding *finding, const char *backend)
{
	int records = count_entries(machine->root, PSTORE);

	if (!machine->pstore_mounted) {
		found(finding, FINDING_ADVICE, "pstore (%s) keeps the end of the kernel's log, but is not mounted",
		      backend);
		advise(finding, "mount -t pstore pstore /" PSTORE);
	} else if (records < 0) {
		found_closed(finding, PSTORE, records);
	} else if (records > 0) {
		found(finding, FINDING_ADVICE, "pstore (%s) holds files of an earlier crash: %d", backend, records);
		advise(finding, "read and remove what is in /" PSTORE ": there is room for few");
	} else if (machine->crash_first) {
		found(finding, FINDING_ADVICE, "pstore (%s) is told nothing: the crash kernel takes over before that",
		      backend);
		advise(finding, SOONER);
	} else {
		found(finding, FINDING_OK, "pstore (%s) keeps the end of the kernel's log", backend);
	}
}

void check_pstore(const struct machine *machine, struct finding *finding)
{
	char backend[64];
	int err = read_text(machine->root, BACKEND, backend, sizeof(backend));

	if (err && err != -ENOENT) {
		found_closed(finding, BACKEND, err);
		return;
	}
	if (err || !*backend || !strcmp(backend, "(null)")) {
		found(finding, FINDING_ADVICE, "%s: the kernel's last words are lost at a reboot",
		      err ? "this kernel has no pstore" :
		      "pstore has no backend");
		advise(finding, "modprobe efi_pstore, or ramoops with memory that is reserved for it");
		return;
	}
	tell_backend(machine, finding, backend);
}

/* "0", "1", "2", "NAME", "1,NAME=2,...": whether the instance is one of the names. */
static bool names_instance(const char *value, const char *instance)
{
	size_t length = strlen(instance);

	while (value) {
		if (!strncmp(value, instance, length) && (!value[length] || strchr(",=", value[length])))
			return true;
		value = strchr(value, ',');
		value = value ? value + 1 : NULL;
	}
	return false;
}

static void tell_trace_dump(const struct machine *machine, struct finding *finding, const char *value)
{
	if (!strcmp(value, "0"))
		found(finding, FINDING_ADVICE,
		      "the kernel does not print the trace at a panic (kernel.ftrace_dump_on_oops=0)");
	else
		found(finding, FINDING_ADVICE,
		      "at a panic the kernel prints another buffer than the daemon's (kernel.ftrace_dump_on_oops=%s)",
		      value);
	advise(finding, "sysctl kernel.ftrace_dump_on_oops=%s, where the kernel takes names (6.12 does, 6.1 does not); "
	       "a slow console takes its time", machine->instance);
}

void check_trace_dump(const struct machine *machine, struct finding *finding)
{
	char value[256];
	int err = read_text(machine->root, TRACE_DUMP, value, sizeof(value));

	if (err && err != -ENOENT) {
		found_closed(finding, TRACE_DUMP, err);
	} else if (err) {
		found(finding, FINDING_ADVICE, "this kernel cannot print the trace at a panic");
	} else if (!names_instance(value, machine->instance)) {
		tell_trace_dump(machine, finding, value);
	} else if (machine->crash_first) {
		found(finding, FINDING_ADVICE,
		      "the kernel does not come to print the history: the crash kernel takes over before that");
		advise(finding, SOONER);
	} else {
		found(finding, FINDING_OK, "the kernel prints the history at a panic (kernel.ftrace_dump_on_oops=%s)",
		      value);
	}
}

void check_reboot(const struct machine *machine, struct finding *finding)
{
	int64_t seconds;
	int err = read_number(machine->root, REBOOT, &seconds);

	if (err) {
		found_closed(finding, REBOOT, err);
	} else if (seconds > 0) {
		found(finding, FINDING_OK, "after a panic the machine reboots in %" PRId64 " s", seconds);
	} else if (seconds < 0) {
		found(finding, FINDING_OK, "after a panic the machine reboots at once");
	} else if (machine->crash_loaded) {
		found(finding, FINDING_OK, "after a panic the crash kernel takes over; if that fails, the machine "
		      "stays down (kernel.panic=0)");
	} else {
		found(finding, FINDING_ADVICE, "after a panic the machine stays down (kernel.panic=0)");
		advise(finding, "sysctl kernel.panic=30, unless somebody is to read the screen");
	}
}

void check_oops(const struct machine *machine, struct finding *finding)
{
	int64_t on;
	int err = read_number(machine->root, OOPS, &on);

	if (err) {
		found_closed(finding, OOPS, err);
	} else if (on) {
		found(finding, FINDING_OK, "an oops stops the machine (kernel.panic_on_oops=%" PRId64 ")", on);
	} else {
		found(finding, FINDING_ADVICE,
		      "an oops outside of an interrupt does not stop the machine (kernel.panic_on_oops=0)");
		advise(finding,
		       "sysctl kernel.panic_on_oops=1, if what follows a wrong completion is to be kept as well");
	}
}

/* What the IOMMU does for the controllers, by name. */
struct translation {
	int controllers;
	char translated[256];
	char unclear[256];
};

/* A group of the type "DMA" or "DMA-FQ": the addresses of the rings are not those of memory. No group: no IOMMU. */
static void ask_iommu(int root, const char *name, struct translation *translation)
{
	char type[32];
	int err = read_text_at(root, type, sizeof(type), CONTROLLERS "/%s/device/iommu_group/type", name);

	translation->controllers++;
	if (!err && !strncmp(type, "DMA", 3))
		add_word(translation->translated, sizeof(translation->translated), name);
	else if (err && look_at(root, CONTROLLERS "/%s/device/iommu_group", name) != -ENOENT)
		add_word(translation->unclear, sizeof(translation->unclear), name);
}

static void tell_iommu(const struct translation *translation, struct finding *finding)
{
	if (*translation->translated) {
		found(finding, FINDING_ADVICE,
		      "an IOMMU translates for %s: in a dump the rings are not where the event says",
		      translation->translated);
		advise(finding, "the event has the entries around the head; iommu=pt shows all, but lets a device "
		       "write anywhere");
	} else if (*translation->unclear) {
		found(finding, FINDING_UNKNOWN, "whether an IOMMU translates for %s cannot be read",
		      translation->unclear);
	} else if (!translation->controllers) {
		found(finding, FINDING_OK, "there is no controller");
	} else {
		found(finding, FINDING_OK,
		      "no IOMMU translates for the controllers: in a dump the rings are where the event says");
	}
}

void check_iommu(const struct machine *machine, struct finding *finding)
{
	DIR *folder = open_folder(machine->root, CONTROLLERS);
	struct translation translation = { 0 };
	const struct dirent *entry;

	if (!folder && errno != ENOENT) {
		found_closed(finding, CONTROLLERS, -errno);
		return;
	}
	while (folder && (entry = readdir(folder)))
		if (*entry->d_name != '.')
			ask_iommu(machine->root, entry->d_name, &translation);
	if (folder)
		closedir(folder);
	tell_iommu(&translation, finding);
}
