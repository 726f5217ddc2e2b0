#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Mainline with kernel-patch/7.3-panic-trigger: the kernel stops at the hit, in its context, and at no other.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh
. tests/vm/panics.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
console=$work/console
guest=tests/vm/guest/panic.sh
tracefs=/sys/kernel/tracing
event='trace event nvme:nvme_dup_cqe in instance'
record='nvme_dup_cqe: nvme0: qid=1, cmdid=[0-9]+, reason=stale generation, tag='

[[ " $LAB_KERNELS " == *" 7.3 "* ]] || { skip "the panic trigger" "it is for 7.3 only"; finish; }

source=$(tests/vm/source 7.3-panic-trigger) || exit 1
check "the patches on their kernel" kernel-patch/checkout 7.3-panic-trigger "$source" "$work/selftests"
in_lab 7.3 --depth 8 --timeout 200 --scratch "$work" -- tests/vm/guest/panic-trigger.sh

panics 7.3 "at the third hit" "$event \(top\): $record" --append ftrace_dump_on_oops -- \
	$guest trigger '' 'panic:3 if reason == 2 && ctrl_id == 0' --lap
record_saved "7.3: at the third hit" 3
panics 7.3 "without a filter, in an instance" "$event nvme-dupcqed: $record" -- $guest trigger nvme-dupcqed panic --lap
record_saved "7.3: in an instance" 1
panics 7.3 "armed at boot" "$event \(top\): $record" --append 'trace_trigger="nvme_dup_cqe.panic if reason == 2"' -- \
	$guest none --lap
panics 7.3 "in an NMI" 'trace event nmi:nmi_handler in instance \(top\): nmi_handler: nmi_cpu_backtrace_handler' \
	--qmp -- $guest nmi

# whose text needs an instance, if it is not careful: a mask, the address in a user event, and what has no event of its own
mask='trace event ipi:ipi_send_cpumask in instance \(top\): ipi_send_cpumask: cpumask=[0-9a-f,]+ callsite='
panics 7.3 "an event with a mask" "$mask" --cpus 4 -- \
	$guest event ipi/ipi_send_cpumask "echo 1 > $tracefs/events/nvme/nvme_dup_cqe/enable"
panics 7.3 "a user event" 'trace event user_events:lab in instance \(top\): lab: value=0x4d2 \(1234\)' -- $guest user
panics 7.3 "trace_marker" 'trace event ftrace:print in instance \(top\): [a-z_]+: that is it$' -- \
	$guest event ftrace/print "echo that is it > $tracefs/trace_marker"

# the first program, before any duplicate
at_boot='trace_trigger=sched_process_exec.panic'
panics 7.3 "armed at boot, integrity" 'trace event sched:sched_process_exec in instance \(top\): ' \
	--append "lockdown=integrity $at_boot" -- true
in_lab 7.3 --append "lockdown=confidentiality $at_boot" -- tests/vm/guest/panic-locked.sh
finish
