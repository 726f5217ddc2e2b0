#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, on a stock kernel, with --depth 8: the probe is made and taken away, and what it records is what the
# controller was made to do.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/probe-lib.sh
. tests/vm/guest/lockdown.sh

bdf=$(basename "$(readlink /sys/class/nvme/nvme0/device)")
depth=$(cat /sys/module/nvme/parameters/io_queue_depth)
limited=no
[ "$LAB_KERNEL" != 7.3 ] || limited=yes

refuses_others() {
	echo 'p:nvme/nvme_dup_cqe vfs_read' >> "$list"
	fails "another's probe of that name: add refuses" 1 'somebody else' $tool probe add
	fails "another's probe of that name: remove refuses" 1 'somebody else' $tool probe remove
	is "another's probe of that name is left alone" "$(cut -d ' ' -f 1,2 "$list")" 'p:nvme/nvme_dup_cqe vfs_read'
	echo '-:nvme/nvme_dup_cqe' >> "$list"
}

makes_it() {
	echo 'p:mine/of_mine vfs_read' >> "$list"
	check "test: it can be made" $tool probe test
	is "test changes nothing" "$(cut -d ' ' -f 1 "$list")" 'p:mine/of_mine'
	check "add" $tool probe add
	has "the main buffer has its filter" "$(cat $tracefs/events/nvme/nvme_dup_cqe/filter)" '^fmt ~ "invalid id'
	before=$(cat "$list")
	has "add again: it is there" "$($tool probe add 2>&1)" 'there already'
	is "add again changes nothing" "$(cat "$list")" "$before"
	has "show: the registers" "$($tool probe show)" '^  registers  bx bp r12 r13 r14 r15$'
	has "show: the offsets" "$($tool probe show)" ' nvme_queue.q_depth +104$'
	cat $tracefs/events/nvme/nvme_dup_cqe/filter > "$work/filter.nvme_dup_cqe"
	cat $tracefs/events/nvme/nvme_dup_cqe_why/filter > "$work/filter.nvme_dup_cqe_why"
}

# adds that do not wait for each other take each other's probes away
at_once() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		$tool probe add > "$work/add.$i" 2>&1 &
	done
	wait
	is "eight adds at once: all say that it is there" "$(cat "$work"/add.* | grep -c '^the probe nvme:nvme_dup_cqe is there')" 8
	is "eight adds at once: it is whole" "$(sort "$list")" "$(sort <<< "$before")"
}

# half of it was taken away by hand
half() {
	echo '-:nvme/nvme_dup_cqe' >> "$list"
	has "show: it is not whole" "$($tool probe show)" '^it is not whole'
	check "add makes the rest" $tool probe add
	is "it is whole again" "$(sort "$list")" "$(sort <<< "$before")"
	has "show: whole" "$($tool probe show)" '^the probe nvme:nvme_dup_cqe is there already'
	echo '-:nvme/nvme_dup_cqe' >> "$list"
	check "remove takes the other half" $tool probe remove
	is "nothing is left" "$(grep -c nvme "$list")" 0
	at_once
}

switched_off() {
	echo 0 > /sys/kernel/debug/kprobes/enabled
	fails "kprobes are switched off: show" 1 'switched off.*/sys/kernel/debug/kprobes/enabled is 0' $tool probe show
	fails "kprobes are switched off: add" 1 'switched off' $tool probe add
	echo 1 > /sys/kernel/debug/kprobes/enabled
	echo 0 > /proc/sys/kernel/ftrace_enabled || return 0
	fails "ftrace is switched off: test" 1 'switched off.*/proc/sys/kernel/ftrace_enabled is 0' $tool probe test
	echo 1 > /proc/sys/kernel/ftrace_enabled
	check "both are on again" $tool probe test
}

# replay NAME QID DEPTH OPTION...
replay() {
	local name=$1 qid=$2 size=$3
	shift 3
	record_start nvme
	check "$name: the controller repeats itself" replay_to "$work/replay" --queue "$qid" "$@"
	record_stop nvme
	is "$name: every one is recorded" "$hits lost=$lost others=$others undecodable=$undecodable" \
		"$(posted) lost=0 others=0 undecodable=0"
	is "$name: command id, status, result, reason, generation" "$(was_read)" "$(was_posted)"
	is "$name: the rest, proved" "$(was_proved)" \
		"nvme0 pcie $bdf qid=$qid depth=$size flags=1 sq_id=$qid phase=true ring=true proof=yes source=probe"
}

# the kernel tells of ten in five seconds, and at the next one how many it left out
limits() {
	local first
	sleep 6
	record_start nvme
	check "rate limit: three laps" replay_to "$work/replay" --queue 1 --laps 3 --fill write
	first=$(posted)
	sleep 6
	check "rate limit: one more later" replay_to "$work/replay" --queue 1 --lap --fill write
	record_stop nvme
	is "rate limit: recorded and left out are what was posted" $((hits + suppressed)) $((first + $(posted)))
	check "rate limit: some were left out" [ "$suppressed" -gt 0 ]
	diag "$hits recorded, $suppressed left out"
}

# every one that the controller posts in some seconds is in the buffer, or overwritten there, and counted
storm() {
	local written
	record_start nvme
	check "storm: device and driver agree again" replay_to "$work/replay" --queue 1 --quiet --fill write --storm 5
	written=$(cat "$instance"/per_cpu/cpu*/stats | awk '/^(entries|overrun|dropped events):/ { n += $NF } END { print n }')
	record_stop nvme
	is "storm: a record and a note each, kept or counted as lost" "$written" $((2 * $(posted)))
	check "storm: it was one" [ "$(posted)" -gt 1000 ]
	diag "$(posted) posted, $hits hits read, $lost of $written records lost in a buffer of 8 MB a CPU"
}

# Never more than the entries of a ring of 8: a stale one that comes round to its generation kills this kernel.
replays() {
	replay "I/O queue, stale, refused commands" 1 "$depth" --lap --fill refused
	[ $limited = no ] || sleep 6
	replay "I/O queue, stale, writes" 2 "$depth" --lap --fill write
	[ $limited = no ] || sleep 6
	replay "I/O queue, tags without a request" 2 "$depth" --lap --forget
	if [ $limited = yes ]; then
		limits
	else
		storm
	fi
}

# what another driver says is no hit, with the filter or without
others() {
	record_start nvme
	echo 0 > "$instance/events/nvme/nvme_dup_cqe/filter"
	echo 1 > "/sys/class/nvme/nvme0/reset_controller"
	sleep 1
	record_stop nvme
	is "no filter, other messages: no hit" "$hits undecodable=$undecodable" "0 undecodable=0"
}

# modules only: on 7.3 the driver is built in
reload() {
	[ -e /sys/module/nvme/initstate ] || return 0
	check "the driver is unloaded and loaded again" sh -c 'rmmod nvme && modprobe nvme && udevadm settle 2>/dev/null; sleep 1; [ -e /sys/class/nvme/nvme0 ]'
	has "the probe is as it was" "$($tool probe add)" 'there already'
	replay "after a reload" 1 "$depth" --lap --fill write
}

# ABI names in filters, and a trigger that acts in the context of the hit
filters_and_triggers() {
	local event=$instance/events/nvme/nvme_dup_cqe filter
	filter=$($tool probe filter)
	record_start nvme
	echo "($filter) && ctrl_id == 7" > "$event/filter"
	check "a filter of one's own: a lap" replay_to "$work/replay" --queue 1 --lap --fill write
	record_stop nvme
	is "a filter of one's own: no hit fits" "$hits" 0
	[ $limited = no ] || sleep 6
	cat "$work/filter.nvme_dup_cqe" > "$event/filter"
	echo "snapshot:1 if ($filter) && ctrl_id == 0 && sq_id == 1 && addr == \"$bdf\"" > "$event/trigger"
	record_start nvme
	check "a trigger: a lap" replay_to "$work/replay" --queue 1 --lap --fill write
	is "a trigger: the snapshot ends with the first hit" "$(grep -c 'nvme_dup_cqe: ' "$instance/snapshot")" 1
	echo '!snapshot' > "$event/trigger"
	echo 0 > "$instance/snapshot"
	record_stop nvme
}

trace_cmd() {
	has "show: none has proved itself yet" "$($tool probe show)" '^  proved     not yet'
	trace-cmd record -q -b 4096 -e nvme:nvme_dup_cqe -f "$($tool probe filter)" -o "$work/trace.dat" \
		build/tests/vm/cqe-replay --queue 1 --lap --fill write > "$work/replay" 2>&1
	TRACEEVENT_PLUGIN_DIR=$PWD/build/plugin trace-cmd report "$work/trace.dat" > "$work/report" 2> /dev/null
	is "trace-cmd: a line a hit by the plugin" "$(grep -c 'nvme_dup_cqe: *nvme0: qid=1, cmdid=.*source=probe$' "$work/report")" "$(posted)"
	[ "$(grep -c nvme_dup_cqe "$work/report")" = "$(posted)" ] || diag "$(cat "$work/replay" "$work/report")"
	is "trace-cmd: and no others" "$(grep -c nvme_dup_cqe "$work/report")" "$(posted)"
}

takes_it_away() {
	record_start nvme
	check "one more lap" replay_to "$work/replay" --queue 1 --lap --fill write
	has "show: the register that proved itself" "$($tool probe show)" '^  proved     [a-z0-9]+ has the queue'
	has "show: who records it" "$($tool probe show)" '^  recorded   by test$'
	fails "remove while it is recorded: in use" 1 'in use' $tool probe remove
	is "it still is there, all of it" "$(sort "$list")" "$(sort <<< "$before")"
	record_stop nvme
	check "remove" $tool probe remove
	is "another's probe stays" "$(cut -d ' ' -f 1 "$list")" 'p:mine/of_mine'
	has "remove again: there is none" "$($tool probe remove)" 'there is no probe'
	lock_down integrity
	check "locked down for integrity, it can be made" sh -c "$tool probe add && $tool probe remove"
	lock_down confidentiality
	fails "locked down for confidentiality: test" 1 'locked down for confidentiality' $tool probe test
	fails "locked down for confidentiality: add" 1 'locked down for confidentiality' $tool probe add
	is "the kernel has no complaint" "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall')" ""
}

dmesg -C
refuses_others
makes_it
half
switched_off
replays
others
reload
[ $limited = no ] || sleep 6
filters_and_triggers
[ $limited = no ] || sleep 6
trace_cmd
takes_it_away
finish
