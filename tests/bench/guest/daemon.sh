#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, for tests/bench/daemon: the same latencies with the driver's own event, from a controller that repeats
# its completions; with the readers that need it or need a machine of their own. A ring of two entries is repeated,
# which is two hits: the first one counts. usage: daemon.sh HITS ROUNDS
set -u
cd "$(dirname "$0")/../../.." || exit 1

hits=$1
rounds=$2
name=bench
event=nvme:nvme_dup_cqe
burst=0.1
work=$(mktemp -d)
for program in nvme-dupcqed daemon-rig daemon-stamp cqe-replay; do
	cp "$LAB_SCRATCH/$program" "$work/" || exit 1
done

# shellcheck source=tests/bench/daemon-lib.sh
. tests/bench/daemon-lib.sh

# the first ones are read while the replay still runs: what it does then is in the time of all readers alike
fire_hits() {
	local i
	for ((i = 0; i < $1; i++)); do
		"$work/cqe-replay" --queue 1 --lap --quiet > /dev/null || die "no hit"
		sleep 0.3
	done
}

table() {
	head_line "a program: its first instruction ($((hits * rounds)) hits of each)" median '99 %' ratio
	row spawn spawn 'posix_spawn of it: the floor'
	row daemon_exec spawn 'nvme-dupcqed, exec'
	row pipe_exec spawn 'cat trace_pipe | gawk, system()'
	row stream_exec spawn 'trace-cmd stream | gawk, system()'
	row dmesg_exec spawn 'dmesg -W | grep --line-buffered | gawk, system()'
	head_line 'in the process' median '99 %' ratio
	row wake wake 'a byte through a pipe to another process: the floor'
	row ring wake 'epoll on the raw rings and nothing else'
	row daemon_act wake 'nvme-dupcqed, log: its first instruction'
	head_line 'a line, until another process has it (two wake-ups)' median '99 %' ratio
	row daemon_log wake 'nvme-dupcqed, log'
	row pipe_line wake 'cat trace_pipe | gawk, print'
}

dmesg -n 1
instance "$name-clock"
make_act_probe
for ((turn = 0; turn < rounds; turn++)); do
	floors "$hits" 300000
	for reader in daemon_exec daemon_act daemon_log pipe_exec pipe_line ring stream_exec dmesg_exec; do
		round "$reader" "$hits"
	done
done
table
clean_up
