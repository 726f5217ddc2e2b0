// SPDX-License-Identifier: GPL-2.0-or-later
/* How the machine can be stopped at a hit, and who saves its memory then. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"
#include "doctor_files.h"

#define MODULE "nvme_dup_cqe_panic"
#define SYSRQ "proc/sysrq-trigger"
#define LOCKDOWN "sys/kernel/security/lockdown"
#define SECURITYFS "securityfs"
#define EVENT "nvme/nvme_dup_cqe"
#define SET "panic:"	/* a trigger that is set, "panic:count=1 if ..." */
#define CRASH "sys/kernel/kexec_crash_"
#define COREDIR "var/crash"

enum { MIB = 1 << 20, KIB_OF_MIB = 1024, DUMP_SHARE = 10, LINES_MAX = 1 << 17 };

/* What the trigger file of an event says, in the main buffer ("") or "instances/NAME/". */
static int read_trigger(const struct machine *machine, const char *buffer, const char *event, char *ret_text,
			size_t size)
{
	return read_text_at(machine->root, ret_text, size, "%s/%sevents/%s/trigger", machine->tracefs, buffer, event);
}

/* An event without triggers tells which there are. 1, 0, or -errno; -ENODATA: none of them tells. */
static int has_trigger(const struct machine *machine)
{
	static const char *const events[] = { EVENT, "nvme/nvme_sq", "sched/sched_switch" };
	char text[1024];
	size_t i;

	if (machine->trace_err)
		return machine->trace_err;
	for (i = 0; i < sizeof(events) / sizeof(*events); i++) {
		if (read_trigger(machine, "", events[i], text, sizeof(text)))
			continue;
		if (has_word_beginning(text, SET))
			return 1;
		if (strstr(text, "Available triggers:"))
			return has_word(text, "panic");
	}
	return -ENODATA;
}

/* In the list that modprobe reads, of lines "updates/x.ko.xz: what it needs". */
static bool is_installed(const struct machine *machine)
{
	char line[1024], path[128];
	const char *name, *colon;
	bool is = false;
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "lib/modules/%s/modules.dep", machine->release);
	if (!*machine->release || strchr(machine->release, '/'))
		return false;
	file = open_text(machine->root, path);
	if (!file)
		return false;
	for (i = 0; i < LINES_MAX && !is && fgets(line, sizeof(line), file); i++) {
		name = strstr(line, "/" MODULE ".ko");
		colon = strchr(line, ':');
		is = name && colon && name < colon;
	}
	fclose(file);
	return is;
}

static bool is_trigger_armed(const struct machine *machine)
{
	char text[1024], buffer[128];

	snprintf(buffer, sizeof(buffer), "instances/%s/", machine->instance);
	return !machine->trace_err && !read_trigger(machine, buffer, EVENT, text, sizeof(text)) &&
	       has_word_beginning(text, SET);
}

static bool is_module_armed(int root)
{
	int64_t armed;

	return !read_number(root, "sys/module/" MODULE "/parameters/armed", &armed) && armed;
}

static void tell_instant(const struct machine *machine, struct finding *finding, const char *what, bool armed)
{
	if (armed && !machine->daemon_err && !machine->daemon.running) {
		found(finding, FINDING_ADVICE,
		      "%s is armed to panic the machine, and the daemon that looked after that was killed", what);
		advise(finding, "systemctl restart nvme-dupcqed, or see AFTER A CRASH in nvme-dupcqed(8)");
		return;
	}
	found(finding, FINDING_OK, "%s can stop the machine in the context of the hit%s", what,
	      armed ? ", and is armed" : "");
}

static void tell_module(const struct machine *machine, struct finding *finding)
{
	if (look(machine->root, "sys/module/" MODULE "/parameters/armed")) {
		found(finding, FINDING_ADVICE, "the module " MODULE " is loaded, and cannot be armed as it runs");
		advise(finding, "make modules, make modules_install, then load it anew");
		return;
	}
	tell_instant(machine, finding, "the module " MODULE, is_module_armed(machine->root));
}

static void tell_no_instant(const struct machine *machine, struct finding *finding, int trigger)
{
	if (is_installed(machine)) {
		found(finding, FINDING_ADVICE, "the module " MODULE " is installed, and not loaded");
		advise(finding, "modprobe " MODULE ", before the daemon starts; at each boot: echo " MODULE
		       " > /etc/modules-load.d/nvme-dupcqe.conf");
	} else if (trigger == -ENODATA) {
		found(finding, FINDING_UNKNOWN,
		      "no module " MODULE ", and no event tells whether there is a trigger 'panic'");
		advise(finding, "look again when the NVMe driver is loaded, and before a trigger is set");
	} else if (trigger < 0 && trigger != -ENOENT && trigger != -ENODEV && trigger != -ENXIO) {
		found_closed(finding, *machine->tracefs ? machine->tracefs : "proc/mounts", trigger);
	} else {
		found(finding, FINDING_ADVICE,
		      "neither a trigger 'panic' nor the module " MODULE ": a panic comes after the hit");
		advise(finding,
		       "make modules, make modules_install, then modprobe " MODULE " before the daemon starts");
	}
}

void check_instant(const struct machine *machine, struct finding *finding)
{
	int trigger = has_trigger(machine);

	if (is_trigger_armed(machine))
		tell_instant(machine, finding, "the kernel's trigger 'panic'", true);
	else if (!look(machine->root, "sys/module/" MODULE) && (trigger != 1 || is_module_armed(machine->root)))
		tell_module(machine, finding);
	else if (trigger == 1)
		tell_instant(machine, finding, "the kernel's trigger 'panic'", false);
	else
		tell_no_instant(machine, finding, trigger);
}

void check_sysrq(const struct machine *machine, struct finding *finding)
{
	char mask[32] = "?";
	int err = look(machine->root, SYSRQ);

	if (err == -ENOENT) {
		found(finding, FINDING_ADVICE, "there is no /" SYSRQ);
		advise(finding, "CONFIG_MAGIC_SYSRQ; without it the daemon needs the trigger or the module to panic "
		       "the machine");
		return;
	}
	if (err) {
		found_closed(finding, SYSRQ, err);
		return;
	}
	read_text(machine->root, "proc/sys/kernel/sysrq", mask, sizeof(mask));
	found(finding, FINDING_OK,
	      "root can panic the machine through /" SYSRQ ", whatever kernel.sysrq (%s) lets the keyboard do", mask);
}

static bool lists(int root, const char *path, const char *word)
{
	FILE *file = open_text(root, path);
	bool is = false;
	char line[1024];
	int i;

	for (i = 0; file && i < LINES_MAX && !is && fgets(line, sizeof(line), file); i++)
		is = has_word(line, word);
	if (file)
		fclose(file);
	return is;
}

/* A kernel without lockdown has no such file; nor has a container. */
static void tell_no_lockdown(const struct machine *machine, struct finding *finding)
{
	if (lists(machine->root, "proc/filesystems", SECURITYFS) && !lists(machine->root, "proc/mounts", SECURITYFS)) {
		found(finding, FINDING_UNKNOWN, SECURITYFS " is not mounted, which would tell");
		advise(finding, "mount -t " SECURITYFS " " SECURITYFS " /sys/kernel/security");
	} else {
		found(finding, FINDING_OK, "the kernel is not locked down");
	}
}

void check_lockdown(const struct machine *machine, struct finding *finding)
{
	char text[128];
	int err = read_text(machine->root, LOCKDOWN, text, sizeof(text));

	if (err == -ENOENT) {
		tell_no_lockdown(machine, finding);
	} else if (!err && has_word(text, "[none]")) {
		found(finding, FINDING_OK, "the kernel is not locked down");
	} else if (err) {
		found_closed(finding, LOCKDOWN, err);
	} else if (has_word(text, "[integrity]")) {
		found(finding, FINDING_ADVICE,
		      "the kernel is locked down for integrity (Secure Boot): it loads what is signed alone");
		advise(finding, "sign the patched driver's modules; the crash kernel's image has to be signed too");
	} else if (has_word(text, "[confidentiality]")) {
		found(finding, FINDING_MISSING, "the kernel is locked down for confidentiality: nothing can be traced");
		advise(finding, "boot with lockdown=integrity, or none");
	} else {
		found(finding, FINDING_UNKNOWN, "/" LOCKDOWN " says '%s'", text);
	}
}

static void tell_no_crash_kernel(const struct machine *machine, struct finding *finding, int64_t size)
{
	if (size) {
		found(finding, FINDING_MISSING,
		      "no crash kernel is loaded, although %" PRId64 " MiB are reserved for one", size / MIB);
		advise(finding, "Debian: apt install kdump-tools, systemctl restart kdump-tools; others: systemctl "
		       "restart kdump");
	} else if (has_word_beginning(machine->cmdline, "crashkernel=")) {
		found(finding, FINDING_MISSING,
		      "no memory is reserved for a crash kernel, although crashkernel= asks for it");
		advise(finding, "dmesg | grep -i crashkernel; try a smaller or larger one, as crashkernel=512M");
	} else {
		found(finding, FINDING_MISSING, "no crash kernel is loaded, and no memory is reserved for one");
		advise(finding, "boot with crashkernel=512M, and install kdump-tools (Debian) or kexec-tools");
	}
}

void check_crash_kernel(const struct machine *machine, struct finding *finding)
{
	int64_t loaded = 0, size = 0;
	int err = read_number(machine->root, CRASH "loaded", &loaded);

	if (err == -ENOENT) {
		found(finding, FINDING_MISSING, "this kernel cannot load a crash kernel");
		advise(finding,
		       "CONFIG_KEXEC and CONFIG_CRASH_DUMP; without them a persistent buffer or pstore keep something");
		return;
	}
	if (err) {
		found_closed(finding, CRASH "loaded", err);
		return;
	}
	read_number(machine->root, CRASH "size", &size);
	if (loaded == 1)
		found(finding, FINDING_OK, "a crash kernel is loaded, %" PRId64 " MiB are reserved for it", size / MIB);
	else
		tell_no_crash_kernel(machine, finding, size);
}

/* 0 if it is not known. */
static uint64_t memory_mib(int root)
{
	char text[128];
	unsigned long long kib;

	if (read_text(root, "proc/meminfo", text, sizeof(text)) || sscanf(text, "MemTotal: %llu kB", &kib) != 1)
		return 0;
	return kib / KIB_OF_MIB;
}

void check_crash_space(const struct machine *machine, struct finding *finding)
{
	uint64_t bytes, memory = memory_mib(machine->root);
	int err = free_space(machine->root, COREDIR, &bytes);

	if (err) {
		found_closed(finding, COREDIR, err);
		return;
	}
	if (!memory) {
		found(finding, FINDING_UNKNOWN,
		      "%" PRIu64 " MiB free for /" COREDIR "; the size of the memory is not known", bytes / MIB);
		return;
	}
	found(finding, bytes / MIB < memory / DUMP_SHARE ? FINDING_ADVICE : FINDING_OK,
	      "%" PRIu64 " MiB free for /" COREDIR ", %" PRIu64 " MiB of memory", bytes / MIB, memory);
	if (finding->state != FINDING_OK)
		advise(finding, "a tenth of the memory is little for a dump without user pages (makedumpfile -d 31): "
		       "make room, or "
		       "point kdump elsewhere");
}
