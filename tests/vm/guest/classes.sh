#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: each class of bad completion on the admin queue and on an I/O queue, the event
# compared field by field with what the controller was made to do. Wants --depth 16 and --qmp.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh

depth=$(cat /sys/module/nvme/parameters/io_queue_depth)
bdf=$(basename "$(readlink /sys/class/nvme/nvme0/device)")

compare() {
	local name=$1 qid=$2 depth=$3
	gawk -v name="$name" -v qid="$qid" -v depth="$depth" -v bdf="$bdf" \
		-f tests/vm/guest/compare.awk "$work/replay" "$work/trace"
}

# replay NAME QID DEPTH OPTION...
replay() {
	local name=$1 qid=$2 depth=$3
	shift 3
	trace_start
	check "$name: the controller repeats itself and agrees again" replay_to "$work/replay" --queue "$qid" "$@"
	trace_stop
	compare "$name" "$qid" "$depth" > "$work/checks"
	cat "$work/checks"
	_lib_failed=$((_lib_failed + $(grep -c '^not ok' "$work/checks")))
	grep -q 'number of records' "$work/checks" || not_ok "$name: compared"
}

# The kernel's message is the oracle for both generations (6.1 prints every one of them). Where few tags have gone through all their
# generations, one entry of each has the generation that is expected: refused by its state, with another message.
oracle() {
	is "$1: generations as in the kernel's messages" \
		"$(sed -nE 's/.*reason=stale generation, tag=([0-9]+), genctr=([0-9]+), expected=([0-9]+),.*/\1 \2 \3/p' "$work/trace" | sort)" \
		"$(dmesg | sed -nE 's/.*request (0x[0-9a-f]+) genctr mismatch \(got (0x[0-9a-f]+) expected (0x[0-9a-f]+)\).*/\1 \2 \3/p' |
			while read -r a b c; do echo $((a)) $((b)) $((c)); done | sort)"
}

# The bytes in guest memory, read by QEMU, against the record's CQE: of the last record, nothing else
# has come in on that queue since.
memory() {
	local name=$1 line dma head file=$LAB_SCRATCH/cqe.bin
	line=$(tail -n 1 "$work/trace")
	dma=$(sed -nE 's/.* cq_dma=(0x[0-9a-f]+),.*/\1/p' <<<"$line")
	head=$(sed -nE 's/.* cq_head=([0-9]+),.*/\1/p' <<<"$line")
	qmp_pmemsave $((dma + 16 * head)) 16 cqe.bin
	is "$name: the bytes in the ring of guest memory" "$(od -An -tx4 -v "$file" | xargs)" "$(record_cqe "$line")"
}

dmesg -C
replay "admin queue, stale" 0 32 --lap
[ "$LAB_KERNEL" != 6.1 ] || oracle "admin queue, stale"
memory "admin queue, stale"
dmesg -C
replay "I/O queue, stale, refused commands" 1 "$depth" --lap --fill refused
[ "$LAB_KERNEL" != 6.1 ] || oracle "I/O queue, stale"
memory "I/O queue, stale"
replay "I/O queue, stale, writes" 1 "$depth" --lap --fill write
replay "I/O queue, slots never used" 1 "$depth" --lap --unused
replay "I/O queue, tags without a request" 2 "$depth" --lap --forget
replay "admin queue, matching generation" 0 32 --match
replay "I/O queue, matching generation" 1 "$depth" --match
is "the kernel has no complaint" "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall')" ""
finish
