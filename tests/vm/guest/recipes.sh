#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: the recipes of README.md, with trace-cmd alone.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh
root=$PWD
replay=$root/$replay_tool
cd "$work" || exit 1

hits() { trace-cmd report -N "${1:-trace.dat}" 2>/dev/null | grep -c 'nvme_dup_cqe:'; }
last() { trace-cmd report -N "$1" 2>/dev/null | tail -n 1; }
# What the hit's own CPU has from its first hit on. The other CPUs write until the kernel has swapped the buffers; on this one
# the hit may have interrupted a task or a soft interrupt in the middle of writing a record, which then comes behind it.
from_hit() {
	gawk '/nvme_dup_cqe:/ && !cpu { match($0, /\[[0-9]+\]/); cpu = substr($0, RSTART, RLENGTH) }
		cpu && index($0, cpu)'
}
posted() { sed -nE 's/^posted=([0-9]+) .*/\1/p' replayed; }

has "the event is listed" "$(trace-cmd list -e nvme)" '^nvme:nvme_dup_cqe$'

check "record" sh -c "trace-cmd record -q -e nvme:nvme_dup_cqe $replay --queue 1 --lap > replayed"
is "record: every hit is in the report" "$(hits)" "$(posted)"
has "record: the report shows all of the text" "$(last trace.dat)" \
	'nvme0: qid=1, cmdid=[0-9]+, reason=stale generation, tag=[0-9]+, .*, sqe=[0-9 ]+$'
is "record: nothing that trace-cmd cannot parse" "$(trace-cmd report -N trace.dat 2>&1 | grep -ci 'failed\|error')" 0

# The text of trace-cmd, without a plugin, against the kernel's own for the same records.
trace-cmd start -q -e nvme:nvme_dup_cqe
"$replay" --queue 0 --lap > replayed
trace-cmd stop
grep nvme_dup_cqe: "$tracefs/trace" | sed -E 's/.*nvme_dup_cqe: //' > kernel
trace-cmd extract -o same.dat > extracted
trace-cmd report -N same.dat | grep nvme_dup_cqe: | sed -E 's/.*nvme_dup_cqe: +//' > reported
# the library prints %#x of 0 as C does, and the words of an array in decimal without braces
plain() {
	gawk '{
		gsub(/0x0\>/, "0")
		while (match($0, /\{[^}]*\}/)) {
			n = split(substr($0, RSTART + 1, RLENGTH - 2), w, ","); out = ""
			for (i = 1; i <= n; i++) out = out (i > 1 ? " " : "") strtonum(w[i])
			$0 = substr($0, 1, RSTART - 1) out substr($0, RSTART + RLENGTH)
		}
		print }' "$1"
}
is "without a plugin: the text is the kernel's own" "$(plain reported)" "$(plain kernel)"
check "without a plugin: and it is not empty" test "$(wc -l < kernel)" -eq 32
trace-cmd reset

check "filter: none on the other queue" sh -c "trace-cmd record -q -e nvme:nvme_dup_cqe -f 'ctrl_id == 0 && qid == 2' \
	$replay --queue 1 --lap > replayed"
is "filter: none on the other queue, in the report" "$(hits)" 0
check "filter: all on this one" sh -c "trace-cmd record -q -e nvme:nvme_dup_cqe -f 'ctrl_id == 0 && qid > 0' \
	$replay --queue 1 --lap > replayed"
is "filter: all on this one, in the report" "$(hits)" "$(posted)"
check "filter: by address" sh -c "trace-cmd record -q -e nvme:nvme_dup_cqe \
	-f 'addr == \"$(basename "$(readlink /sys/class/nvme/nvme0/device)")\" && reason == 2' $replay --queue 1 --lap > replayed"
is "filter: by address, in the report" "$(hits)" "$(posted)"

check "history" sh -c "trace-cmd record -q -e nvme $replay --queue 1 --lap > replayed"
is "history: every hit" "$(hits)" "$(posted)"
check "history: the commands beside them" [ "$(trace-cmd report -N trace.dat 2>/dev/null | grep -c 'nvme_setup_cmd:')" -gt 8 ]

check "snapshot: armed" trace-cmd start -q -e nvme -e nvme:nvme_dup_cqe -R 'snapshot:1 if reason > 0'
"$replay" --queue 1 --lap > replayed
trace-cmd snapshot > frozen
has "snapshot: the hit" "$(cat frozen)" 'nvme_dup_cqe: nvme0: qid=1, '
check "snapshot: its CPU has at most what it interrupted behind it" test "$(from_hit < frozen | wc -l)" -le 3
is "snapshot: one hit" "$(grep -c nvme_dup_cqe: frozen)" 1
trace-cmd stop
for cpu in /sys/kernel/tracing/per_cpu/cpu*; do
	dd if="$cpu/snapshot_raw" of="${cpu##*/}" bs=4096 iflag=nonblock 2> /dev/null
done
check "snapshot: to a file" sh -c 'trace-cmd restore -c -o head && trace-cmd restore -i head -o snapshot.dat $(ls -v cpu*)'
is "snapshot: the file has the one hit" "$(hits snapshot.dat)" 1
trace-cmd report -N snapshot.dat 2> /dev/null > saved
has "snapshot: the hit in the file" "$(cat saved)" 'nvme_dup_cqe: +nvme0: qid=1, '
check "snapshot: its CPU in the file, likewise" test "$(from_hit < saved | wc -l)" -le 3
has "snapshot: the file has the history" "$(trace-cmd report -N snapshot.dat 2>/dev/null)" 'nvme_setup_cmd:'

# Why the condition: without it the kernel acts before the record is written.
trace-cmd reset
trace-cmd start -q -e nvme:nvme_dup_cqe -R snapshot:1
"$replay" --queue 1 --lap > replayed
is "snapshot without a condition: the hit is not in it" "$(grep -c nvme_dup_cqe: $tracefs/snapshot)" 0
trace-cmd stop

# The documented way. trace-cmd 3.1.6 reads the main buffer instead, which has the hits behind the first.
check "extract -s" trace-cmd extract -s -o extract.dat
case $(hits extract.dat) in
0) ok "extract -s: takes the snapshot (README.md can be made shorter)" ;;
"$(posted)") ok "extract -s: takes the main buffer instead of the snapshot, as README.md warns" ;;
*) not_ok "extract -s: $(hits extract.dat) hits of $(posted)" ;;
esac
trace-cmd reset
finish
