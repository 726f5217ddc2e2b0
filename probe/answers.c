// SPDX-License-Identifier: LGPL-2.1-or-later
#include "probe_parts.h"

static const struct {
	const char *text, *advice;
} answers[DUPCQE_PROBE_ANSWERS] = {
	[DUPCQE_PROBE_ADDED] = { "the probe nvme:nvme_dup_cqe is there", "" },
	[DUPCQE_PROBE_THERE] = { "the probe nvme:nvme_dup_cqe is there already", "" },
	[DUPCQE_PROBE_REMOVED] = { "the probe nvme:nvme_dup_cqe is removed", "" },
	[DUPCQE_PROBE_ABSENT] = { "there is no probe nvme:nvme_dup_cqe", "" },
	[DUPCQE_PROBE_PATCHED] = { "the driver has the event nvme:nvme_dup_cqe itself: nothing is needed", "" },
	[DUPCQE_PROBE_FOREIGN] = { "somebody else has made an event nvme:nvme_dup_cqe, it is left alone",
				   "see dynamic_events in tracefs; who made it has to remove it" },
	[DUPCQE_PROBE_SHADOWS] = { "the driver that was loaded since has the event itself, and the probe is in its way",
				   "'nvme-dupcqe probe remove', then load the driver again, or reboot" },
	[DUPCQE_PROBE_BUSY] = { "the probe nvme:nvme_dup_cqe is in use",
				"stop recording it and take its triggers away, in the instances too" },
	[DUPCQE_PROBE_NOT_ROOT] = { "tracefs is not open to this user", "run it as root" },
	[DUPCQE_PROBE_NO_TRACEFS] = { "there is no tracefs", "mount -t tracefs nodev /sys/kernel/tracing" },
	[DUPCQE_PROBE_LOCKED_DOWN] = { "the kernel is locked down for confidentiality and has no tracing",
				       "boot without lockdown=confidentiality; until then dmesg alone tells of a hit" },
	[DUPCQE_PROBE_NO_KPROBES] = { "this kernel has no kprobe events (CONFIG_KPROBE_EVENTS)",
				      "install the patched driver (make modules, make modules_install), which needs none" },
	[DUPCQE_PROBE_OFF] = { "kprobes are switched off, none records anything",
			       "sysctl kernel.ftrace_enabled=1, and 1 into /sys/kernel/debug/kprobes/enabled; then again" },
	[DUPCQE_PROBE_NO_BTF] = { "this kernel has no type information (CONFIG_DEBUG_INFO_BTF)",
				  "install the patched driver (make modules, make modules_install), which needs none" },
	[DUPCQE_PROBE_BAD_BTF] = { "this kernel's type information cannot be used",
				   "install the patched driver (make modules, make modules_install), which needs none" },
	[DUPCQE_PROBE_NO_DRIVER] = { "the NVMe driver is not loaded, and its type information comes with it",
				     "modprobe nvme, then again" },
	[DUPCQE_PROBE_NO_FUNCTION] = { "this kernel has no function _dev_warn that can be probed",
				       "install the patched driver (make modules, make modules_install), which needs none" },
	[DUPCQE_PROBE_NO_REGISTERS] = { "the registers of this architecture are not known here",
					"x86_64 and aarch64 are; elsewhere install the patched driver (make modules)" },
	[DUPCQE_PROBE_REFUSED] = { "the kernel refuses the probe",
				   "see error_log in tracefs; the patched driver (make modules) needs no probe" },
	[DUPCQE_PROBE_FAILED] = { "a file of the kernel's cannot be read or written", "" },
};

const char *dupcqe_probe_text(enum dupcqe_probe_answer answer)
{
	return (unsigned int)answer < DUPCQE_PROBE_ANSWERS ? answers[answer].text : "";
}

const char *dupcqe_probe_advice(enum dupcqe_probe_answer answer)
{
	return (unsigned int)answer < DUPCQE_PROBE_ANSWERS ? answers[answer].advice : "";
}
