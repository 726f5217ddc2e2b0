#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: nvme_dup_cqe_panic where it must not panic.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/trace.sh
. tests/vm/guest/lockdown.sh

parameters=/sys/module/nvme_dup_cqe_panic/parameters
addr=$(basename "$(readlink /sys/class/nvme/nvme0/device)")

lap() { "$replay_tool" --queue 1 --quiet --lap > "$work/replay" && grep -q '^resync=ok' "$work/replay"; }
posted() { sed -nE 's/^posted=([0-9]+).*/\1/p' "$work/replay"; }
load() { insmod "$LAB_PANIC_MODULE" "$@"; }
unload() { rmmod nvme_dup_cqe_panic; }
get() { cat "$parameters/$1"; }
# in one piece: the shell's own printf would write line by line
put() { env printf '%s\n' "$2" > "$parameters/$1"; }
without_boot() { capsh --drop=cap_sys_boot -- -c "$1"; }

# put_all NAME=VALUE...
put_all() {
	local setting
	for setting; do
		put "${setting%%=*}" "${setting#*=}" || return
	done
}

# all on one line
settings() {
	local name
	for name in reasons ctrl_id qid addr count armed; do
		printf '%s=%s ' $name "$(get $name)"
	done
}

at_load() {
	dmesg -C
	check "without parameters: loaded" load
	has "without parameters: it says that it is not armed" "$(dmesg)" 'nvme_dup_cqe_panic: not armed: reasons= is missing'
	is "without parameters: nothing is set" "$(settings)" 'reasons= ctrl_id=-1 qid=-1 addr= count=1 armed=0 '
	check "without parameters: duplicates go by" lap
	is "without parameters: none was counted" "$(get hits)" 0
	check "without parameters: unloaded" unload

	fails "a reason that is none" 1 'Invalid' load reasons=2,4
	has "a reason that is none: the kernel says which there are" "$(dmesg)" 'reasons: wants a list of 1 .*, 2 .*, 3 '
	fails "a count that is none" 1 'Invalid' load reasons=2 count=0
	has "a count that is none: the kernel says so" "$(dmesg)" 'count: wants a number above 0'
	fails "hits= at load" 1 'not permitted' load hits=1
	fails "armed= at load" 1 'busy' load armed=1 reasons=3
	fails "without CAP_SYS_BOOT" 1 'not permitted' without_boot "insmod $LAB_PANIC_MODULE reasons=3"
	check "and it is not there" [ ! -e $parameters ]
}

bad_values() {
	local before bad
	check "loaded" load reasons=3
	is "reasons= arms" "$(get armed)" 1
	check "disarmed" put armed 0
	check "no reasons" put reasons ''
	fails "without reasons it is not armed" 1 'Invalid argument' put armed 1
	check "settings are written" put_all reasons=2,1 ctrl_id=0 qid=1 "addr=$addr" count=1000
	before="reasons=1,2 ctrl_id=0 qid=1 addr=$addr count=1000 armed=0 "
	is "and read back, the address without echo's newline" "$(settings)" "$before"
	for bad in reasons=0 reasons=4 reasons=1,x reasons=-1 reasons=all ctrl_id=-2 ctrl_id=x ctrl_id= qid=65536 qid=1x \
		count=0 count=2147483648 armed=2 armed= $'addr=a\nb' "addr=$(printf '%0300d' 0)"; do
		fails "$(tr '\n' '_' <<< "${bad:0:20}") is refused" 1 'Invalid argument' put "${bad%%=*}" "${bad#*=}"
	done
	is "and changes nothing" "$(settings)" "$before"
}

while_armed() {
	local setting before
	check "armed" put armed 1
	before=$(settings)
	for setting in reasons=3 ctrl_id=1 qid=2 addr= count=1 armed=1; do
		fails "armed: $setting has to wait" 1 'Device or resource busy' put "${setting%%=*}" "${setting#*=}"
	done
	is "armed: nothing has changed" "$(settings)" "$before"
	check "armed: duplicates go by" lap
	is "armed: each of them fitted" "$(get hits)" "$(posted)"
	[ "$LAB_KERNEL" = 7.3 ] || fails "the driver stays while it is armed" 1 'in use' rmmod nvme_core
	check "disarmed without CAP_SYS_BOOT" without_boot "echo 0 > $parameters/armed"
	check "disarmed: duplicates go by" lap
	is "disarmed: none was counted" "$(get hits)" "$(posted)"
	fails "without CAP_SYS_BOOT it is not armed" 1 'Operation not permitted' without_boot "echo 1 > $parameters/armed"
	fails "and nothing is set" 1 'Operation not permitted' without_boot "echo 3 > $parameters/reasons"
	is "without CAP_SYS_BOOT: nothing has changed" "$(settings)" "${before/armed=1/armed=0}"
}

# armed anew, it counts from 0
not_wanted() {
	local other
	for other in reasons=3 ctrl_id=7 qid=2 addr=0000:ff:00.0; do
		put_all reasons=1,2,3 ctrl_id=-1 qid=-1 addr= count=1
		check "not for $other: armed" put_all $other armed=1
		check "not for $other: duplicates go by" lap
		is "not for $other: none was counted" "$(get hits)" 0
		check "not for $other: disarmed" put armed 0
	done
}

# loaded and unloaded while hits come in, and while somebody arms it at every moment
reload_in_storm() {
	"$replay_tool" --queue 1 --quiet --storm 3 > "$work/storm" &
	while kill -0 $! 2> /dev/null; do
		load reasons=1,2,3 count=2000000000 || break
		put armed 0
		seen=$((seen + $(get hits)))
		unload || break
		rounds=$((rounds + 1))
	done
	wait $!
	has "a storm while it is loaded and unloaded" "$(cat "$work/storm")" '^resync=ok'
}

storm() {
	local rounds=0 seen=0 tries=0 pid
	: > "$work/go"
	while [ -e "$work/go" ]; do put armed 1; done 2> /dev/null &
	pid=$!
	# a slow machine may need more than one
	until [ $rounds -gt 2 ] && [ $seen -gt 0 ] || [ $tries = 10 ]; do
		tries=$((tries + 1))
		reload_in_storm
	done
	rm "$work/go"
	wait $pid
	check "a storm: $rounds rounds, $seen hits seen" [ $rounds -gt 2 -a $seen -gt 0 ]
	check "duplicates go by" lap
	is "the kernel has no complaint" "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ""
}

# the last: there is no way back, and no duplicates any more, for the device's memory is out of reach
locked_down() {
	check "loaded for the lockdown" load
	lock_down integrity
	check "integrity: armed" put_all reasons=2 armed=1
	lock_down confidentiality
	is "confidentiality: it stays so" "$(get armed)" 1
	check "confidentiality: disarmed" put armed 0
	fails "confidentiality: and not armed again" 1 'Operation not permitted' put armed 1
	is "confidentiality: nothing is armed" "$(get armed)" 0
}

at_load
bad_values
while_armed
not_wanted
check "unloaded" unload
storm
locked_down
finish
