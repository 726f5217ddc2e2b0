#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, DISPOSABLE: a hit brings the machine down, the next boot finds what led to it. Run anew in each boot.
#   persistent.sh freeze | module    how the trace ends with the hit: the armed freeze, then sysrq; the panic module
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

state=/var/lib/nvme-dupcqed
formats=$state/nvme-dupcqed.formats
way=$1
rule=('[snapshots]' 'min-free = 0' '[rule hit]' 'controller = nvme0' 'qid = 1' 'cooldown = 1h')

# In another order, the events of modules have other numbers.
load_modules() {
	local module
	[ -d "/lib/modules/$(uname -r)" ] || return 0
	for module in "$@"; do
		modprobe "$module" || return 1
	done
	wait_for 30 test -b /dev/nvme0n1
}

disk_mount() { mount -t ext4 /dev/nvme0n1 $state; }

instance_hits() { grep 'nvme_dup_cqe: nvme0' "$instance/trace"; }
is_frozen() { [ "$(cat "$instance/tracing_on")" = 0 ]; }
persistent() { grep -o '"persistent":[a-z]*' /run/nvme-dupcqed/nvme-dupcqed.json; }

first_boot() {
	check 'modules' load_modules ramoops nvme ext4
	check 'a disk' eval 'var_lib && mkfs.ext4 -q -F /dev/nvme0n1 && disk_mount && chmod 0700 $state'
	check 'the kernel made the instance' test -e "$instance/last_boot_info"
	config '[daemon]' 'buffer-size = 1M' 'clock = mono' "${rule[@]}" 'action = freeze'
	daemon_start 'first boot'
	check 'it says what is of no effect then' said "in a persistent buffer, .* its clock is 'local', buffer-size and clock are of no effect"
	has 'another clock would lose records at the next boot' "$(cat "$instance/trace_clock")" '\[local\]'
	is 'the state says where the history is' "$(state event.available) $(persistent)" '1 "persistent":true'
	is 'nothing of a boot before' "$(said_times 'last boot')" 0
	check 'the formats are kept' wait_for 30 test -s $formats
	cp /proc/sys/kernel/random/boot_id "$instance/events/nvme/nvme_dup_cqe/id" "$LAB_SCRATCH/"
	[ "$way" = module ] || provoke
	sync
	sleep 2
	if [ "$way" = module ]; then
		insmod "$LAB_PANIC_MODULE" reasons=1,2,3 qid=1
		lap
	else
		echo c > /proc/sysrq-trigger
	fi
	sleep 60
	not_ok 'the machine goes down'
	finish
}

# What trace-cmd prints as the kernel does.
of_hit() { grep -oE 'qid=[0-9]+, .* expected=-?[0-9]+|cq_head=.* cq_dma=0x[0-9a-f]+' | paste -sd ' '; }

# The kernel's own text of the hit, as it is before the machine goes down.
provoke() {
	lap
	check 'the armed freeze stops the history' wait_for 30 is_frozen
	instance_hits | tail -n 1 | of_hit > "$LAB_SCRATCH/hit"
}

saved_once() {
	local dat json
	check 'what the last boot recorded is saved' wait_said "the last boot's trace is saved as .* hits, the last one of nvme0 queue 1 command"
	is 'as one snapshot' "$(snapshot_count)" 1
	[ "$(snapshot_count)" = 1 ] || diag "$(logged)"
	dat=$(snapshot_files dat)
	json=${dat%.dat}.json
	is 'it tells of the last boot' "$(json "$json" taken boot_id kernel formats | paste -sd ' ')" \
		"last-boot $(cat "$LAB_SCRATCH/boot_id") $(uname -r) kept"
	report "$dat" > "$work/report"
	is 'nothing that trace-cmd cannot parse' "$(grep -ci 'failed to parse\|error' "$work/report")" 0
	has 'its last record is the hit' "$(tail -n 1 "$work/report")" "nvme_dup_cqe: .*qid=1, cmdid=$(json "$json" event.cid),"
	has 'the way there is in it' "$(cat "$work/report")" 'nvme_setup_cmd:.* qid=1'
	[ ! -e "$LAB_SCRATCH/hit" ] ||
		is 'the hit reads as the kernel printed it before' "$(trace-cmd report -N -i "$dat" | tail -n 1 | of_hit)" \
			"$(cat "$LAB_SCRATCH/hit")"
}

with_messages() {
	local text
	text=$(snapshot_files dat)
	text=${text%.dat}.dmesg.txt
	has "the kernel's last messages are beside it" "$(cat "$text")" 'Kernel panic - not syncing: nvme_dup_cqe_panic: .*nvme0: qid=1, cmdid='
	is 'for root alone' "$(stat -c %a "$text")" 600
	has 'the JSON names them' "$(json "${text%.dmesg.txt}.json" dmesg)" "$(basename "$text")"
	check 'pstore still has them' eval 'ls /sys/fs/pstore/dmesg-*'
}

# Without snapshots of the kernel's, the history is stopped meanwhile.
goes_on() {
	log_mark
	lap
	check 'a new hit is saved' wait_for 60 snapshots_at_least 2
	is 'from the same instance, which was stopped meanwhile' "$(json "$(snapshot_files json | tail -n 1)" taken)" stopped
	is 'and goes on' "$(cat "$instance/tracing_on")" 1
}

# A trial takes nothing, and leaves nothing of its own.
trial() {
	daemon_start 'a trial' --dry-run
	check 'it says what it leaves alone' said 'stays there for a daemon that is no trial'
	is 'its history is elsewhere' "$(state trace) $(persistent)" "$instance-now \"persistent\":false"
	daemon_stop
	is 'and nothing of it stays' "$(ls -d "$tracefs"/instances/nvme-dupcqed*)" "$instance"
}

killed() {
	daemon_kill
	daemon_start 'after a kill'
	is "what is of this boot is not taken for the last one's" "$(said_times 'last boot') $(snapshot_count)" '0 2'
}

second_boot() {
	check 'modules' load_modules ramoops ext4 nvme
	check 'the disk' eval 'var_lib && disk_mount'
	[ "$way" != module ] || check 'pstore' mount -t pstore pstore /sys/fs/pstore
	[ "$LAB_KERNEL" = 7.3 ] || check "the event's number is another one" \
		eval '! cmp "$instance/events/nvme/nvme_dup_cqe/id" "$LAB_SCRATCH/id"'
	config "${rule[@]}" 'action = log' 'action = snapshot'
	trial
	daemon_start 'second boot'
	saved_once
	[ "$way" != module ] || with_messages
	goes_on
	killed
	daemon_stop
	is 'at the end the instance is left, and does nothing' "$status $(cat "$instance/set_event") $(grep -vc '^#' "$instance/trace")" '0  0'
	is 'no trigger is left' "$(grep -vc '^#' "$trigger")" 0
	is 'no formats are left, as this end was in good order' "$(ls $formats 2>&1)" "ls: cannot access '$formats': No such file or directory"
	daemon_start 'once more'
	daemon_stop
	is 'nothing is saved twice' "$(said_times 'last boot') $(snapshot_count)" '0 2'
	finish
}

case $LAB_BOOT in
1) first_boot ;;
2) second_boot ;;
esac
