#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: the two kinds of traces that a user of the KernelShark plugin opens, into the scratch folder: a recording of
# trace-cmd, and a snapshot of the daemon. Two tasks are at work, each on a CPU of its own.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh
export replay_tool

reads() { taskset -c "$1" dd if=/dev/nvme0n1 of=/dev/null bs=4k count=40 skip=$((100 * $1)) iflag=direct status=none; }
scene() {
	reads 0 &
	reads 1 &
	wait
	"$replay_tool" --queue 1 --lap > "$work/replayed" && reads 0 && "$replay_tool" --queue 2 --lap > "$work/replayed2"
}
export -f reads scene
export work

check "recorded" trace-cmd record -q -e nvme -e nvme:nvme_dup_cqe -o "$LAB_SCRATCH/recorded.dat" bash -c scene
check "the controller repeated itself" grep -q '^resync=ok' "$work/replayed2"

var_lib
config '[rule first]' 'action = snapshot'
daemon_start "snapshot"
reads 1
lap
check "a snapshot is saved" wait_for 60 snapshots_at_least 1
daemon_stop
cp "$(snapshot_files dat | head -n 1)" "$LAB_SCRATCH/snapshot.dat"
finish
