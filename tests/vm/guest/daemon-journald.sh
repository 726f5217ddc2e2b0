#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: the daemon beside a journald that works, then hangs, then works again.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

journald=/lib/systemd/systemd-journald
# what a socket holds before whoever sends to it has to wait; usually 512
sysctl -qw net.unix.max_dgram_qlen=40
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/log/journal /run/systemd/journal
SYSTEMD_LOG_TARGET=console $journald > "$work/journald" 2>&1 &
journald_pid=$!
check 'journald runs' wait_for 20 test -S /run/systemd/journal/socket

entries() { journalctl --no-pager -q -o json "$@"; }
entries_at_least() { [ "$(entries "${@:2}" | wc -l)" -ge "$1" ]; }
ran_at_least() { [ "$(wc -l < "$work/ran" 2> /dev/null || echo 0)" -ge "$1" ]; }

config '[daemon]' 'history = none' '[exec]' 'max-running = 64' '[rule all]' 'action = log' "action = exec /bin/sh -c \"echo hit >> $work/ran\""
"$daemon" --config "$conf" &
pid=$!
check 'its start is in the journal' wait_for 30 entries_at_least 1 MESSAGE_ID=921d410c3c374079aee7ab7e9f8ed6e5
lap
check 'each hit is in the journal' wait_for 30 entries_at_least "$(posted)" MESSAGE_ID=6068fb9a0a7d4f4ba9d45f1bfb982739
entries MESSAGE_ID=6068fb9a0a7d4f4ba9d45f1bfb982739 | head -n 1 > "$work/entry"
is 'with its fields' "$(json "$work/entry" PRIORITY SYSLOG_IDENTIFIER DUPCQE_RULE DUPCQE_DEVICE DUPCQE_QID DUPCQE_SERIAL _COMM | paste -sd,)" \
	4,nvme-dupcqed,all,nvme0,1,lab,nvme-dupcqed
is 'found by a field' "$(entries DUPCQE_CID="$(posted_cids | head -n 1)" DUPCQE_ACTION=log | wc -l)" 1

kill -STOP $journald_pid
for _ in {1..80}; do
	kill -USR1 $pid	# a line in the log each time
	sleep 0.05
done
before=$(wc -l < "$work/ran")
lap
check 'journald hangs: programs are run all the same' wait_for 30 ran_at_least $((before + $(posted)))
kill -CONT $journald_pid
lap
# with its next message, which may be the summary of a storm
told() { journalctl --no-pager -q -o cat _COMM=nvme-dupcqed | grep -E '^[1-9][0-9]* messages before this one were not taken by the journal'; }
check 'journald goes on: the log tells how much it did not take, in a line of its own' wait_for 120 told
kill -TERM $pid
wait $pid
is 'it ends as it is told' $? 0
check 'its end is in the journal' wait_for 20 entries_at_least 1 MESSAGE_ID=544d8aac42b44f5a80d7a58749c1910a
kill $journald_pid
finish
