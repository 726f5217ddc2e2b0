#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A real crash kernel: what makedumpfile saves of a machine that nvme_dup_cqe_panic has stopped has the message, the trace, and
# the rings. On the kernel that makedumpfile of Debian 12 knows.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=${BUILD:-build}/nvme-dupcqe
kernel=6.1
[[ " $LAB_KERNELS " == *" $kernel "* ]] || { skip "kdump" "it is for $kernel only"; finish; }

# rings NAME FILE OPTION...: the duplicate is marked; in JSON, the whole rings are those of /proc/vmcore
rings() {
	local name=$1 file=$2
	shift 2
	has "$name: the duplicate is marked" "$("$tool" rings "$@" "$file" 2>&1)" '^ +[0-9]+ .*<- refused'
	"$tool" rings --json --all "$@" "$file" > "$work/rings"
	is "$name: it stands at the head" "$(jq .at_head "$work/rings")" true
	is "$name: all of the rings is as it was in memory" "$(jq -c '[.cq, .sq]' "$work/rings")" "$(jq -c '[.cq, .sq]' "$work/rings.proc")"
	is "$name: nothing of them was left out" "$(jq '[.cq, .sq | .entries[] | select(.words == null)] | length' "$work/rings")" 0
}

in_lab "$kernel" --depth 32 --mem 768 --timeout 600 --scratch "$work" --console "$work/console" \
	--append 'crashkernel=256M crash_kexec_post_notifiers' --crash tests/vm/guest/kdump-save.sh -- \
	env BUILD="${BUILD:-build}" tests/vm/guest/kdump.sh
makedumpfile --dump-dmesg "$work/vmcore" "$work/dmesg" > "$work/out" 2>&1 || diag "$(cat "$work/out")"
has "$kernel: the log of the dump has the panic" "$(cat "$work/dmesg")" \
	'Kernel panic - not syncing: nvme_dup_cqe_panic: .* nvme0: qid=1, .*cq_head=[0-9]+, .*cq_dma=0x'
has "$kernel: and the trace, with the hit" "$(sed -n '/Dumping ftrace/,$p' "$work/dmesg")" ': nvme_dup_cqe: nvme0: qid=1, '
rings "$kernel: compressed" "$work/vmcore"
rings "$kernel: compressed, with its dmesg" "$work/vmcore" --dmesg "$work/dmesg"
is "$kernel: the rings are whole" "$(jq -c '[.event.qid, (.cq, .sq | .depth, (.entries | length))]' "$work/rings.proc")" '[1,32,32,32,32]'
head -c $(($(stat -c %s "$work/vmcore") / 2)) "$work/vmcore" > "$work/half"
"$tool" rings "$work/half" > "$work/out" 2>&1
has "$kernel: half a dump is not taken for a whole one (status $?)" "$(cat "$work/out")" '^nvme-dupcqe: '
finish
