#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: arm, provoke duplicates, and be gone. Comes back only if there was no panic.
#   panic.sh trigger INSTANCE TRIGGER REPLAY-OPTION...   INSTANCE may be empty
#   panic.sh module PARAMETERS REPLAY-OPTION...          armed as the module is loaded
#   panic.sh armed PARAMETERS REPLAY-OPTION...           armed later
#   panic.sh none REPLAY-OPTION...                       armed already, at boot
#   panic.sh nmi                                         the trigger on an event of a non-maskable interrupt
#   panic.sh event EVENT COMMAND                         the trigger on another event, which COMMAND brings about
#   panic.sh user                                        the trigger on a user event
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/vm/guest/trace.sh

event=events/nvme/nvme_dup_cqe
parameters=/sys/module/nvme_dup_cqe_panic/parameters

# enable_in FOLDER: the record of the hit is looked for in what the kernel dumps
enable_in() {
	mkdir -p "$1"
	echo 1 > "$1/$event/enable"
}

arm_trigger() {
	local dir=$tracefs${1:+/instances/$1}
	enable_in "$dir"
	echo "$2" > "$dir/$event/trigger" || exit 1
	[ -z "$1" ] || echo "$1" > /proc/sys/kernel/ftrace_dump_on_oops
}

arm_module() {
	local setting
	insmod "$LAB_PANIC_MODULE" || exit 1
	for setting; do
		echo "${setting#*=}" > "$parameters/${setting%%=*}" || exit 1
	done
	echo 1 > $parameters/armed || exit 1
}

# a user event with a field of 8 bytes, written with the trigger set; struct user_reg is in linux/user_events.h
user_event() {
	perl -e '
		my $events = shift;
		my $enabled = "\0" x 16;
		my $what = "lab u64 value\0";
		my $reg = pack "LCCSQQL", 28, 0, 4, 0, unpack("Q", pack "P", $enabled), unpack("Q", pack "P", $what), 0;
		open my $data, "+<", "$events/user_events_data" or die "user_events_data: $!";
		ioctl $data, 0xc0082a00, $reg or die "DIAG_IOCSREG: $!";
		open my $trigger, ">", "$events/events/user_events/lab/trigger" or die "trigger: $!";
		syswrite $trigger, "panic" or die "panic: $!";
		syswrite $data, pack "LQ", unpack("x24L", $reg), 1234 or die "write: $!";' "$tracefs"
}

# QEMU ends at the word of pvpanic, which comes before the kernel dumps the trace: it shall end at the reboot
for file in /sys/bus/pci/drivers/pvpanic-pci/*/events; do
	echo 0 > "$file"
done
kind=$1
shift
# the probe of the event is registered behind that of the module, and yet is run before it
case $kind in
trigger)
	arm_trigger "$1" "$2"
	shift 2
	;;
module)
	# shellcheck disable=SC2086
	insmod "$LAB_PANIC_MODULE" $1 || exit 1
	enable_in "$tracefs"
	shift
	;;
armed)
	# shellcheck disable=SC2086
	arm_module $1
	enable_in "$tracefs"
	shift
	;;
nmi)
	echo panic > "$tracefs/events/nmi/nmi_handler/trigger" || exit 1
	qmp_open
	printf '{"execute":"inject-nmi"}\n' >&7
	;;
event)
	echo panic > "$tracefs/events/$1/trigger" || exit 1
	eval "$2"
	;;
user) user_event || exit 1 ;;
esac
case $kind in
nmi|event|user) ;;
*) "$replay_tool" --queue 1 --quiet "$@" ;;
esac
sleep 1
echo "no panic"
exit 1
