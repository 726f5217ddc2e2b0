#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: real records for tests/bench/plugin, as raw ring buffer pages and as perf.data.
# usage: plugin.sh CQE-REPLAY COMMANDS
set -eu
replay=$1
commands=$2
out=$LAB_SCRATCH
tracing=/sys/kernel/tracing
work=$(mktemp -d)
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

dmesg -n 1

# half reads, half writes, of one and of eight blocks
load() {
	local n=$((commands / 4))
	dd if=/dev/nvme0n1 of=/dev/null bs=512 count=$n iflag=direct status=none
	dd if=/dev/nvme0n1 of=/dev/null bs=4k count=$n iflag=direct status=none
	dd if=/dev/zero of=/dev/nvme0n1 bs=512 count=$n oflag=direct status=none
	dd if=/dev/zero of=/dev/nvme0n1 bs=4k count=$n oflag=direct status=none
}

# pages FOLDER: the ring buffer's pages as they are
pages() {
	local cpu
	mkdir "$out/$1"
	for cpu in $tracing/per_cpu/cpu*; do
		dd if="$cpu/trace_pipe_raw" of="$out/$1/${cpu##*/}" bs=4096 iflag=nonblock 2> /dev/null || true
	done
}

by_perf() {
	export -f load
	export commands
	perf record -q -B --synth=no -a -e 'nvme:nvme_setup_cmd,nvme:nvme_sq,nvme:nvme_complete_rq' \
		-o "$work/$1" -- bash -c "$2"
	cp "$work/$1" "$out/$1"
}

by_perf perf.data load
by_perf empty.data true

trace-cmd start -q -b 32768 -e nvme
load
trace-cmd stop
cat $tracing/per_cpu/cpu*/stats | awk '/^(overrun|dropped events)/ { n += $NF } END { exit n > 0 }'
pages commands
trace-cmd restore -c -o "$out/head" > /dev/null
trace-cmd reset

trace-cmd start -q -e nvme:nvme_dup_cqe
"$replay" --queue 1 --laps 4 --quiet > /dev/null
"$replay" --queue 1 --forget --lap --quiet > /dev/null
trace-cmd stop
pages duplicates
cat $tracing/events/nvme/nvme_dup_cqe/format > "$out/format"
