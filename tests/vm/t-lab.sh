#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab itself: status, output, files, and a guest that panics told apart from one that hangs.
set -u

cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
lab=tests/vm/lab

ordinary() {
	local status=0
	mkdir "$dir/scratch"
	# shellcheck disable=SC2016
	$lab --stock --scratch "$dir/scratch" -- bash -c '
		seq 400000; echo "to stderr" >&2; echo reopened >/dev/stdout
		pwd >"$LAB_SCRATCH/pwd"; id -u >"$LAB_SCRATCH/id"
		touch /usr/lab-was-here 2>/dev/null && echo writable >"$LAB_SCRATCH/root"
		ls /dev/nvme0n1 /sys/kernel/tracing/events /sys/kernel/debug >/dev/null && touch /tmp/x /run/x /var/tmp/x &&
			touch "$LAB_SCRATCH/place"
		exit 7' >"$dir/out" || status=$?
	is "the command's status is the lab's" $status 7
	is '2.7 MB of output arrive whole' "$(head -n 400000 "$dir/out" | sha256sum)" "$(seq 400000 | sha256sum)"
	is 'stderr and a reopened stdout too' "$(tail -n 2 "$dir/out" | paste -sd,)" 'to stderr,reopened'
	is 'the command runs as root' "$(cat "$dir/scratch/id")" 0
	is 'where the caller was' "$(cat "$dir/scratch/pwd")" "$PWD"
	is "the host's root is read-only" "$(ls "$dir/scratch/root" /usr/lab-was-here 2>/dev/null)" ''
	check 'disk, tracefs, debugfs and writable folders are there' test -e "$dir/scratch/place"
}

panics() {
	# how much the kernel prints behind it varies
	# shellcheck disable=SC2016
	LAB_CONSOLE_LINES=200 fails 'a panic is status 126, with the console' 126 'sysrq triggered crash' \
		$lab --stock --console "$dir/console" -- sh -c 'echo c >/proc/sysrq-trigger; sleep 60'
	has 'and the console is kept' "$(cat "$dir/console")" 'Kernel panic'
}

# QEMU is gone before the kernel has written it all: another CPU had the console
panics_without_a_word() {
	fails 'a panic of which the console says nothing is status 126 too' 126 'the guest panicked' \
		$lab --stock --console "$dir/mute" -- sh -c 'echo 0 >/proc/sys/kernel/printk; echo c >/proc/sysrq-trigger; sleep 60'
	is 'it does say nothing' "$(grep -a 'Kernel panic' "$dir/mute")" ''
}

hangs() {
	fails 'a guest without an end is status 124' 124 'the guest hung: no end within 20 s' \
		$lab --stock --timeout 20 -- sleep 1000
}

# shellcheck disable=SC2016
the_end_of_qemu() {
	local pid
	$lab --stock --scratch "$dir" -- sh -c 'touch $LAB_SCRATCH/up; sleep 1000' >/dev/null 2>&1 &
	pid=$!
	for _ in $(seq 600); do
		[ -e "$dir/up" ] && break
		sleep 0.1
	done
	check 'the guest runs' test -e "$dir/up"
	kill -TERM $pid
	wait $pid
	is 'a lab that is ended says so' $? 143
	is 'and takes its QEMU with it' "$(pgrep -f "path=$dir,security_model")" ''
}

does_not_come_up() {
	LAB_BOOT_LIMIT=1 fails 'a guest that does not come up is started again, twice' 125 'did not come up within 1 s, for the third time' \
		$lab --stock -- true
}

ordinary
panics
does_not_come_up
panics_without_a_word
hangs
the_end_of_qemu
finish
