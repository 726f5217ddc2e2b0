#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvme-dupcqe rings: what it prints of small dumps made here (make-core), and what it does with those that are none.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

export LC_ALL=C
tool=${TOOL:-$(realpath "${BUILD:-build}")/nvme-dupcqe}
tests=$PWD/tests/cmd
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

if "$tool" rings x 2>&1 | grep -q 'built without'; then
	not_ok 'libkdumpfile was there when it was built: run make deps'
	finish
fi

place='sq_dma=0x1012000, cq_dma=0x1010000'
line="Kernel panic - not syncing: nvme_dup_cqe_panic: 0000:00:04.0: nvme0: qid=1, cmdid=12290, tag=2, genctr=3, expected=4, opcode=1, "
line+="reason=stale generation, depth=8, sq_tail=5, cq_head=3, $place"
daemon="nvme-dupcqed: nvme0: qid=1, cmdid=12290, depth=8, sq_tail=5, cq_head=3, $place"

core() { "$tests/make-core" core "$@"; }
rings() { "$tool" rings "$@" core; }
shown() { is "$1" "$(rings "${@:3}" 2>&1)" "$(cat "$tests/$2.txt")"; }

core "log=booted
$line
went down"
shown 'of the module: text' rings
is 'of the module: JSON' "$(rings --json | jq -S -c .)" "$(cat "$tests/rings.json")"
shown 'the whole rings' rings-all --all
core "log=nvme0: qid=2, cmdid=1, depth=4, cq_head=1, sq_dma=0x1, cq_dma=0x2
$line
$daemon"
has 'the last line counts' "$(rings)" "^line .* nvme-dupcqed: nvme0: qid=1, "
is 'the last line counts: the rest is as before' "$(rings --json --all | jq -c '.cq, .sq')" "$(core "log=$line" && rings --json --all | jq -c '.cq, .sq')"

# a large ring: the window goes over its end
core "log=${line/depth=8/depth=64}" depth=64 head=3
has 'a large ring: begins 12 before the head' "$(rings | grep -A1 '^cq ring' | tail -n 1)" '^ +55  '
is 'a large ring: 16 entries, as in the record' "$(rings --json | jq -c '.cq.entries | [length, .[0].slot, .[-1].slot]')" '[16,55,6]'
is 'a large ring: all entries' "$(rings --json --all | jq '[.cq, .sq | .entries | length] | join(",")')" '"64,64"'

# the queue went on after the hit
core "log=$line" cid=16386
has 'another entry at the head: said' "$(rings)" '^ +the entry at slot 3 is not the hit.s any more: the queue went on$'
has 'another entry at the head: shown' "$(rings)" '^ +3 .* <- where the refused one stood$'
is 'another entry at the head: JSON' "$(rings --json | jq .at_head)" false
is 'another entry at the head: exit status' "$(rings > /dev/null; echo $?)" 0
for change in '.sqhd=9' '.sqid=2' '.res=0x1' '.status=0x2, phase=1'; do
	core "log=${line/, depth/, ${change#.}, depth}"
	is "another entry at the head, by ${change#.}" "$(rings --json | jq .at_head)" false
done

# the daemon's line, and a lap later: the same command id at the same place
entry=', res=0x0, sqhd=3, sqid=1, status=0x0, phase=1, addr=0000:00:04.0'
core "log=$daemon$entry"
is "the daemon's line: still there" "$(rings --json | jq .at_head)" true
core "log=$daemon${entry/phase=1/phase=0}"
is "the daemon's line: a lap later" "$(rings --json | jq .at_head)" false

# a message that ends where the ring of messages does
block=$(((8 + ${#line} + 7) / 8 * 8)) fill=
for _ in $(seq 15); do fill+=$(printf '%1016s' x)$'\n'; done
fill+=$(printf "%$((1024 - block - 8))s" x)
core "log=$fill
$line"
has 'the last message before the ring of messages goes round' "$(rings)" '<- refused'

# the place by hand
core log=nothing
fails 'no line' 3 '^nvme-dupcqe: no line about a duplicate completion in the kernel.s log' rings
by_hand=(--cq-dma 0x1010000 --depth 8 --head 3)
is 'by hand: the rings' "$(rings "${by_hand[@]}" --sq-dma 16850944 --json --all | jq -c '[.cq, .sq]')" "$(core "log=$line" && rings --json --all | jq -c '[.cq, .sq]')"
has 'by hand: marked' "$(rings "${by_hand[@]}")" '^ +3 .*12290 .*<- refused'
is 'by hand: no submission ring' "$(rings "${by_hand[@]}" --json | jq -c '[.sq.entries, .event.sqe]')" '[[],null]'
for wrong in '--depth 1' '--depth 65537' '--depth x' '--depth -8' '--depth 8x' '--depth 0x' '--depth 99999999999999999999' '--head 8' \
	'--head -1' '--cq-dma 0' '--cq-dma 0x1010001' '--cq-dma 0x1ffffffffffffffff' '--sq-dma 0' '--sq-dma 0x1012001' '--sqe-bytes 63' \
	'--sqe-bytes 96' '--sqe-bytes 8192'; do
	# shellcheck disable=SC2086
	fails "by hand: $wrong" 2 "^nvme-dupcqe: ${wrong% *}: '.*' is not a number that it can have" rings "${by_hand[@]}" $wrong
done
for missing in '--cq-dma 0x1010000' '--depth 8 --head 3' '--sq-dma 0x1012000' '--cq-dma 0x1010000 --head 3'; do
	# shellcheck disable=SC2086
	fails "by hand, not all: $missing" 2 'all but the first are needed together' rings $missing
done
fails 'by hand, and a log' 2 'dmesg is of no use' rings "${by_hand[@]}" --dmesg core
has 'larger submission entries' "$(rings "${by_hand[@]}" --sq-dma 0x1012000 --sqe-bytes 128)" 'entries of 128 bytes'

# the log from elsewhere
core log=nothing
printf '\0[ 1.0] %s\r\nx' "$line" > console
core log=nothing
has "a console's log" "$(rings --dmesg console)" '<- refused'
fails 'a log without a hit' 3 'no line about a duplicate' rings --dmesg core
fails 'no such log' 4 "^nvme-dupcqe: cannot read 'none': No such file" rings --dmesg none
fails 'a log that is a folder' 4 "cannot read '.'" rings --dmesg .
mkfifo pipe
fails 'a log that is a pipe' 4 "cannot read 'pipe'" rings --dmesg pipe
core "log=$line" noinfo=1
fails 'a dump that does not say where its log is' 4 "cannot find the kernel's log in 'core': it does not say where that is; give it" rings
has 'a dump that does not say where its log is, and the log' "$(rings --dmesg console)" '<- refused'

# addresses that are no memory, and memory that is not there
core "log=${line/cq_dma=0x1010000/cq_dma=0xfffe0000}"
fails 'no memory there' 3 'cannot read the completion ring: 0xfffe0000 is not .*; an IOMMU may translate the address; the record' rings
core "log=pci 0000:00:04.0: Adding to iommu group 7
${line/cq_dma=0x1010000/cq_dma=0xfffe0000}"
fails 'no memory there, and an IOMMU' 3 "an IOMMU translates for the controller \('.*0000:00:04.0: Adding to iommu group 7'\)" rings
core "log=pci 0000:00:04.0: Adding to iommu group 7
${line/cq_dma=0x1010000/cq_dma=0x1018000}"
fails 'other memory there, and an IOMMU' 3 'an IOMMU translates' rings
core "log=pci 0000:00:05.0: Adding to iommu group 8
pci 10000:00:04.0: Adding to iommu group 9
$line" cid=16386
is "another device's IOMMU: the queue went on" "$(rings --json | jq .at_head)" false
core "log=${line/cq_dma=0x1010000/cq_dma=0x1018000}"
fails 'other memory there' 3 'what is at 0x1018000 in memory is not the completion ring of queue 1; an IOMMU may translate' rings
core "log=pci 0000:00:05.0: Adding to iommu group 8
$daemon"
has "the daemon's line, and another device's IOMMU" "$(rings)" '<- refused'
core "log=iommu: Default domain type: Passthrough
pci 0000:00:04.0: Adding to iommu group 7
$line"
has 'an IOMMU that passes all through' "$(rings)" '<- refused'
core "log=pci 0000:00:04.0: Adding to iommu group 7
$line"
has 'an IOMMU, and yet it is there' "$(rings)" '<- refused'
core "log=$line" drop=16
fails 'the completion ring was left out' 3 'cannot read the completion ring: 0x1010000 is not in the dump' rings
core "log=$line" drop=18
has 'the submission ring was left out' "$(rings)" '^sq ring   0x1012000 is not in the dump'
has 'the submission ring was left out: the other is there' "$(rings)" '<- refused'
core "log=${line/depth=8/depth=128}" depth=128 drop=19
is 'half of the submission ring was left out' "$(rings --json --all | jq '[.sq.entries[] | select(.words == null)] | length')" 64
has 'half of the submission ring was left out: said' "$(rings --all)" '^ +127  not in the dump$'
core "log=${line/cq_dma=0x1010000/cq_dma=0xfffffffffffffff0}"
fails 'a ring beyond the end of all addresses' 3 'cannot read the completion ring' rings
core "log=${line/cq_head=3/cq_head=8}"
fails 'a line that makes no sense: head' 3 'makes no sense: slot 8 of 8' rings
core "log=${line/depth=8/depth=4000000000}"
fails 'a line that makes no sense: depth' 3 'makes no sense: slot 3 of 4000000000' rings
core "log=${line/sq_tail=5/sq_tail=65535}"
has 'a tail beyond the ring' "$(rings)" 'carried the command id last'
core "log=${line/sq_tail=5/sq_tail=-1}"
has 'no tail: the only one with that command id' "$(rings)" '2 .*carried the command id last'

# compressed by makedumpfile
core "log=$line" compressed=1
is 'compressed: the rings' "$(rings --json --all | jq -c '[.cq, .sq, .at_head, .release]')" "$(core "log=$line" && rings --json --all | jq -c '[.cq, .sq, .at_head, .release]')"
core "log=$line" compressed=1 drop=16
fails 'compressed: the completion ring was left out' 3 'cannot read the completion ring: 0x1010000 is not in the dump' rings
core "log=${line/cq_dma=0x1010000/cq_dma=0xfffe0000}" compressed=1
fails 'compressed: no memory there' 3 'cannot read the completion ring: 0xfffe0000 is not memory of the machine' rings
core "log=$line" compressed=1
for cut in 100 440 4096 20000 20600 100000 150000; do
	head -c $cut core > part
	"$tool" rings part > out 2>&1
	status=$?
	has "compressed, cut after $cut bytes: a word ($status)" "$status $(cat out)" "^[034] nvme-dupcqe: 'part' is (cut short: [0-9]+ bytes|not a dump)"
done

head -c 80000 core > part
fails 'compressed, cut before the completion ring: not shown as zeroes' 3 'cannot read the completion ring: 0x1010000 is not in the dump' \
	"$tool" rings part

# a terminal is not driven
core "log=$(printf 'x\033[2J')${line/0000:00:04.0/$(printf '\033]0;x\007.\377')}"
is 'nothing for the terminal in it' "$({ rings; rings --json; } | tr -d ' -~\n' | od -c)" 0000000
check 'JSON all the same' sh -c '"$1" rings --json core | jq -e .line' sh "$tool"

# a log that lies
lies() { core "log=$line" "$@"; fails "a log that lies: $*" 4 "cannot find the kernel's log in 'core': " rings; }
lies 'info:OFFSET(prb_desc.state_var)=20'
lies 'info:OFFSET(prb_desc.state_var)=x'
lies 'info:OFFSET(prb_desc.state_var)='
lies 'info:SIZE(prb_desc)=18446744073709551615'
lies 'info:SIZE(printk_info)=0'
lies 'info:SIZE(printk_ringbuffer)=79' 'info:OFFSET(prb_data_ring.data)=24'
lies 'info:SYMBOL(prb)=0'
lies 'info:SYMBOL(prb)=ffffffffffffffff'
lies 'set:0x4000=ffffffffffffffff'
lies 'set:0x4100=00000000'
lies 'set:0x4100=ffffffff'
lies 'set:0x4130=ff000000'
lies 'set:0x4130=00000000'
lies drop=4
lies drop=8,9,10,11
bend() { core "log=$line" "$@"; fails "a log that lies: $*" 3 'no line about a duplicate' rings; }
bend 'set:0x50a8=ffffffffffffffff'
bend 'set:0x50b0=0100000000000000'
bend 'set:0x50b8=0800000000000000'
bend 'set:0x6278=0000'
bend 'set:0x4118=0000000000000000' 'set:0x4120=0000000000000000'
core "log=$line, x" 'set:0x6278=ffff'
has 'a length beyond its block ends with that' "$(rings)" '<- refused'

# what is no dump
fails 'no file' 4 "^nvme-dupcqe: cannot open 'none': No such file" "$tool" rings none
fails 'a folder' 4 "^nvme-dupcqe: cannot read '.': it is not a file" "$tool" rings .
fails 'a pipe' 4 "^nvme-dupcqe: cannot read 'pipe': it is not a file" "$tool" rings pipe
: > empty
fails 'an empty file' 4 "^nvme-dupcqe: 'empty' is not a dump that can be read: " "$tool" rings empty
fails 'a text' 4 "^nvme-dupcqe: 'console' is not a dump that can be read: " "$tool" rings console
fails 'a program' 4 '^nvme-dupcqe: ' "$tool" rings "$tool"
core "log=$line"
for cut in 1 63 64 100 200 1000 2000 20000 66000; do
	head -c $cut core > part
	"$tool" rings part > out 2>&1
	status=$?
	has "cut after $cut bytes: a word, and status 3 or 4 ($status)" "$status $(cat out)" '^[34] nvme-dupcqe: '
done
head -c 70000 core > part
has 'cut behind the completion ring: said' "$("$tool" rings part 2>&1)" "^nvme-dupcqe: 'part' is cut short: 62108 bytes or more are missing"
has 'cut behind the completion ring: that is shown' "$("$tool" rings part 2> /dev/null)" '<- refused'

# whatever the library makes of them, and where it goes down itself: an answer or a word
damaged() {
	perl -e 'srand shift; local $/; my $all = <STDIN>;
		substr($all, rand() < 0.8 ? rand 1200 : rand length $all, 1) = chr rand 256 for 1 .. 4;
		print $all' "$1" < core > part
}
bad=
for seed in $(seq 40); do
	damaged "$seed"
	"$tool" rings part > out 2>&1
	status=$?
	[[ $status =~ ^[034]$ ]] && [ -s out ] || bad+=" $seed:$status"
done
is '40 damaged dumps: an answer or a word' "$bad" ''

fails 'no dump' 2 '^nvme-dupcqe: rings wants VMCORE' "$tool" rings
fails 'two dumps' 2 "'b' is not an option of rings" "$tool" rings a b
fails 'an unknown option' 2 "'--x' is not an option of rings" "$tool" rings --x a
has 'help names the exit statuses' "$("$tool" rings --help)" '^exit status: 0 printed, 2 '
core "log=$line"
core "log=$line"
mkfifo gone
# shellcheck disable=SC2016
fails 'a reader that has seen enough is told nothing' 1 '' bash -c 'exec 3<>gone 4>gone 3<&-; "$1" rings core >&4' bash "$tool"
is 'a reader that has seen enough: no word of a damaged dump' \
	"$(bash -c 'exec 3<>gone 4>gone 3<&-; "$1" rings core 2>&1 >&4' bash "$tool")" ''
fails 'what cannot be written is not told' 1 'cannot write: No space left' sh -c '"$1" rings core > /dev/full' sh "$tool"
finish
