#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: the ring is replayed for some seconds. The guest lives, nothing locks up, and every
# completion that the controller posted was recorded or counted as lost.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh

seconds=${1:-10}

# storm NAME OPTION...
storm() {
	local name=$1 posted recorded lost
	shift
	dmesg -C
	trace_start
	check "$name: the storm ends and device and driver agree" \
		replay_to "$work/replay" --quiet --storm "$seconds" --timeout 60 "$@"
	trace_stop
	posted=$(sed -nE 's/^posted=([0-9]+) .*/\1/p' "$work/replay")
	recorded=$(grep -c nvme_dup_cqe: "$work/trace")
	lost=$(trace_lost)
	is "$name: recorded + lost is what the controller posted" $((recorded + lost)) "$posted"
	diag "$name: $posted in $seconds s, $recorded recorded, $lost lost in a buffer of 8 MB a CPU"
	check "$name: it was a storm" [ "$posted" -gt 1000 ]
	is "$name: the kernel has no complaint" "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ""
	check "$name: the disk still works" dd if=/dev/nvme0n1 of=/dev/null bs=4k count=1000 iflag=direct status=none
}

storm "I/O queue" --queue 1
storm "admin queue" --queue 0
finish
