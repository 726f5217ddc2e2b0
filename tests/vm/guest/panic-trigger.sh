#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: the panic trigger where it must not panic. The scratch folder has the kernel's selftests.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh
. tests/vm/guest/lockdown.sh

event=events/nvme/nvme_dup_cqe
trigger=$tracefs/$event/trigger

lap() { "$replay_tool" --queue 1 --quiet --lap > "$work/replay" && grep -q '^resync=ok' "$work/replay"; }
set_trigger() { echo "$1" > "$trigger"; }
armed() { grep '^panic' "$trigger"; }

dmesg -C
has "it is listed" "$(cat "$trigger")" '^# .*\bpanic\b'
# the last two: what is not a long, and what is -1 as one
for bad in panic:0 panic:x 'panic if' 'panic if nosuchfield == 1' panic:-1 \
	panic:9223372036854775808 panic:18446744073709551615; do
	fails "'$bad' is refused" 1 'Invalid argument' set_trigger "$bad"
done
is "and nothing is armed" "$(armed)" ""

for filter in 'ctrl_id == 7' 'reason == 3' 'qid == 2' 'addr == "0000:ff:00.0"'; do
	check "not for $filter: armed" set_trigger "panic if $filter"
	check "not for $filter: duplicates go by" lap
	is "not for $filter: none was counted" "$(armed)" "panic:count=1 if $filter"
	check "not for $filter: removed" set_trigger '!panic'
	is "not for $filter: and gone" "$(armed)" ""
done

trace_start
check "count: armed" set_trigger 'panic:1000 if ctrl_id == 0'
check "count: duplicates go by" lap
trace_stop
is "count: each took one, whatever another instance does" "$(armed)" \
	"panic:count=$((1000 - $(grep -c nvme_dup_cqe: "$work/trace"))) if ctrl_id == 0"
fails "a second one is refused" 1 'File exists' set_trigger 'panic if reason == 1'
check "removed" set_trigger '!panic'

mkdir "$tracefs/instances/gone"
echo 'panic if ctrl_id == 7' > "$tracefs/instances/gone/$event/trigger"
check "an instance goes away with its trigger" rmdir "$tracefs/instances/gone"
check "and duplicates go by" lap

many=1000000000
left() { sed -nE 's/^panic:count=([0-9]+) if .*/\1/p' "$trigger"; }

# arm_in_storm CONTROLLER: a trigger without a filter runs beside it; what it has counted is added to hits[CONTROLLER]
arm_in_storm() {
	set_trigger "panic:$many if ctrl_id == $1" && set_trigger traceoff && hits[$1]=$((hits[$1] + many - $(left))) &&
		set_trigger '!panic' && set_trigger '!traceoff'
}

# armed, removed and armed again while hits come in: for none of them, and for all
arm_and_remove() {
	"$replay_tool" --queue 1 --quiet --storm 3 > "$work/storm" &
	while kill -0 $! 2> /dev/null; do
		arm_in_storm 7 && arm_in_storm 0 || break
		rounds=$((rounds + 1))
	done
	wait $!
	has "a storm while it is armed and removed" "$(cat "$work/storm")" '^resync=ok'
}

storm() {
	local rounds=0 tries=0 hits=([0]=0 [7]=0)
	# a slow machine may need more than one
	until [ $rounds -gt 2 ] && [ "${hits[0]}" -gt 0 ] || [ $tries = 10 ]; do
		tries=$((tries + 1))
		arm_and_remove
	done
	check "a storm: $rounds rounds, ${hits[0]} hits counted" [ $rounds -gt 2 -a "${hits[0]}" -gt 0 ]
	is "a storm: none counted that does not fit" "${hits[7]}" 0
	is "a storm: nothing is left" "$(armed)" ""
	echo 1 > $tracefs/tracing_on
}
storm

without() { capsh --drop="$1" -- -c "echo '$2' > $trigger"; }
fails "without CAP_SYS_BOOT" 1 'Operation not permitted' without cap_sys_boot 'panic if ctrl_id == 7'
is "without CAP_SYS_BOOT: nothing is armed" "$(armed)" ""
set_trigger 'panic if ctrl_id == 7'
check "without CAP_SYS_BOOT it can be removed" without cap_sys_boot '!panic'
is "and is gone" "$(armed)" ""

selftests() {
	(cd "$work/selftests/tools/testing/selftests/ftrace" &&
		./ftracetest --logdir "$work/logs" test.d/trigger/trigger-{panic,snapshot,traceonoff}.tc) > "$work/ftracetest" 2>&1
	grep -q '^# of passed: *3$' "$work/ftracetest" || {
		cat "$work/ftracetest"
		cat "$work"/logs/*/*.log "$work"/logs/*.log 2> /dev/null | tail -n 40
		return 1
	}
}
cp -r "$LAB_SCRATCH/selftests" "$work/"
check "the kernel's selftests" selftests
is "the kernel has no complaint" "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ""

# The last: there is no way back. What was opened before can still be written and read.
write_opened() { echo "$1" >&8; }
exec 8>> "$trigger" 9< "$trigger"
lock_down integrity
check "integrity: armed" set_trigger 'panic if ctrl_id == 7'
is "integrity: it is set" "$(armed)" 'panic:count=1 if ctrl_id == 7'
lock_down confidentiality
fails "confidentiality: the file cannot be opened" 1 'Operation not permitted' set_trigger '!panic'
check "confidentiality: it can be removed where the file is open" write_opened '!panic'
fails "confidentiality: and not be set again" 1 'Operation not permitted' write_opened 'panic if ctrl_id == 7'
has "confidentiality: nothing is armed" "$(cat <&9)" '^# .*\bpanic\b'
finish
