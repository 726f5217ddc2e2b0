#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, on a stock kernel: a recording of the event that a probe makes, with the commands beside it, into the scratch folder.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh
tool=${BUILD:-build}/nvme-dupcqe

check "probe: made" "$tool" probe add
check "probe: recorded" trace-cmd record -q -e nvme:nvme_setup_cmd -e nvme:nvme_complete_rq -e nvme:nvme_dup_cqe \
	-f "$("$tool" probe filter)" -o "$LAB_SCRATCH/probe.dat" sh -c "$replay_tool --queue 1 --lap > $work/replayed"
check "probe: the controller repeated itself" grep -q '^resync=ok' "$work/replayed"
sed -nE 's/^posted=([0-9]+) .*/\1/p' "$work/replayed" > "$LAB_SCRATCH/posted"
finish
