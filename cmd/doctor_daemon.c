// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon, by its state file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"
#include "doctor_files.h"

#define SNAPSHOTS "var/lib/nvme-dupcqed/snapshots"

enum { MIB = 1 << 20, SNAPSHOTS_MIN_MIB = 512 };

static void tell_running(const struct machine *machine, struct finding *finding)
{
	const struct json_object *state = machine->daemon.root;
	const char *trace = state_text(state, "trace"), *source;

	if (state_number(state, "dry_run")) {
		found(finding, FINDING_ADVICE, "it is running, and only says what it would do");
		advise(finding, "start it without --dry-run");
	} else if (state_number(state, "frozen")) {
		found(finding, FINDING_ADVICE, "it is running, and its history is frozen for somebody to look at");
		advise(finding, "save it, then: echo 1 > %s/tracing_on", trace ? trace : "TRACE-INSTANCE");
	} else if (!state_number(state_part(state, "event"), "available")) {
		found(finding, FINDING_ADVICE, "it is running, and waits for the event");
		advise(finding, "see the check event");
	} else {
		source = machine_text(machine, "event", "source");
		found(finding, FINDING_OK, "it is running, pid %" PRId64 "%s", state_number(state, "pid"),
		      source && !strcmp(source, "probe") ? ", and sees hits by the probe" : "");
	}
}

void check_daemon(const struct machine *machine, struct finding *finding)
{
	if (machine->daemon_err == -ENOENT) {
		found(finding, FINDING_MISSING, "nvme-dupcqed is not running");
		advise(finding, "systemctl enable --now nvme-dupcqed");
	} else if (machine->daemon_err) {
		found(finding, FINDING_UNKNOWN, "%s", machine->daemon_why);
		advise(finding, machine->daemon_err == -EACCES ? "run this as root" : "systemctl restart nvme-dupcqed");
	} else if (!machine->daemon.running) {
		found(finding, FINDING_MISSING, "nvme-dupcqed was killed: process %" PRId64 " is gone",
		      state_number(machine->daemon.root, "pid"));
		advise(finding, "journalctl -u nvme-dupcqed; systemctl restart nvme-dupcqed");
	} else {
		tell_running(machine, finding);
	}
}

/* How the daemon would panic the machine, by the word of its state file. */
static const char *in_words(const char *way)
{
	static const struct {
		const char *way;
		const char *words;
	} ways[] = {
		{ "trigger", "by the kernel's trigger, in the context of the hit" },
		{ "module", "by the module nvme_dup_cqe_panic, in the context of the hit" },
		{ "sysrq", "through sysrq, once it has woken up" },
	};
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(way, ways[i].way))
			return ways[i].words;
	return way;
}

static void tell_panic(const struct machine *machine, struct finding *finding)
{
	const char *way = machine_text(machine, "panic", "way"), *why = machine_text(machine, "panic", "why");

	if (way && !why) {
		found(finding, FINDING_OK, "the daemon can panic the machine %s", in_words(way));
	} else if (way) {
		found(finding, FINDING_ADVICE,
		      "the daemon panics the machine %s if its guards let it; not at the hit: %s", in_words(way), why);
		advise(finding, "see PANIC in nvme-dupcqed(8)");
	} else if (why) {
		found(finding, FINDING_MISSING, "a rule is to panic the machine, and cannot: %s", why);
		advise(finding, "see the checks instant-panic and crash-kernel, and PANIC in nvme-dupcqed(8)");
	} else {
		found(finding, FINDING_OK, "the daemon may panic the machine, but no rule does");
	}
}

void check_panic(const struct machine *machine, struct finding *finding)
{
	int allowed = machine_flag(machine, "panic", "allowed");

	if (machine->daemon_err || !machine->daemon.running) {
		found(finding, FINDING_UNKNOWN, "no running daemon says whether it may panic the machine");
		advise(finding, "see the check daemon");
	} else if (allowed < 0) {
		found(finding, FINDING_UNKNOWN,
		      "this version of the daemon does not say whether it may panic the machine");
		advise(finding, "grep allow-panic /etc/nvme-dupcqed.conf /etc/nvme-dupcqed.conf.d/*");
	} else if (!allowed) {
		found(finding, FINDING_OK, "the daemon may not panic the machine (allow-panic = no)");
	} else {
		tell_panic(machine, finding);
	}
}

/* What a persistent buffer had of the last boot is moved there at once, and saved as soon as there is room. */
static bool is_last_boot_waiting(const struct machine *machine)
{
	return !look_at(machine->root, "run/nvme-dupcqed/%s.lastboot", machine->instance);
}

void check_snapshot_space(const struct machine *machine, struct finding *finding)
{
	const char *folder = machine_text(machine, NULL, "snapshots");
	uint64_t bytes;
	int err;

	if (is_last_boot_waiting(machine)) {
		found(finding, FINDING_ADVICE,
		      "the last boot's trace is in /run/nvme-dupcqed/%s.lastboot, not saved yet", machine->instance);
		advise(finding,
		       "if it stays there: journalctl -u nvme-dupcqed, make room, systemctl restart nvme-dupcqed");
		return;
	}
	folder = folder && *folder == '/' ? folder + strspn(folder, "/") : SNAPSHOTS;
	err = free_space(machine->root, folder, &bytes);
	if (err) {
		found_closed(finding, folder, err);
		return;
	}
	found(finding, bytes / MIB < SNAPSHOTS_MIN_MIB ? FINDING_ADVICE : FINDING_OK, "%" PRIu64 " MiB free for /%s",
	      bytes / MIB, folder);
	if (finding->state != FINDING_OK)
		advise(finding, "make room: with less than min-free (%d MiB if it is not set) old snapshots are "
		       "deleted, then none is saved", SNAPSHOTS_MIN_MIB);
}
