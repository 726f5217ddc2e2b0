#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab with --icount: the time of nvme_trace_dup_cqe(), the event's cold path with the search of the submission
# ring and the copy of the window; off and on. A lap of a full ring of 1024: the search ends after half of it on average.
set -eu
cd "$(dirname "$0")/../../.."
tracing=/sys/kernel/tracing
work=$(mktemp -d)
replay=build/tests/vm/cqe-replay

# samples FILE: instructions of each call of the function, from the function graph tracer
samples() { sed -nE 's/.* ([0-9]+)\.([0-9]{3}) us .*nvme_trace_dup_cqe.*/\1\2/p' "$1" | sed 's/^0*//' | sort -n; }
middle() { awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "none", NR ? v[NR] : "none" }'; }

measure() {
	echo > $tracing/trace
	echo 1 > $tracing/tracing_on
	"$replay" --queue 1 --quiet --lap --timeout 300 "$@" > "$work/replay"
	echo 0 > $tracing/tracing_on
	samples $tracing/trace | middle
}

echo 0 > $tracing/tracing_on
echo 16384 > $tracing/buffer_size_kb
echo nvme_trace_dup_cqe > $tracing/set_graph_function
echo 1 > $tracing/max_graph_depth
echo function_graph > $tracing/current_tracer
off=$(measure --fill write)
mkdir -p $tracing/instances/cold
echo 16384 > $tracing/instances/cold/buffer_size_kb
echo 1 > $tracing/instances/cold/events/nvme/nvme_dup_cqe/enable
on=$(measure --fill write)
size=$(gawk '/^entries:/ { e += $2 } /^bytes:/ { b += $2 } END { print e ? int(b / e) : "none" }' $tracing/instances/cold/per_cpu/cpu*/stats)
printf '%-8s off: median %s, longest %s; on, depth 1024: median %s, longest %s; record: %s bytes\n' "$1" $off $on "$size"
