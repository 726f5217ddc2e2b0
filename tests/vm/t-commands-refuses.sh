#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Outside the lab nvme-commands refuses to run, and opens nothing for writing before it knows where it is.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

tool=${BUILD:-build}/tests/vm/nvme-commands

if grep -qw dupcqe_lab=1 /proc/cmdline; then
	skip 'refuses outside the lab' 'this is the lab'
	finish
fi
for what in 'nvme0 admin' 'nvme0n1 io' 'nvme1 fabrics' 'nvme0 events' 'nonsense admin'; do
	# shellcheck disable=SC2086
	fails "refuses: $what" 3 "^nvme-commands: refused: the kernel's command line has no 'dupcqe_lab=1';" "$tool" $what
done
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	calls=$(strace -f "$tool" nvme0 admin io fabrics events 2>&1 |
		grep -E 'O_WRONLY|O_RDWR|O_CREAT|MAP_SHARED|mkdir|ioctl|fork|clone')
	is 'opens nothing for writing, starts nothing' "$calls" ''
else
	skip 'opens nothing for writing, starts nothing' 'strace is not there or not permitted'
fi
fails 'asks what to issue' 2 '^nvme-commands: wants a device and what to issue' "$tool" nvme0
fails 'refuses what it does not know' 2 "^nvme-commands: nothing is called 'bogus'" "$tool" nvme0 admin bogus
check 'has a help text' "$tool" --help
finish
