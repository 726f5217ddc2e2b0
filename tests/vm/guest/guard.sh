#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, full queue depth: what takes an unpatched kernel down (tests/vm/t-stock.sh). The guard refuses and
# reports every one, idle and under load, and the disk is right afterwards.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh

value() { sed -nE "s/^posted=.* $1=([0-9]+).*/\1/p; s/^($1)=([0-9]+) .*/\2/p" "$work/replay"; }

# lap NAME OPTION...: the events are as many as the controller posted, of each kind
lap() {
	local name=$1
	shift
	trace_start
	check "$name: the controller repeats itself and agrees again" replay_to "$work/replay" --queue 1 --quiet "$@"
	trace_stop
	is "$name: nothing was lost" "$(trace_lost)" 0
	is "$name: one event for each completion" "$(grep -c nvme_dup_cqe: "$work/trace")" "$(value posted)"
	is "$name: those that match are refused as not in flight" \
		"$(grep -c 'reason=not in flight' "$work/trace")" "$(value match)"
	diag "$name: $(grep '^posted=' "$work/replay")"
}

# A lap can get lost under load (the rewound tail is overtaken), so the controller posts whole laps, at
# most as many as were asked for. Every completion that is wrongly believed leaves a true one to be refused:
# the number of events is that of the duplicates all the same.
under_load() {
	local depth=$1 events
	trace_start
	check "under load: four writers go on and their data is right" \
		"$replay_tool" --queue 2 --quiet --laps 12 --writers 4 --timeout 120
	trace_stop
	events=$(grep -c nvme_dup_cqe: "$work/trace")
	is "under load: nothing was lost" "$(trace_lost)" 0
	check "under load: at least one lap was reported ($events events)" [ "$events" -ge "$depth" ]
	is "under load: only whole laps" $((events % depth)) 0
}

dmesg -C
lap "one match" --match
check "one match: it was one" [ "$(value match)" = 1 ]
lap "a lap of writes through the block layer" --lap --fill block
lap "a lap of writes" --lap --fill write
check "a lap of writes: some of them match" [ "$(value match)" -gt 10 ]
under_load 1024
check "verified I/O afterwards" fio --name=verify --filename=/dev/nvme0n1 --direct=1 --rw=randwrite --bs=4k --size=16m \
	--ioengine=libaio --iodepth=32 --verify=crc32c --do_verify=1 --verify_fatal=1 --output-format=terse
is "the kernel has no complaint" "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ""
finish
