#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: the plugin's text of every command that the lab can issue against the kernel's own of the same records, in
# trace-cmd, in KernelShark and in perf.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
host_events='nvme_setup_cmd nvme_complete_rq nvme_sq nvme_async_event'
target_events='nvmet_req_init nvmet_req_complete nvmet_async_event'

# Nothing but our plugin, and by no other way than the one that is tested: the readers get a home of their own (the lab
# keeps the real one, its cache is there).
home=$work/home
export PERF_CONFIG=/dev/null
unset TRACEEVENT_PLUGIN_DIR
mkdir -p "$work/plugins" "$home"
for file in plugin/plugin_nvme.so tests/vm/nvme-commands tests/vm/cqe-replay tests/plugin/kshark-info; do
	[ -e "$build/$file" ] || { not_ok "'$build/$file' is missing: run make"; finish; }
done
cp "$build/plugin/plugin_nvme.so" "$work/plugins/"

# records FILE: FILE.CPU-sorted records
records() {
	gawk -f tests/vm/plugin-records.awk "$1" 2> "$1.strange" | sort -s -n -k1,1 > "$1.records"
}

# of FILE EVENT
of() {
	gawk -F'\t' -v event="$2" '$2 == event' "$1.records"
}

# same NAME EVENT KERNEL-TEXT OUTPUT LEAST: equal, byte for byte, and at least LEAST records
same() {
	local count
	of "$3" "$2" > "$work/wanted"
	of "$4" "$2" > "$work/got"
	count=$(wc -l < "$work/wanted")
	if [ "$count" -lt "$5" ]; then
		not_ok "$1: $2: at least $5 records"
		diag "got: $count"
	elif cmp -s "$work/wanted" "$work/got"; then
		ok "$1: $2: $count records"
	else
		not_ok "$1: $2: $count records"
		diag "$(diff "$work/wanted" "$work/got" | head -n 12 | cut -c 1-400)"
	fi
}

report() {
	HOME=$home TRACEEVENT_PLUGIN_DIR=$work/plugins trace-cmd report "$1" > "$2" 2> "$2.err"
	records "$2"
}

failed_to_parse() {
	grep -c 'FAILED TO PARSE' "$1"
}

# Names of commands in an event's own format.
names() {
	grep -oE '"nvme_(admin|cmd|fabrics_type)_[a-z_]+"' "$1" | tr -d '"'
}

# The controller decides what a target's event is told of; the driver tells of all.
coverage() {
	local k=$1 dir=$2 missing
	gawk -f tests/vm/plugin-pieces.awk "$dir/all.text.records" | sort -u > "$work/pieces"
	missing=$(names "$dir/format.nvme_setup_cmd" | while read -r name; do
		grep -q "^nvme_setup_cmd $name " "$work/pieces" || echo "$name"
	done)
	is "$k: each of the kernel's $(names "$dir/format.nvme_setup_cmd" | wc -l) commands was traced" "$missing" ''
	check "$k: it knows at least 40" [ "$(names "$dir/format.nvme_setup_cmd" | wc -l)" -ge 40 ]
	gawk -v k="$k" '!/^#/ && index("," $1 ",", "," k ",") {
		head = $2 " " $3
		n = split(substr($0, length($1 " " head) + 2), field, ", ")
		for (i = 1; i <= n; i++) print head " " field[i]
	}' tests/vm/plugin-pieces |
		sort -u > "$work/expected"
	check "$k: they are at least 120" [ "$(wc -l < "$work/expected")" -ge 120 ]
	is "$k: all $(wc -l < "$work/expected") kinds of text are there" "$(comm -23 "$work/expected" "$work/pieces")" ''
}

# What our own event's line must have, whatever else it says: the same hits in the same order.
duplicates() {
	local k=$1 dir=$2
	of "$dir/all.text" nvme_dup_cqe | grep -oE 'nvme0: qid=[0-9]+, cmdid=[0-9]+, ' > "$work/wanted"
	of "$work/report" nvme_dup_cqe | cut -f 3 | grep -oE '^nvme0: qid=[0-9]+, cmdid=[0-9]+, ' > "$work/got"
	is "$k: nvme_dup_cqe: as many as were posted" "$(wc -l < "$work/wanted")" \
		"$(sed -nE 's/^posted=([0-9]+) .*/\1/p' "$dir/posted" | awk '{ n += $1 } END { print n + 0 }')"
	check "$k: nvme_dup_cqe: the same hits in the same order" cmp "$work/wanted" "$work/got"
	of "$work/bare" nvme_dup_cqe > "$work/wanted"
	of "$work/report" nvme_dup_cqe > "$work/got"
	is "$k: nvme_dup_cqe: each line is the plugin's" "$(sort "$work/wanted" "$work/got" | uniq -d | head -n 1)" ''
}

trace_cmd() {
	local k=$1 dir=$2 event
	records "$dir/all.text"
	is "$k: the kernel's text is records throughout" "$(head -n 3 "$dir/all.text.strange")" ''
	report "$dir/all.dat" "$work/report"
	for event in $host_events; do
		same "$k: trace-cmd" "$event" "$dir/all.text" "$work/report" \
			"$([ "$event" = nvme_async_event ] && echo 3 || echo 3000)"
	done
	for event in $target_events; do
		same "$k: trace-cmd" "$event" "$dir/all.text" "$work/report" \
			"$([ "$event" = nvmet_async_event ] && echo 3 || echo 500)"
	done
	is "$k: trace-cmd: as many records as the kernel has" \
		"$(wc -l < "$work/report.records")" "$(wc -l < "$dir/all.text.records")"
	is "$k: trace-cmd: nothing that it cannot parse" "$(failed_to_parse "$work/report")" 0
	check "$k: a command was tried again" grep -q 'retries=5' "$dir/all.text"
	trace-cmd report -N "$dir/all.dat" > "$work/bare" 2> /dev/null
	records "$work/bare"
	duplicates "$k" "$dir"
	coverage "$k" "$dir"
	check "$k: trace-cmd: without the plugin it cannot parse them" [ "$(failed_to_parse "$work/bare")" -ge 3000 ]
}

# KernelShark's Info column, by its library; in the order of time, so only what is there counts.
kernelshark() {
	local k=$1 dir=$2
	grep -v 'nvme_dup_cqe' "$dir/all.text.records" | cut -f 2,3 | sort > "$work/wanted"
	HOME=$home TRACEEVENT_PLUGIN_DIR=$work/plugins "$build/tests/plugin/kshark-info" "$dir/all.dat" 2> /dev/null |
		grep -v 'nvme_dup_cqe' | sed -E 's|^nvmet?/([a-z_]+): |\1\t|' | sort > "$work/got"
	check "$k: KernelShark's Info column: $(wc -l < "$work/wanted") records" cmp "$work/wanted" "$work/got"
	check "$k: KernelShark: they are at least 10000" test "$(wc -l < "$work/wanted")" -ge 10000
}

# script NAME DIR: perf's text is the kernel's, with the plugin found in the one way or the other
script() {
	local event
	HOME=$home perf script -i "$2/perf.data" -F comm,tid,cpu,time,event,trace > "$work/script" 2> "$work/script.err"
	records "$work/script"
	for event in nvme_setup_cmd nvme_complete_rq nvme_sq; do
		same "$1" "$event" "$2/perf.text" "$work/script" 50
	done
	is "$1: nothing that it cannot parse" "$(failed_to_parse "$work/script")" 0
	same "$1 as in trace-cmd" nvme_dup_cqe "$work/report" "$work/script" 16
}

perf_script() {
	local k=$1 dir=$2 folder=$home/.local/lib/traceevent/plugins
	records "$dir/perf.text"
	HOME=$home perf script -i "$dir/perf.data" -F comm,tid,cpu,time,event,trace > "$work/bare" 2>&1
	check "$k: perf: without the plugin it cannot parse them" [ "$(failed_to_parse "$work/bare")" -ge 50 ]
	report "$dir/perf.dat" "$work/report"
	TRACEEVENT_PLUGIN_DIR=$work/plugins script "$k: perf, TRACEEVENT_PLUGIN_DIR" "$dir"
	mkdir -p "$folder"
	cp "$work/plugins/plugin_nvme.so" "$folder/"
	script "$k: perf, ~/.local" "$dir"
	rm -r "$folder"
}

for kernel in $LAB_KERNELS; do
	scratch=$work/$kernel
	mkdir "$scratch"
	cp "$build/tests/vm/nvme-commands" "$build/tests/vm/cqe-replay" "$scratch/"
	in_lab "$kernel" --depth 16 --append nvme_core.multipath=0 --timeout 600 --scratch "$scratch" -- \
		tests/vm/guest/plugin.sh /run/lab/scratch
	trace_cmd "$kernel" "$scratch"
	kernelshark "$kernel" "$scratch"
	perf_script "$kernel" "$scratch"
done
finish
