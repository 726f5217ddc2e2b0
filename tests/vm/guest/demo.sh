#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: record while the controller posts the completions of a whole ring again.
set -eu
cd "$(dirname "$0")/../../.."
data=$(mktemp -d)/trace.dat
export TRACEEVENT_PLUGIN_DIR=$PWD/build/plugin

echo
echo '$ trace-cmd record -e nvme:nvme_dup_cqe'
trace-cmd record -q -e nvme:nvme_dup_cqe -o "$data" build/tests/vm/cqe-replay --queue 1 --lap > /run/replay
grep -q '^resync=ok' /run/replay
echo "  ... and the controller executes its 8 entry ring once more, uninvited:" \
	"$(sed -nE 's/^posted=([0-9]+) .*/\1 completions/p' /run/replay)"
echo
echo '$ trace-cmd report -N      (what it is without the plugin: the first record)'
trace-cmd report -N "$data" 2> /dev/null | grep -m 1 'nvme_dup_cqe:' | sed -E 's/^ +//; s/: +/: /' | fold -s -w 108
echo
echo '$ trace-cmd report      (the first and the last record)'
trace-cmd report "$data" | grep 'nvme_dup_cqe:' | sed -n '1p;$p' | sed -E 's/^ +//; s/nvme_dup_cqe: +/nvme_dup_cqe: /' | fold -s -w 108
echo
echo '$ trace-cmd report -O nvme:verbose      (below the last record)'
trace-cmd report -O nvme:verbose "$data" | tac | sed '/nvme_dup_cqe:/,$d' | tac
echo
echo "$(trace-cmd report "$data" | grep -c 'nvme_dup_cqe:') completions that no request was waiting for." \
	"On a kernel without the patches all that is left of this is two lines each in dmesg."
