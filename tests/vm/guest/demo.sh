#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: record while the controller posts the completions of a whole ring again.
set -eu
cd "$(dirname "$0")/../../.."
data=$(mktemp -d)/trace.dat

echo
echo '$ trace-cmd record -e nvme:nvme_dup_cqe'
trace-cmd record -q -e nvme:nvme_dup_cqe -o "$data" build/tests/vm/cqe-replay --queue 1 --lap > /run/replay
grep -q '^resync=ok' /run/replay
echo "  ... and the controller executes its 8 entry ring once more, uninvited:" \
	"$(sed -nE 's/^posted=([0-9]+) .*/\1 completions/p' /run/replay)"
echo
echo '$ trace-cmd report -N      (the first record; no plugin is needed)'
trace-cmd report -N "$data" | grep -m 1 'nvme_dup_cqe:' | sed -E 's/^ +//; s/: +/: /' | fold -s -w 108
echo
trace-cmd report -N "$data" | awk -f tests/vm/guest/demo.awk
