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

# The daemon: the same once more, by its default rules.
run=/run/nvme-dupcqed
mkdir -p /run/snapshots
sed 's|^\[snapshots\]|&\ndirectory = /run/snapshots\nmin-free = 0|' daemon/nvme-dupcqed.conf > /run/demo.conf
echo
echo '$ nvme-dupcqed --foreground &      (its default rules: every hit is logged, the first one also saves the history)'
build/nvme-dupcqed --foreground --config /run/demo.conf > /run/demo.log 2>&1 &
daemon=$!
until grep -q ': started' /run/demo.log; do kill -0 $daemon; sleep 0.1; done
dd if=/dev/nvme0n1 of=/dev/null bs=4k count=20 iflag=direct status=none
build/tests/vm/cqe-replay --queue 1 --lap --quiet > /run/replay
until grep -q 'saved as' /run/demo.log; do kill -0 $daemon; sleep 0.1; done
grep -v ': started' /run/demo.log | awk '/every-hit.*qid/ && seen++ { next } { print }' | sed 's| \[DUPCQE_.*||' | fold -s -w 108 | sed 's/^/  /'
kill -USR1 $daemon
until [ -s "$run/nvme-dupcqed.json" ] && ! grep -q '"hits":0' "$run/nvme-dupcqed.json"; do sleep 0.1; done
echo
echo '$ nvme-dupcqe status'
build/nvme-dupcqe status | fold -s -w 108
kill $daemon
wait $daemon

snapshot=$(echo /run/snapshots/*.dat)
hit=$(trace-cmd report "$snapshot" 2> /dev/null | grep 'nvme_dup_cqe:' | tail -n 1)
cmdid=$(sed -nE 's/.*cmdid=([0-9]+),.*/\1/p' <<< "$hit")
echo
echo "\$ trace-cmd report ${snapshot##*/} | grep cmdid=$cmdid      (how the command of the hit went)"
trace-cmd report "$snapshot" 2> /dev/null | grep -E " cmdid=$cmdid," | tail -n 3 | sed -E 's/^ +//; s/: +/: /' | fold -s -w 108
