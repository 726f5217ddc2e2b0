#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: record every command that it can issue, with the kernel's own text of the same records beside. The host
# compares (tests/vm/t-plugin.sh), it is the faster of the two.
# usage: plugin.sh FOLDER-OF-PROGRAMS
# shellcheck disable=SC2154 # trace.sh sets work and tracefs
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh
. tests/vm/guest/plugin-target.sh
commands=$1/nvme-commands
replay_tool=$1/cqe-replay
out=$LAB_SCRATCH

lost() {
	cat "$tracefs"/per_cpu/cpu*/stats | awk '/^(overrun|dropped events)/ { n += $NF } END { print n + 0 }'
}

# keep NAME: the kernel's text, then the records, which reading takes out of the buffer
keep() {
	trace-cmd stop
	cat "$tracefs/trace" > "$out/$1.text"
	is "$1: no record is lost" "$(lost)" 0
	check "$1: trace-cmd extract" trace-cmd extract -o "$out/$1.dat"
	trace-cmd reset > /dev/null
}

record() {
	trace-cmd start -q -b 16384 -e nvme -e nvmet
}

# The same commands by both tracers, and some duplicates.
few_commands() {
	dd if=/dev/nvme0n1 of=/dev/null bs=4k count=50 iflag=direct status=none
	nvme id-ctrl /dev/nvme0
	nvme admin-passthru /dev/nvme0 -O 0xc1
	nvme flush /dev/nvme0 -n 1
	"$replay_tool" --queue 1 --lap
}

with_perf() {
	export -f few_commands
	export replay_tool
	record
	check "perf: records" perf record -q -B --synth=no -a -e 'nvme:*' -o "$work/perf.data" -- bash -c few_commands
	cp "$work/perf.data" "$out/"
	keep perf
}

on_disk() {
	check "$1" "$commands" nvme0 admin io fabrics events
	dd if=/dev/zero of=/dev/nvme0n1 bs=64k count=8 oflag=direct status=none
	dd if=/dev/nvme0n1 of=/dev/null bs=4k count=64 iflag=direct status=none
	blkdiscard -l 1M /dev/nvme0n1
	blkdiscard -z -l 1M /dev/nvme0n1
	echo 1 > /sys/class/nvme/nvme0/reset_controller
}

on_target() {
	local n
	check "$1: target" target_start
	check "$1: connect" target_connect
	check "$1: admin" "$commands" "$(target_ctrl)" admin fabrics
	for n in 1 2 3; do
		check "$1: namespace $n" "$commands" "$(target_ctrl)n$n" io
	done
	target_events
	check "$1: disconnect" nvme disconnect -n $target_nqn
}

duplicates() {
	check "duplicates: I/O queue" replay_to "$work/io" --queue 1 --lap
	check "duplicates: admin queue" replay_to "$work/admin" --queue 0 --lap
	check "duplicates: tags without a request" replay_to "$work/forget" --queue 1 --forget --lap
	cat "$work"/{io,admin,forget} > "$out/posted"
}

# what the drivers say of thousands of refused commands takes its time on a serial port
dmesg -n 1
check "modules of the target" target_modules
for system in nvme nvmet; do
	for event in "$tracefs/events/$system"/*/format; do
		event=${event%/format}
		cat "$event/format" > "$out/format.${event##*/}"
	done
done
with_perf
record
on_target "every command, to a target"
on_disk "every command, to a disk"
duplicates
keep all
is "no warning in the kernel's log" "$(dmesg | grep -E 'WARNING:|BUG:|Oops|blocked for more')" ''
finish
