// SPDX-License-Identifier: GPL-2.0-or-later
/* The event, and who keeps its records. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"
#include "doctor_files.h"

#define EVENT "events/nvme/nvme_dup_cqe"

/* Nothing can be said of what is in tracefs; true if so. */
static bool no_tracefs(const struct machine *machine, struct finding *finding)
{
	if (!machine->trace_err)
		return false;
	if (machine->trace_err == -ENODEV) {
		found(finding, FINDING_MISSING, "this kernel has no tracefs");
		advise(finding, "use a kernel with CONFIG_EVENT_TRACING");
	} else if (machine->trace_err == -ENXIO) {
		found(finding, FINDING_MISSING, "tracefs is not mounted");
		advise(finding, "mount -t tracefs nodev /sys/kernel/tracing");
	} else if (machine->trace_err == -ENOENT && *machine->tracefs) {
		found(finding, FINDING_MISSING, "tracefs is empty");
		advise(finding,
		       "see the check lockdown: a kernel that is locked down for confidentiality has no tracing");
	} else {
		found_closed(finding, *machine->tracefs ? machine->tracefs : "proc/mounts", machine->trace_err);
	}
	return true;
}

/* A folder of that name need not be the driver's. */
static void tell_event(const struct machine *machine, struct finding *finding)
{
	if (machine->probe.answer == DUPCQE_PROBE_THERE) {
		found(finding, FINDING_OK, "a probe gives nvme:nvme_dup_cqe, as the driver has no such event");
	} else if (dupcqe_probe_failed(machine->probe.answer) && machine->probe.answer != DUPCQE_PROBE_FAILED) {
		found(finding, FINDING_MISSING, "%s%s%s", dupcqe_probe_text(machine->probe.answer),
		      *machine->probe.refused ? ": " : "", machine->probe.refused);
		advise(finding, "%s", dupcqe_probe_advice(machine->probe.answer));
	} else {
		found(finding, FINDING_OK, "the kernel has nvme:nvme_dup_cqe");
	}
}

static void tell_no_event(const struct machine *machine, struct finding *finding)
{
	const char *none = "the NVMe driver is loaded, and has no event nvme_dup_cqe";
	enum dupcqe_probe_answer answer = machine->probe.answer;

	if (look(machine->root, "sys/module/nvme_core")) {
		found(finding, FINDING_MISSING, "the NVMe driver (nvme_core) is not loaded, and the event would come "
		      "with it");
		advise(finding, "modprobe nvme, then look again");
	} else if (answer == DUPCQE_PROBE_ADDED) {
		found(finding, FINDING_ADVICE, "%s: a probe can take its place", none);
		advise(finding, "systemctl enable --now nvme-dupcqed, which makes it; or nvme-dupcqe probe add");
	} else {
		found(finding, FINDING_MISSING, "%s; no probe: %s", none, dupcqe_probe_text(answer));
		advise(finding, "%s", dupcqe_probe_advice(answer));
	}
}

void check_event(const struct machine *machine, struct finding *finding)
{
	int err;

	if (no_tracefs(machine, finding))
		return;
	err = look_at(machine->root, "%s/" EVENT, machine->tracefs);
	if (!err)
		tell_event(machine, finding);
	else if (err != -ENOENT)
		found_closed(finding, machine->tracefs, err);
	else
		tell_no_event(machine, finding);
}

/* Whether the event is being recorded in one trace buffer, a folder of tracefs. */
static bool is_recording(int root, const char *buffer)
{
	char enabled[8], on[8];

	return !read_text_at(root, enabled, sizeof(enabled), "%s/" EVENT "/enable", buffer) && *enabled == '1' &&
	       !read_text_at(root, on, sizeof(on), "%s/tracing_on", buffer) && *on == '1';
}

static int find_recording(const struct machine *machine, char *ret_names, size_t size)
{
	char path[600];
	const struct dirent *entry;
	DIR *folder;

	ret_names[0] = '\0';
	if (is_recording(machine->root, machine->tracefs))
		add_word(ret_names, size, "the main buffer");
	snprintf(path, sizeof(path), "%s/instances", machine->tracefs);
	folder = open_folder(machine->root, path);
	if (!folder)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(folder))) {
		snprintf(path, sizeof(path), "%s/instances/%s", machine->tracefs, entry->d_name);
		if (*entry->d_name != '.' && is_recording(machine->root, path))
			add_word(ret_names, size, entry->d_name);
	}
	closedir(folder);
	return 0;
}

static bool has_program(int root, const char *name)
{
	return !look_at(root, "usr/bin/%s", name) || !look_at(root, "usr/local/bin/%s", name);
}

/* A probe has to be there, and wants its filter. */
static const char *by_hand(enum dupcqe_probe_answer answer)
{
	if (answer == DUPCQE_PROBE_THERE)
		return ", or trace-cmd start -e nvme:nvme_dup_cqe -f \"$(nvme-dupcqe probe filter)\"";
	return answer == DUPCQE_PROBE_ADDED ? "" : ", or trace-cmd start -e nvme:nvme_dup_cqe";
}

void check_recording(const struct machine *machine, struct finding *finding)
{
	char names[400];
	int err;

	if (no_tracefs(machine, finding))
		return;
	err = find_recording(machine, names, sizeof(names));
	if (*names) {
		found(finding, FINDING_OK, "the event is being recorded in %s", names);
		return;
	}
	if (err) {
		found_closed(finding, machine->tracefs, err);
		return;
	}
	if (!has_program(machine->root, "trace-cmd")) {
		found(finding, FINDING_MISSING, "nobody records the event, and trace-cmd is not installed");
		advise(finding, "systemctl enable --now nvme-dupcqed, or install trace-cmd");
		return;
	}
	found(finding, FINDING_ADVICE, "nobody records the event: the next hit leaves nothing");
	advise(finding, "systemctl enable --now nvme-dupcqed%s", by_hand(machine->probe.answer));
}

static bool is_persistent(const struct machine *machine)
{
	return !look_at(machine->root, "%s/instances/%s/last_boot_info", machine->tracefs, machine->instance);
}

void check_history(const struct machine *machine, struct finding *finding)
{
	int err;

	if (no_tracefs(machine, finding))
		return;
	err = look_at(machine->root, "%s/snapshot", machine->tracefs);
	if (err && err != -ENOENT) {
		found_closed(finding, machine->tracefs, err);
	} else if (err) {
		found(finding, FINDING_ADVICE, "this kernel takes no snapshots of a trace");
		advise(finding, "CONFIG_TRACER_SNAPSHOT; without it the history is stopped while it is saved, or use "
		       "freeze in a rule");
	} else if (is_persistent(machine)) {
		found(finding, FINDING_OK,
		      "the history is in a persistent buffer, of which the kernel takes no snapshots: "
		      "it is stopped while it is saved");
	} else {
		found(finding, FINDING_OK, "the kernel can take a snapshot of the history at the hit");
	}
}

static bool is_older(const char *release, int major, int minor)
{
	int has_major = 0, has_minor = 0;

	return sscanf(release, "%d.%d", &has_major, &has_minor) == 2 &&
	       (has_major < major || (has_major == major && has_minor < minor));
}

/* What the firmware is told to do at a reboot; bit 0,
behind four bytes of attributes: clear the memory. Kernels ask for it. */
static bool is_memory_cleared(int root)
{
	static const char request[] =
		"sys/firmware/efi/efivars/MemoryOverwriteRequestControl-e20939be-32d4-41be-a150-897f85d49829";
	unsigned char bytes[5];

	return read_bytes(root, request, bytes, sizeof(bytes)) == (int)sizeof(bytes) && bytes[4] & 1;
}

static void tell_persistent(const struct machine *machine, struct finding *finding)
{
	if (machine_flag(machine, NULL, "persistent") == 0) {
		found(finding, FINDING_ADVICE, "there is a persistent buffer, and the daemon's history is not in it");
		advise(finding, "journalctl -u nvme-dupcqed");
	} else if (is_memory_cleared(machine->root)) {
		found(finding, FINDING_ADVICE,
		      "the history is in a persistent buffer, but the firmware is to clear the memory at a reboot");
		advise(finding, "see MemoryOverwriteRequestControl in docs/keeping-the-scene.md");
	} else {
		found(finding, FINDING_OK, "the history is in memory that outlives a warm reboot%s",
		      has_word(machine->cmdline, "nokaslr") ? "" : ", unless KASLR puts the next kernel there");
	}
}

void check_persistent(const struct machine *machine, struct finding *finding)
{
	bool asked = has_word_beginning(machine->cmdline, "trace_instance=");

	if (no_tracefs(machine, finding))
		return;
	if (is_persistent(machine)) {
		tell_persistent(machine, finding);
	} else if (is_older(machine->release, 6, 12)) {
		found(finding, FINDING_ADVICE, "Linux %s has no persistent trace buffers", machine->release);
		advise(finding, "Linux 6.12 or later; before that kdump or pstore keep something over a reboot");
	} else if (asked) {
		found(finding, FINDING_ADVICE, "the kernel was booted with trace_instance=, but %s is not persistent",
		      machine->instance);
		advise(finding, "dmesg | grep -i -e reserve_mem -e 'boot instance'; see docs/keeping-the-scene.md "
		       "for the options");
	} else {
		found(finding, FINDING_ADVICE, "the history is lost at a reboot");
		advise(finding, "boot with reserve_mem=20M:4096:trace trace_instance=%s^traceoff@trace, see "
		       "docs/keeping-the-scene.md",
		       machine->instance);
	}
}
