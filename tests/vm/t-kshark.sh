#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Traces of real duplicates in the KernelShark plugin: what it links is what a search through the report finds, and a real
# KernelShark draws it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh
. tests/kshark/lib.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'ks_end; rm -rf "$work"' EXIT
export LSAN_OPTIONS=suppressions=tests/kshark/lsan.supp:print_suppressions=0
kernel=${LAB_KERNELS%% *}

# By another way than the plugin's: of each duplicate, the last submission above it with its id and queue, and the first
# completion behind that. In the order of the report: "CID SUBMISSION COMPLETION", - where there is none.
searched() {
	trace-cmd report -t -N -i "$1" 2> /dev/null | gawk '
		function field(name) { return match($0, "\\<" name "=[0-9]+") ? substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) : "" }
		function stamp() { return match($0, /[0-9]+\.[0-9]{9}:/) ? substr($0, RSTART, RLENGTH - 1) : "" }
		{ id = field("qid") "/" (field("cid") != "" ? field("cid") : field("cmdid")) }
		/: nvme_setup_cmd:/ { submission[id] = stamp(); uses[id]++ }
		/: nvme_complete_rq:/ && !((id, uses[id]) in completion) { completion[id, uses[id]] = stamp() }
		/: nvme_dup_cqe:/ { n++; key[n] = id SUBSEP uses[id]; cid[n] = field("cmdid"); from[n] = submission[id]; reason[n] = /reason=unknown/ }
		END { for (i = 1; i <= n; i++) {
			to = key[i] in completion ? completion[key[i]] : "-"
			if (from[i] == "" || reason[i]) { from[i] = to = "-" }
			print cid[i], from[i], to } }'
}

linked() {
	HOME=$work "$build/san/tests/kshark/pairs" "$1" 2> /dev/null | sed -E 's/.* cid=([0-9]+) .*submission=([^@ ]+)(@[0-9]+)? completion[a-z-]*=([^@ ]+)(@[0-9]+)? taker.*/\1 \2 \4/'
}

same_links() {
	searched "$2" > "$work/searched"
	linked "$2" > "$work/linked"
	check "$1: duplicates are in it" test -s "$work/searched"
	is "$1: the plugin links what a search through the report finds" "$(cat "$work/linked")" "$(cat "$work/searched")"
	check "$1: some have submission and completion" grep -Eq '^[0-9]+ [0-9.]+ [0-9.]+$' "$work/linked"
}

# the mark of a duplicate is as high as its row
marks() { for row in 0 1; do ks_row $row columns dc1428 0 $((KS_HEIGHT - 4)); done | wc -l; }

drawn() {
	ks_check "$1: a real KernelShark opens it" ks_start -p "$PWD/$build/plugin/plugin-nvme_dup_cqe.so" -i "$2"
	check "$1: it shows marks" test "$(marks)" -ge 1
	ks_check "$1: it closes" ks_close
}

in_lab "$kernel" --depth 16 --timeout 600 --scratch "$work" -- env BUILD="$build" tests/vm/guest/kshark.sh
ks_begin "$work/screen" || exit
for trace in recorded snapshot; do
	same_links "$kernel, $trace" "$work/$trace.dat"
	drawn "$kernel, $trace" "$work/$trace.dat"
done

in_lab "$kernel" --stock --depth 8 --timeout 600 --scratch "$work" -- env BUILD="$build" tests/vm/guest/kshark-probe.sh
is "$kernel, a stock kernel's probe: each hit is linked to its command" \
	"$(HOME=$work "$build/san/tests/kshark/pairs" "$work/probe.dat" 2> /dev/null | grep -cE ' found submission=[0-9].* completion=[0-9]')" "$(cat "$work/posted")"
drawn "$kernel, a stock kernel's probe" "$work/probe.dat"
finish
