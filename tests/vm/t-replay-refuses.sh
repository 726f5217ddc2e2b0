#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Outside the lab cqe-replay refuses to run, says why in one line, and touches nothing.
set -eu
cd "$(dirname "$0")/../.."
. tests/lib.sh

tool=${BUILD:-build}/tests/vm/cqe-replay
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lines() {
	"$tool" "$@" 2>&1 | wc -l
}

# Every place that it could have left a trace in.
state() {
	ls /sys/kernel/tracing/instances 2>/dev/null || true
	ls /dev /sys/bus/pci/drivers/nvme 2>/dev/null || true
	grep -r . /sys/class/nvme/*/state 2>/dev/null || true
}

# Opened for writing, mapped for all to see, made or told to a device: none of it.
touched() {
	strace -f -o "$work/calls" "$tool" --lap >/dev/null 2>&1 || true
	grep -E 'O_WRONLY|O_RDWR|O_CREAT|MAP_SHARED|mkdir|ioctl|sched_setaffinity|fork|clone' "$work/calls" || true
}

# A mount namespace of its own in which the kernel's command line has the token; the device does not exist,
# so this is safe even where all witnesses agree.
with_token() {
	echo 'quiet dupcqe_lab=1' > "$work/cmdline"
	# shellcheck disable=SC2016
	unshare -m bash -c 'mount --bind "$1" /proc/cmdline && shift && exec "$@"' - "$work/cmdline" \
		"$tool" --lap --device nvme999
}

if grep -qw dupcqe_lab=1 /proc/cmdline; then
	skip 'refuses outside the lab' 'this is the lab'
	finish
fi

before=$(state)
for what in '--lap' '--match --queue 0' '--storm 1' '--unused --lap' '--one --device nvme1'; do
	# shellcheck disable=SC2086
	fails "refuses: $what" 3 "^cqe-replay: refused: the kernel's command line has no 'dupcqe_lab=1';" \
		"$tool" $what
done
is 'refuses in one line' "$(lines --lap)" 1
is 'nothing has changed' "$(state)" "$before"
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	is 'opens nothing for writing, starts nothing' "$(touched)" ''
else
	skip 'opens nothing for writing, starts nothing' 'strace is not there or not permitted'
fi
if [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
	fails 'refuses with the token alone' 3 '^cqe-replay: refused: ' with_token
else
	skip 'refuses with the token alone' 'needs root and a mount namespace'
fi

fails 'asks what to post' 2 '^cqe-replay: say what to post' "$tool"
fails 'refuses an unknown option' 2 'unrecognized option' "$tool" --bogus
fails 'refuses an argument' 2 '^cqe-replay: takes no arguments' "$tool" --lap nvme0
fails 'refuses two modes' 2 '^cqe-replay: only one of' "$tool" --lap --match
fails 'refuses a number out of range' 2 '^cqe-replay: --storm takes a number from 1' "$tool" --storm 0
fails 'refuses a number with a tail' 2 "^cqe-replay: --queue takes a number .* not '1x'" "$tool" --queue 1x --lap
fails 'refuses a negative number' 2 '^cqe-replay: --laps takes a number' "$tool" --laps -1
fails 'refuses an unknown fill' 2 "^cqe-replay: --fill does not know 'read'" "$tool" --fill read --lap
fails 'refuses flush on the admin queue' 2 '^cqe-replay: the admin queue takes' "$tool" --queue 0 --fill flush --lap
fails 'refuses resync with a lap' 2 '^cqe-replay: --resync is for' "$tool" --lap --resync reset
check 'has a help text' "$tool" --help
has 'help names every mode' "$("$tool" --help)" '\{--lap \| --count N \| --one \| --match \| --storm SECONDS\}'
has 'tells its version' "$("$tool" --version)" '^cqe-replay [0-9]'
finish
