#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is left of the scene: while both queues are busy a duplicate comes in, the machine panics and is stopped there, and the
# rings are read out of its memory. Then it goes on and prints the completions that it had processed since the hit.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=${BUILD:-build}/nvme-dupcqe
table=$work/table
declare -A append=([module]=crashkernel=24M)

# the trace that the kernel printed
traced() { sed -n '/Dumping ftrace/,$p' "$work/text" | grep -E "$1"; }

# record WHICH-FIELDS...: the record of the event in that trace with these fields of the line
record() {
	local line=$1 key value record
	record=$(traced ': nvme_dup_cqe: nvme0: ')
	for key in qid cmdid cq_head cq_dma; do
		value=$(grep -oE " $key=[^,]*" <<< "$line" | head -n 1)
		record=$(grep -E "$value(,|$)" <<< "$record")
	done
	head -n 1 <<< "$record"
}

# the 16 bytes of a record, as guest/trace.sh takes them from it
cqe_of() (
	. tests/vm/guest/trace.sh
	rm -rf "$work"
	record_cqe "$1"
)

json() { jq -r "$1" "$work/rings"; }

# entry RING SLOT: its words in hexadecimal
entry() {
	local words
	mapfile -t words < <(json ".$1.entries[] | select(.slot == $2) | .words[:4][]")
	printf '%08x %08x %08x %08x\n' "${words[@]}"
}

stop() {
	local kernel=$1 way=$2 status=0
	rm -f "$work/dump"
	tests/vm/lab --kernel "$kernel" ${3:+--append "$3"} --depth 32 --mem 512 --timeout 600 --scratch "$work" --console "$work/console" \
		--dump "$work/dump" -- env BUILD="${BUILD:-build}" tests/vm/guest/scene.sh "$way" > "$work/out" 2>&1 || status=$?
	tr -d '\r' < "$work/console" > "$work/text"
	is "$kernel, $way: the machine panics" "$status" 126
	[ "$status" = 126 ] || diag "$(tail -n 40 "$work/out")"
	check "$kernel, $way: its memory was written" test -s "$work/dump"
}

# the line and the rings, from the dump alone
read_rings() {
	local name=$1
	check "$name: rings reads the dump" sh -c '"$1" rings --json "$2" > "$3"' sh "$tool" "$work/dump" "$work/rings"
	has "$name: the line about the hit is in the dump's log" "$(json .line)" \
		'nvme0: qid=1, .*cq_head=[0-9]+, .*sq_dma=0x[0-9a-f]+, cq_dma=0x[0-9a-f]+'
	hit=$(record "$(json .line)")
	has "$name: the trace that the kernel printed has the hit" "$hit" 'nvme_dup_cqe: nvme0: qid=1'
	is "$name: the ring's address is the record's" "$(json .cq.dma)" "$(grep -oE 'cq_dma=[^,]*' <<< "$hit" | cut -d= -f2)"
}

# the duplicate stands at the head, and the command that had its id is found
scene_is_there() {
	local name=$1 head
	head=$(grep -oE ' cq_head=[0-9]+' <<< "$hit" | cut -d= -f2)
	is "$name: the duplicate stands at the head, byte for byte" "$(entry cq "$head")" "$(cqe_of "$hit")"
	is "$name: rings knows it" "$(json .at_head)" true
	is "$name: a submission entry has its command id" "$(json '.event.sqe[0] / 65536 | floor')" \
		"$(grep -oE ' cmdid=[0-9]+' <<< "$hit" | cut -d= -f2)"
	has "$name: for people: the duplicate is marked" "$("$tool" rings "$work/dump")" "^ +$head .*<- refused"
}

# since the first hit: of its queue, of the other ones
processed() {
	local name=$1 way=$2 own all
	all=$(traced ': nvme_complete_rq: ' | wc -l)
	own=$(traced ': nvme_complete_rq: .* qid=1,' | wc -l)
	printf '| %s | %s | %s | %s | %s |\n' "$kernel" "$way" "$own" "$((all - own))" "$(json .at_head)" >> "$table"
	if [ "$way" != sysrq ]; then
		is "$name: no completion of its queue was processed after the hit" "$own" 0
		check "$name: completions were traced: others went on ($all)" [ "$all" -gt 0 ]
	else
		check "$name: completions went on after the hit ($all)" [ "$all" -gt 0 ]
	fi
}

# a kernel that is not loaded: the one is too small, the other not there
kexec_says() {
	case $2 in
	module) has "$1: kexec on a crash kernel that has too little memory" "$(cat "$work/kexec")" 'Could not find a free area of memory' ;;
	sysrq) has "$1: kexec where none was reserved" "$(cat "$work/kexec")" 'Memory for crashkernel is not reserved' ;;
	esac
}

for pair in 7.3:trigger 6.12:module 6.12:sysrq; do
	kernel=${pair%:*} way=${pair#*:}
	[[ " $LAB_KERNELS " == *" $kernel "* ]] || { skip "$kernel, $way" "LAB_KERNELS has no $kernel"; continue; }
	stop "$kernel" "$way" "${append[$way]-}"
	read_rings "$kernel, $way"
	[ "$way" = sysrq ] || scene_is_there "$kernel, $way"
	processed "$kernel, $way" "$way"
	kexec_says "$kernel, $way" "$way"
done
diag "$(printf '| kernel | way | completions of the queue of the hit until the stop | of the other queue | the duplicate is still there |\n%s' \
	"$(cat "$table")")"
finish
