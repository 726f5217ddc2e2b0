// SPDX-License-Identifier: GPL-2.0-or-later
/* Without the patches: whether a probe can take the event's place, and what only the patches give. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "dupcqe/limit.h"
#include "doctor.h"
#include "doctor_files.h"

#define FORMAT "events/nvme/nvme_dup_cqe/format"

/* The root is a folder that is open, whatever its name. */
void ask_probe(struct machine *machine)
{
	char root[32], tracefs[sizeof(root) + sizeof(machine->tracefs) + 1];
	const struct dupcqe_probe_place place = { .tracefs = *machine->tracefs ? tracefs : NULL, .root = root };

	snprintf(root, sizeof(root), "/proc/self/fd/%d", machine->root);
	snprintf(tracefs, sizeof(tracefs), "%s/%s", root, machine->tracefs);
	dupcqe_probe_look(&place, &machine->probe);
}

static void list_left_out(const struct dupcqe_probe_found *probe, char *text, size_t size)
{
	unsigned int i;

	*text = '\0';
	for (i = 0; i < probe->points; i++)
		if (probe->left_out[i])
			add_word(text, size, probe->function[i]);
}

static void tell_possible(const struct machine *machine, struct finding *finding)
{
	const struct dupcqe_probe_found *probe = &machine->probe;
	char left_out[128];

	list_left_out(probe, left_out, sizeof(left_out));
	found(finding, FINDING_OK,
	      "%s: command and device for certain, queue and entry where a register proves to hold them (%s)%s%s",
	      probe->answer == DUPCQE_PROBE_THERE ? "it is there" : "kprobes and type information (BTF) are there",
	      *probe->registers ? probe->registers : "none", *left_out ? "; without " : "", left_out);
	if (probe->outdated) {
		finding->state = FINDING_ADVICE;
		advise(finding, "it was made while other drivers were loaded: stop recording it, nvme-dupcqe probe add");
	} else if (dupcqe_rate_limit(machine->release) == DUPCQE_LIMIT_UNKNOWN) {
		finding->state = FINDING_ADVICE;
		advise(finding, "it is not known whether Linux %s limits the rate of the driver's messages: if it does, a probe "
		       "sees ten hits in five seconds, and the daemon says how many were left out", machine->release);
	} else if (dupcqe_rate_limit(machine->release) == DUPCQE_LIMITED) {
		finding->state = FINDING_ADVICE;
		advise(finding, "Linux %s tells of ten hits in five seconds, and of the rest the number alone, which is known "
		       "only when the next hit comes: the patched driver (make modules) tells of each", machine->release);
	}
}

void check_probe(const struct machine *machine, struct finding *finding)
{
	const struct dupcqe_probe_found *probe = &machine->probe;

	switch (probe->answer) {
	case DUPCQE_PROBE_PATCHED:
		found(finding, FINDING_OK, "none is needed: the driver has the event itself");
		break;
	case DUPCQE_PROBE_ADDED:
	case DUPCQE_PROBE_THERE:
		tell_possible(machine, finding);
		break;
	case DUPCQE_PROBE_NOT_ROOT:
		found_closed(finding, machine->tracefs, -EACCES);
		break;
	case DUPCQE_PROBE_BAD_BTF:
	case DUPCQE_PROBE_FAILED:
		found(finding, FINDING_UNKNOWN, "%s: %s", dupcqe_probe_text(probe->answer),
		      probe->err ? strerror(-probe->err) : "it lacks what every kernel has");
		advise(finding, "%s", dupcqe_probe_advice(probe->answer));
		break;
	default:
		found(finding, FINDING_ADVICE, "none can see hits: %s%s%s", dupcqe_probe_text(probe->answer),
		      *probe->refused ? ": " : "", probe->refused);
		advise(finding, "%s", dupcqe_probe_advice(probe->answer));
	}
}

/* The driver that has the guard has its reason among those of the event. */
static void tell_guard(const struct machine *machine, struct finding *finding)
{
	char format[16384];
	int err = read_text_at(machine->root, format, sizeof(format), "%s/" FORMAT, machine->tracefs);

	if (err) {
		found_closed(finding, machine->tracefs, err);
	} else if (strstr(format, "not in flight")) {
		found(finding, FINDING_OK, "the driver refuses a completion whose request is not in flight");
	} else {
		found(finding, FINDING_ADVICE, "the driver has the event, and not the guard: one stale completion in "
		      "sixteen takes the machine down");
		advise(finding, "build it with all of the patches (make modules, make modules_install), and reboot");
	}
}

void check_guard(const struct machine *machine, struct finding *finding)
{
	if (machine->probe.answer == DUPCQE_PROBE_PATCHED) {
		tell_guard(machine, finding);
	} else if (machine->probe.answer == DUPCQE_PROBE_NOT_ROOT) {
		found_closed(finding, machine->tracefs, -EACCES);
	} else if (look(machine->root, "sys/module/nvme_core")) {
		found(finding, FINDING_UNKNOWN, "the NVMe driver (nvme_core) is not loaded");
		advise(finding, "modprobe nvme, then look again");
	} else {
		found(finding, FINDING_ADVICE, "this driver completes requests that are not in flight: one stale "
		      "completion in sixteen takes the machine down, and no probe sees that one");
		advise(finding, "install the patched driver (make modules, make modules_install), and reboot: it refuses "
		       "them, and reports them");
	}
}
