#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab with --icount --cpus 1: instructions for a line of the kernel's log, as sysrq-t prints them (through _printk), without
# a probe and with ours recorded. The console takes none of them. Prints `LINES WITHOUT WITH RATIO`, of each the least of five.
set -eu
tracing=/sys/kernel/tracing

# the least number of nanoseconds, which are instructions, for a line
line() {
	local i start end lines
	for i in 1 2 3 4 5; do
		dmesg -C
		start=${EPOCHREALTIME/[.,]/}
		echo t > /proc/sysrq-trigger
		end=${EPOCHREALTIME/[.,]/}
		lines=$(dmesg | wc -l)
		echo "$lines $(((end - start) * 1000 / lines))"
	done | sort -k 2,2n | head -n 1
}

dmesg -n 1
echo 1 > /proc/sys/kernel/sysrq
line > /dev/null
read -r lines without < <(line)
"$(dirname "$0")/../../../build/nvme-dupcqe" probe add > /dev/null
for event in nvme_dup_cqe nvme_dup_cqe_why; do
	echo 1 > $tracing/events/nvme/$event/enable
done
read -r _ with < <(line)
awk -v l="$lines" -v a="$without" -v b="$with" 'BEGIN { printf "%d %d %d %.2f\n", l, a, b, b / a }'
