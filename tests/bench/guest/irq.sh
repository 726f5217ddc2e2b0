#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab with --icount --cpus 1: how many instructions the completion interrupt takes for one completion.
# Guest time is instructions there, one nanosecond each. The function graph tracer gives the time of
# nvme_irq() and of the functions it calls; what is left is the driver's own loop and the tracer's own
# cost, which is the same for every kernel that is compared. Prints `INSTRUCTIONS COUNT`, sorted. With a second argument
# `probe` that is made first, and recorded; with `elsewhere` a kprobe event that has nothing to do with it: ftrace's own work
# changes with the first one that there is.
set -eu
tracing=/sys/kernel/tracing
dev=/dev/nvme0n1
work=$(mktemp -d)

if [ "${2-}" = probe ]; then
	"$(dirname "$0")/../../../build/nvme-dupcqe" probe add > /dev/null
	mkdir $tracing/instances/probe
	for event in nvme_dup_cqe nvme_dup_cqe_why; do
		cat $tracing/events/nvme/$event/filter > $tracing/instances/probe/events/nvme/$event/filter
		echo 1 > $tracing/instances/probe/events/nvme/$event/enable
	done
elif [ "${2-}" = elsewhere ]; then
	echo 'p:elsewhere/halt kernel_halt' >> $tracing/kprobe_events
	mkdir $tracing/instances/probe
	echo 1 > $tracing/instances/probe/events/elsewhere/halt/enable
fi
echo 0 > $tracing/tracing_on
echo nvme_irq > $tracing/set_graph_function
echo 2 > $tracing/max_graph_depth
echo 65536 > $tracing/buffer_size_kb
echo function_graph > $tracing/current_tracer
dd if=$dev of=/dev/null bs=4k count=200 iflag=direct status=none
echo 1 > $tracing/tracing_on
dd if=$dev of=/dev/null bs=4k count="${1:-2000}" iflag=direct status=none
echo 0 > $tracing/tracing_on

# a call with no other call inside is one line that ends in `();`
cat $tracing/trace > "$work/trace"
awk '/nvme_irq.*\(\) \{/ { inside = 1; children = 0; calls = 0; next }
	!inside || !match($0, /[0-9]+\.[0-9]+ us/) { next }
	{ time = substr($0, RSTART, RLENGTH - 3) * 1000 }
	/\(\);/ { children += time; calls++; next }
	/\}/ { if (calls > 0) print time - children, calls; inside = 0 }' "$work/trace" |
	sort -n | uniq -c | awk '{ print $2, $3, $1 }'
