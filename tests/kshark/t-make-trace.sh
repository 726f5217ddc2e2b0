#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The traces that tests of the KernelShark plugin make up: trace-cmd and libkshark read in them what the script says.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
make_trace() { "$build/tests/kshark/make-trace" "$@"; }

cat > "$work/script" << 'END'
# one command, its duplicate, and gaps
1 100.000001 1234 fio nvme_setup_cmd disk=nvme0n1 qid=2 opcode=2 cid=0x1005 nsid=1 cdw10=8,0,0,0,0,0,0,0,7
1 100.000002 1234 fio nvme_sq disk=nvme0n1 ctrl_id=1 qid=2 sq_head=3 sq_tail=4
3 100.00015 0 <idle> nvme_complete_rq disk=nvme0n1 qid=2 cid=0x1005
1 100.9 1234 fio sched_switch prev_comm=fio prev_pid=1234 next_comm=bash next_pid=77
3 100.95 0 <idle> nvme_dup_cqe qid=2 cid=0x1005 tag=5 genctr=1 transport=pcie addr=0000:00:04.0 cqw=1,0x2,3,4
1 101.5 lost 12
1 102 1234 fio nvme_setup_cmd cid=7 qid=1
2 103.000000001 lost
2 103.000000001 9 other nvme_setup_cmd cid=8 qid=1
END
check "a trace is made" make_trace "$work/script" "$work/made.dat"
report=$(trace-cmd report -t -N -i "$work/made.dat" 2>&1)
has "trace-cmd: four CPUs, one of them empty" "$report" '^cpus=4$'
has "trace-cmd: a submission" "$report" 'fio-1234 +\[001\] +100\.000001000: nvme_setup_cmd: .*disk=nvme0n1 .* qid=2 opcode=2 .* cid=4101 nsid=1'
has "trace-cmd: the queue" "$report" '100\.000002000: nvme_sq: .* ctrl_id=1 disk=nvme0n1 qid=2 sq_head=3 sq_tail=4$'
has "trace-cmd: a completion elsewhere" "$report" '<idle>-0 +\[003\] +100\.000150000: nvme_complete_rq: .* qid=2 cid=4101 '
has "trace-cmd: a switch after a long pause" "$report" '\[001\] +100\.900000000: sched_switch: .*prev_comm=fio .*next_pid=77'
has "trace-cmd: a duplicate with its arrays" "$report" \
	'100\.950000000: nvme_dup_cqe: +nvme0: qid=2, cmdid=4101, .* transport=pcie, addr=0000:00:04.0, trsvcid=, .* cq=1 2 3 4, sq_slot=-1, sqe=$'
is "trace-cmd: what was lost, before the record behind it" \
	"$(grep -A1 DROPPED <<< "$report" | sed -E 's/ +([a-z]+-[0-9]+) .*cid=([0-9]+) .*/\1 \2/')" \
	"CPU:1 [12 EVENTS DROPPED]
fio-1234 7
CPU:2 [EVENTS DROPPED]
other-9 8"
is "libkshark: the same records, and the gaps" "$(HOME=$work "$build/tests/plugin/kshark-info" "$work/made.dat" | sed 's/: .*//' | sort | uniq -c | xargs)" \
	'2 missed_events 1 nvme/nvme_complete_rq 1 nvme/nvme_dup_cqe 3 nvme/nvme_setup_cmd 1 nvme/nvme_sq 1 sched/sched_switch'

printf 'events nvme_sq\n0 1 5 sh nvme_sq qid=1\n' > "$work/script"
check "a trace with one event" make_trace --kernel 7.3 "$work/script" "$work/one.dat"
is "has its format only" "$(trace-cmd report --events -i "$work/one.dat" 2> /dev/null | grep '^name: ')" 'name: nvme_sq'

check "a trace by formula" make_trace --bench 20100 "$work/bench.dat"
report=$(trace-cmd report -t -N -i "$work/bench.dat" 2> /dev/null)
is "has as many records as asked for" "$(grep -c ": nvme_" <<< "$report")" 20100
is "one of a thousand steps brings a duplicate" "$(grep -c ': nvme_dup_cqe: ' <<< "$report")" 20
is "half of them of a tag that is taken again" "$(grep ': nvme_dup_cqe: ' <<< "$report" | grep -c 'rq_state=in_flight')" 10
is "on four CPUs" "$(grep -o ' \[00[0-9]\] ' <<< "$report" | sort -u | xargs)" '[000] [001] [002] [003]'

# refuses REGEX LINE...: the script is refused, and no file is left
refuses() {
	printf '%s\n' "${@:2}" > "$work/script"
	fails "refused: ${2-}" 1 "$1" make_trace "$work/script" "$work/none.dat"
	check "refused: no trace is left" test ! -e "$work/none.dat"
}
refuses 'script:1: .*is no event' '0 1 5 sh nvme_foo'
refuses "script:2: nvme_sq has no field 'foo'" '# one' '0 1 5 sh nvme_sq foo=1'
refuses "'x' does not fit into qid" '0 1 5 sh nvme_sq qid=x'
refuses 'script:2: it is older' '0 2 5 sh nvme_sq' '0 1 5 sh nvme_sq'
refuses 'begins with CPU SECONDS' '0 1.0000000001 5 sh nvme_sq'
refuses 'no record comes behind' '0 1 lost'
refuses 'there is no record' '# nothing'
fails "refused: no script" 1 "cannot open '.*/nowhere'" make_trace "$work/nowhere" "$work/none.dat"
fails "refused: one file" 2 'a script and a file' make_trace "$work/script"
is "its own folder is gone" "$(find "$work" -name 'make-trace-*')" ''
finish
