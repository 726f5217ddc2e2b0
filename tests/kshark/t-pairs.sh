#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which command a duplicate belongs to, as the KernelShark plugin finds it: made-up traces, loaded by libkshark.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work HOME=$work
export LSAN_OPTIONS=suppressions=tests/kshark/lsan.supp:print_suppressions=0
make_trace() { "$build/tests/kshark/make-trace" "$@"; }
pairs() { "$build/san/tests/kshark/pairs" "$@" 2> "$work/stderr" || sed 's/^/failed: /' "$work/stderr"; }

# Short for a script: time in microseconds, CPU, then what it is.
# s CPU US PID CID    submitted; c CPU US CID    completed; d CPU US CID [FIELD=VALUE...]    a duplicate
# q=, ctrl= before: the queue, the controller
q=1 ctrl=0
at() { printf '100.%06d' "$1"; }
s() { echo "$1 $(at "$2") $3 task nvme_setup_cmd ctrl_id=$ctrl qid=$q cid=$4"; }
c() { echo "$1 $(at "$2") 0 <idle> nvme_complete_rq ctrl_id=$ctrl qid=$q cid=$3"; }
d() { echo "$1 $(at "$2") 0 <idle> nvme_dup_cqe ctrl_id=$ctrl qid=$q cid=$3 tag=$(($3 & 0xfff)) genctr=$(($3 >> 12)) ${*:4}"; }
lost() { echo "$1 $(at "$2") lost"; }
# what the driver knows of the tag: stale RQ_CID STATE
stale() { echo "reason=2 present=3 rq_cid=$1 rq_state=$2 expected_genctr=$((($1 >> 12) + ($2 == 0) & 15))"; }

# pairing NAME WANTED: of the script on standard input, sorted by CPU as a trace has it
pairing() {
	sort -s -k 1,1n > "$work/script"
	make_trace "$work/script" "$work/trace.dat" > "$work/stderr" 2>&1 || { not_ok "$1"; diag "$(cat "$work/stderr" "$work/script")"; return; }
	is "$1" "$(pairs "$work/trace.dat" | sed -E 's/100\.0*([0-9]+)000@/\1@/g; s/^100\.0*([0-9]+)000 /\1 /')" "$2"
}

{ s 0 1 7 0x1005; c 1 2 0x1005; d 1 5 0x1005 "$(stale 0x1005 0)"; } |
pairing "a fresh duplicate, its tag idle" \
	'5 cid=4101 found submission=1@0 completion=2@1 taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 1 7 0x1005; c 1 2 0x1005; s 2 3 8 0x2005; d 1 5 0x1005 "$(stale 0x2005 1)"; c 2 9 0x2005; } |
pairing "its tag taken over: that command is in danger" \
	'5 cid=4101 found submission=1@0 completion=2@1 taker=3@2 [nvme0 q1 id 4101 duplicate]'

{ s 0 1 7 0x1005; c 1 2 0x1005; s 2 3 8 0x2005; c 2 4 0x2005; d 1 5 0x1005 "$(stale 0x2005 0)"; } |
pairing "taken over and given back: nobody is in danger" \
	'5 cid=4101 found submission=1@0 completion=2@1 taker=- [nvme0 q1 id 4101 stale by 2]'

# 18 uses: generations 0 to 15, 0, 1; the ids of the first two come again
{ for ((i = 0; i < 18; i++)); do
	cid=$(((i & 15) << 12 | 5))
	s 0 $((10 * i + 1)) 7 $cid; c 1 $((10 * i + 2)) $cid
done; d 1 500 0x0005 "$(stale 0x1005 0)"; d 1 501 0x1005 "$(stale 0x1005 0)"; d 1 502 0x2005 reason=3 present=3 rq_cid=0x1005 rq_state=0 expected_genctr=2; } |
pairing "generations that wrap: the latest use of the id" \
"500 cid=5 found submission=161@0 completion=162@1 taker=- [nvme0 q1 id 5 stale by 2]
501 cid=4101 found submission=171@0 completion=172@1 taker=- [nvme0 q1 id 4101 duplicate]
502 cid=8197 found submission=21@0 completion=22@1 taker=- [nvme0 q1 id 8197 not in flight]"

{ s 0 1 7 0x1005; c 1 2 0x1005; s 0 3 7 0x1006; d 1 5 0x0fff reason=1; d 1 6 0x1005 "$(stale 0x1005 0)"; } |
pairing "a tag that was never used, among others" \
"5 cid=4095 no command submission=- completion=- taker=- [nvme0 q1 id 4095 unknown tag]
6 cid=4101 found submission=1@0 completion=2@1 taker=- [nvme0 q1 id 4101 duplicate]"

{ s 0 1 7 0x1005; d 1 3 0x1005 "$(stale 0x1005 0)"; d 1 4 0x1005 "$(stale 0x1005 0)"; c 1 5 0x1005; s 0 7 7 0x2005; c 0 8 0x2005; } |
pairing "both entries in one interrupt: the completion is told afterwards" \
"3 cid=4101 found submission=1@0 completion-after=5@1 taker=- [nvme0 q1 id 4101 duplicate]
4 cid=4101 found submission=1@0 completion-after=5@1 taker=- [nvme0 q1 id 4101 duplicate]"

{ q=1 s 0 1 7 0x1005; q=2 s 0 2 7 0x1005; ctrl=1 s 0 3 7 0x1005; q=2 c 0 4 0x1005; ctrl=1 c 0 5 0x1005; q=1 c 0 6 0x1005
ctrl=1 d 1 7 0x1005 "$(stale 0x1005 0)"; q=2 d 1 8 0x1005 "$(stale 0x1005 0)"; q=1 d 1 9 0x1005 "$(stale 0x1005 0)"; q=3 d 1 10 0x1005 "$(stale 0x1005 0)"; } |
pairing "the same id on several queues and controllers" \
"7 cid=4101 found submission=3@0 completion=5@0 taker=- [nvme1 q1 id 4101 duplicate]
8 cid=4101 found submission=2@0 completion=4@0 taker=- [nvme0 q2 id 4101 duplicate]
9 cid=4101 found submission=1@0 completion=6@0 taker=- [nvme0 q1 id 4101 duplicate]
10 cid=4101 not in trace submission=- completion=- taker=- [nvme0 q3 id 4101 duplicate, command not in the trace]"

{ d 1 1 0x1005 "$(stale 0x1005 0)"; s 0 2 7 0x2005; d 1 3 0x1005 "$(stale 0x2005 1)"; c 0 4 0x2005; } |
pairing "a trace that starts in the middle: no later use is taken for it" \
"1 cid=4101 not in trace submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, command not in the trace]
3 cid=4101 not in trace submission=- completion=- taker=2@0 [nvme0 q1 id 4101 duplicate, command not in the trace]"

{ c 0 1 0x1005; d 1 2 0x1005 "$(stale 0x1005 0)"; } |
pairing "a trace that starts between submission and completion" \
	'2 cid=4101 found submission=- completion=1@0 taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 10 7 0x1005; c 1 20 0x1005; lost 1 40; d 1 50 0x1005 "$(stale 0x1005 0)"; } |
pairing "events lost in between: not linked" \
	'50 cid=4101 lost submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, events lost]'

{ s 0 10 7 0x1005; c 1 20 0x1005; d 1 50 0x1005 "$(stale 0x1005 0)"; s 2 5 7 0x1007; lost 2 70; s 2 71 7 0x1008; } |
pairing "lost on another CPU, behind an event from before the submission: not linked" \
	'50 cid=4101 lost submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, events lost]'

{ s 0 5 7 0x1006; lost 0 9; s 0 10 7 0x1005; c 1 20 0x1005; d 1 50 0x1005 "$(stale 0x1005 0)"; s 2 60 7 0x1007; lost 2 70; s 2 71 7 0x1008; } |
pairing "lost before the submission, or after the duplicate: linked" \
	'50 cid=4101 found submission=10@0 completion=20@1 taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 10 7 0x1005; c 1 20 0x1005; s 0 25 7 0x1006; lost 0 28; s 0 30 7 0x2005; d 1 50 0x1005 "$(stale 0x2005 1)"; c 0 60 0x2005; } |
pairing "lost before the tag was taken over: who is in danger is known" \
	'50 cid=4101 lost submission=- completion=- taker=30@0 [nvme0 q1 id 4101 duplicate, events lost]'

{ s 0 10 7 0x1005; c 0 20 0x1005; d 0 50 0x1005 "$(stale 0x1005 0)"; lost 1 100; s 1 101 7 0x100a; } |
pairing "lost at the beginning of a CPU, as in a snapshot: not linked" \
	'50 cid=4101 lost submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, events lost]'

{ s 1 5 7 0x1007; s 0 30 7 0x1005; c 0 31 0x1005; s 2 10 7 0x1008; lost 2 20; s 2 21 7 0x1009; d 3 40 0x1005 "$(stale 0x1005 0)"; lost 1 100; s 1 101 7 0x100a; } |
pairing "a stretch of losses within another" \
	'40 cid=4101 lost submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, events lost]'

{ s 0 10 7 0x1005; c 0 20 0x1005; s 1 5 7 0x1008; lost 1 8; s 1 9 7 0x1009; lost 1 30; s 1 31 7 0x1006; d 0 50 0x1005 "$(stale 0x1005 0)"; } |
pairing "two losses on one CPU: the second begins behind the first" \
	'50 cid=4101 lost submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, events lost]'

{ s 0 10 7 0x1005; d 1 50 0x1005 "$(stale 0x1005 1)"; s 1 60 7 0x6; lost 1 500; c 1 510 0x1005; } |
pairing "lost between the duplicate and a completion: that is not the first one for sure" \
	'50 cid=4101 found submission=10@0 completion=- taker=- [nvme0 q1 id 4101 stale generation]'

{ s 1 10 7 0x1005; d 0 20 0x1005 "$(stale 0x1005 0)"; s 1 30 7 0x2005; c 1 40 0x2005; c 1 50 0x1005; } |
pairing "the tag is taken again: a completion is not waited for any more" \
	'20 cid=4101 found submission=10@1 completion=- taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 10 7 0x1005; c 1 20 0x1005; s 0 30 7 0x3005; c 1 40 0x3005; d 1 50 0x1005 "$(stale 0x3005 0)"; } |
pairing "one use is missing" \
	'50 cid=4101 gap submission=- completion=- taker=- [nvme0 q1 id 4101 stale by 3, events missing]'

{ s 0 10 7 0x1005; c 1 20 0x1005; s 0 30 7 0x2005; d 1 50 0x1005 reason=2 present=3 rq_cid=0x4005 rq_state=1 expected_genctr=4; c 0 90 0x2005; } |
pairing "the record knows of another command than the trace: nobody is named" \
	'50 cid=4101 gap submission=- completion=- taker=- [nvme0 q1 id 4101 stale by 3, events missing]'

{ s 0 10 7 0x1005; c 0 20 0x1005; s 0 30 7 0x2005; d 1 50 0x1005 "$(stale 0x2005 1)"; lost 2 45; s 2 46 7 0x1008; } |
pairing "lost since the tag was taken: nobody is named" \
	'50 cid=4101 lost submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate, events lost]'

{ s 0 10 7 0x1005; c 0 20 0x1005; s 0 30 7 0x2005; c 0 40 0x2005; d 1 50 0x1005 "$(stale 0x2005 1)"; } |
pairing "the one that took the tag is complete" \
	'50 cid=4101 found submission=10@0 completion=20@0 taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 10 7 0x1005; c 0 20 0x1005; s 0 30 7 0x2005; d 0 50 0x1005 reason=2 present=1 expected_genctr=2 rq_state=1; c 0 60 0x2005; } |
pairing "the record knows the generation alone, and it fits" \
	'50 cid=4101 found submission=10@0 completion=20@0 taker=30@0 [nvme0 q1 id 4101 duplicate]'

{ s 0 10 7 0x1005; c 0 20 0x1005; s 0 30 7 0x2005; d 0 50 0x1005 reason=2; c 0 60 0x2005; } |
pairing "the record knows nothing of the request: what the trace knows" \
	'50 cid=4101 found submission=10@0 completion=20@0 taker=30@0 [nvme0 q1 id 4101 stale generation]'

{ s 1 10 7 0x1005; s 1 19 7 0x2005; c 0 20 0x1005; d 0 50 0x1005 "$(stale 0x2005 1)"; } |
pairing "clocks that differ: the tag seems taken before it was free" \
	'50 cid=4101 found submission=10@1 completion=20@0 taker=19@1 [nvme0 q1 id 4101 duplicate]'

{ q=1 s 0 1 7 0x1005; q=2 c 0 10 0x1005; q=2 c 0 20 0x2005; q=2 d 0 50 0x1005 "$(stale 0x2005 0)"; q=2 d 0 60 0x2005 "$(stale 0x3005 1)"; } |
pairing "submissions of another queue alone are recorded" \
"50 cid=4101 found submission=- completion=10@0 taker=- [nvme0 q2 id 4101 stale by 2]
60 cid=8197 found submission=- completion=20@0 taker=- [nvme0 q2 id 8197 duplicate]"

{ s 0 10 7 0x1005; c 1 20 0x1005; s 0 30 7 0x4005; c 1 40 0x4005; d 1 50 0x1005 "$(stale 0x4005 0)"; } |
pairing "uses are missing, nothing is marked: the generations do not follow" \
	'50 cid=4101 gap submission=- completion=- taker=- [nvme0 q1 id 4101 stale by 4, events missing]'

{ s 0 10 7 0x1005; c 1 20 0x1005; d 1 50 0x1005 "$(stale 0x3005 0)"; } |
pairing "uses are missing, nothing is marked: the record knows of a later use" \
	'50 cid=4101 gap submission=- completion=- taker=- [nvme0 q1 id 4101 stale by 3, events missing]'

{ s 0 10 7 0x1005; c 1 20 0x1005; d 1 50 0x1005 reason=2 present=1 expected_genctr=5 rq_state=0; } |
pairing "... or knows the generation alone" \
	'50 cid=4101 gap submission=- completion=- taker=- [nvme0 q1 id 4101 stale by 4, events missing]'

{ s 0 10 7 5; c 1 20 5; s 0 30 7 5; c 1 40 5; d 1 50 5 reason=3 present=3 rq_cid=5 rq_state=0 expected_genctr=0; } |
pairing "a controller whose ids have no generation: the last use" \
	'50 cid=5 found submission=30@0 completion=40@1 taker=- [nvme0 q1 id 5 not in flight]'

{ s 0 10 7 0x1005; c 1 20 0x1005; c 1 21 0x1005; d 1 50 0x1005 "$(stale 0x1005 0)"; } |
pairing "a request that was ended twice: the first time" \
	'50 cid=4101 found submission=10@0 completion=20@1 taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 10 7 0x1005; d 1 50 0x1005 "$(stale 0x1005 0)"; } |
pairing "completions that are not recorded" \
	'50 cid=4101 found submission=10@0 completion=- taker=- [nvme0 q1 id 4101 duplicate]'

{ echo events nvme_dup_cqe; d 1 50 0x1005 "$(stale 0x2005 1)"; d 1 51 0x0fff reason=1; } |
pairing "duplicates alone: nothing to link, and no complaint" \
"50 cid=4101 not in trace submission=- completion=- taker=- [nvme0 q1 id 4101 duplicate]
51 cid=4095 no command submission=- completion=- taker=- [nvme0 q1 id 4095 unknown tag]"

{ echo events nvme_dup_cqe nvme_complete_rq; c 0 1 0x1005; c 0 2 0x2005; d 1 50 0x1005 "$(stale 0x2005 0)"; } |
pairing "completions without submissions" \
	'50 cid=4101 found submission=- completion=1@0 taker=- [nvme0 q1 id 4101 stale by 2]'

{ c 0 1 0x1005; c 0 2 0x2005; d 1 50 0x1005 "$(stale 0x2005 0)"; } |
pairing "... of which the trace knows the format" \
	'50 cid=4101 found submission=- completion=1@0 taker=- [nvme0 q1 id 4101 stale by 2]'

# the same time stamp on two CPUs, as a coarse clock gives it
{ s 0 10 7 0x1005; c 0 10 0x1005; d 0 10 0x1005 "$(stale 0x1005 0)"; s 1 10 7 0x1006; c 1 10 0x1006; } |
pairing "events of one CPU with one time stamp stay in order" \
	'10 cid=4101 found submission=10@0 completion=10@0 taker=- [nvme0 q1 id 4101 duplicate]'

{ s 0 1 7 0x1005; c 0 2 0x1005; for ((i = 0; i < 3000; i++)); do d 1 $((i + 10)) 0x1005 "$(stale 0x1005 0)"; done; } |
	sort -s -k 1,1n > "$work/script"
check "a storm is written" make_trace "$work/script" "$work/storm.dat"
is "a storm: each of 3000 is linked to the same command" \
	"$(pairs "$work/storm.dat" | cut -d' ' -f 3-5 | sort | uniq -c | xargs)" '3000 found submission=100.000001000@0 completion=100.000002000@0'

# two traces at once, the same ids in both
{ s 0 1 7 0x1005; c 0 2 0x1005; d 0 5 0x1005 "$(stale 0x1005 0)"; } > "$work/script"
make_trace "$work/script" "$work/one.dat"
{ c 0 3 0x1005; d 0 4 0x1005 "$(stale 0x1005 0)"; } > "$work/script"
make_trace "$work/script" "$work/two.dat"
is "two traces that are open at once do not mix" "$(cd "$work" && LSAN_OPTIONS='' ASAN_OPTIONS=detect_leaks=0 "$OLDPWD/$build/san/tests/kshark/pairs" one.dat two.dat 2> /dev/null | cut -d' ' -f 1-5)" \
"one.dat:
100.000005000 cid=4101 found submission=100.000001000@0 completion=100.000002000@0
two.dat:
100.000004000 cid=4101 found submission=- completion=100.000003000@0"

is "a trace that is read anew: the same, once" "$(pairs --reload "$work/one.dat" | uniq -c | sed 's/^ *//')" "2 $(pairs "$work/one.dat")"
is "... a storm too" "$(pairs --reload "$work/storm.dat" | wc -l)" 6000

{ echo events nvme_sq; echo "0 100.000001 7 task nvme_sq qid=1"; } > "$work/script"
make_trace "$work/script" "$work/none.dat"
is "a trace without the event: nothing" "$(pairs "$work/none.dat")" ''
has "... and no handler" "$(cat "$work/stderr")" "^pairs: 0 handlers "

# by formula, with uses of each tag that follow each other closely
check "a trace of a busy controller" make_trace --bench 200000 "$work/bench.dat"
trace-cmd report -N -i "$work/bench.dat" 2> /dev/null | grep ': nvme_dup_cqe: ' > "$work/hits"
pairs "$work/bench.dat" > "$work/bench"
is "all of its duplicates are linked" "$(cut -d' ' -f 3 "$work/bench" | sort | uniq -c | xargs)" "$(wc -l < "$work/hits") found"
is "those whose tag is in flight endanger a command" "$(grep -vc 'taker=-' "$work/bench")" "$(grep -c 'rq_state=in_flight' "$work/hits")"
finish
