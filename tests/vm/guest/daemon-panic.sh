#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, DISPOSABLE: the daemon refuses to panic the machine, and says why; then it does it. In the next boot with the same
# disk it refuses, as it has had its panic.
#   daemon-panic.sh refuse-and-panic | next-boot
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

state=/var/lib/nvme-dupcqed
budget=$state/panic-budget
allowed=('[panic]' 'allow-panic = yes' 'mode = reactive' 'require-crash-kernel = no' 'min-uptime = 30min')
rule=('[snapshots]' 'min-free = 0' '[rule fatal]' 'controller = nvme0' 'qid = 1' 'cooldown = 1h')

audited() { dmesg | grep -c 'nvme-dupcqed: rule'; }

# refused NAME REASON OPTION...: by the configuration as it is now
refused() {
	local name=$1 reason=$2
	shift 2
	daemon_start "$name" "$@"
	lap
	check "$name: the log tells it" wait_said "rule 'fatal': panic for nvme0: $reason"
	is "$name: no panic is counted, none is announced" "$(cat $budget 2> /dev/null | grep -c '^panic') $(audited)" "${counted:-0} 0"
	daemon_stop
}

disk_mount() {
	[ ! -d /lib/modules/"$(uname -r)" ] || modprobe ext4
	mount -t ext4 /dev/nvme0n1 $state
}

refuse() {
	check 'a folder in memory' var_lib
	config "${rule[@]}" 'action = panic'
	refused 'not allowed' 'refused: allow-panic is not set'
	config '[panic]' 'allow-panic = yes' 'mode = reactive' 'min-uptime = 30min' "${rule[@]}" 'action = panic'
	refused 'no crash kernel' 'refused: no crash kernel is loaded'
	config "${allowed[@]}" "${rule[@]}" 'action = panic'
	refused 'just booted' 'refused: the machine has not been up for the minimum time'
	uptime=3600
	refused 'state in memory' 'refused: the state folder is not on a disk, so the panic would be forgotten'
	check 'a disk' eval 'mkfs.ext4 -q -F /dev/nvme0n1 && disk_mount && chmod 0700 $state'
	touch /run/nvme-dupcqed/inhibit-panic
	refused 'inhibited' 'refused: the inhibitor file is there'
	rm /run/nvme-dupcqed/inhibit-panic
	echo 'nvme-dupcqed panic budget 1' > $budget
	chmod 0600 $budget
	refused 'a budget cut short' "refused: the panic budget's file is not whole"
	rm $budget
	chmod 0777 $state
	refused "others' folder" 'refused: others can write to the folder of the panic budget'
	chmod 0700 $state
	config "${allowed[@]}" 'max-per-day = 0' "${rule[@]}" 'action = panic'
	refused 'none a day' 'refused: the panics of this day of running are used up'
	config "${allowed[@]}" "${rule[@]}" 'action = panic'
	refused 'dry run' "dry run: nothing speaks against it, would write c to '/proc/sysrq-trigger'" --dry-run
	is 'the budget has not been touched' "$(ls $budget 2>&1)" "ls: cannot access '$budget': No such file or directory"
}

# What the guest has said has to be out of it before it goes down.
panic() {
	config "${allowed[@]}" "${rule[@]}" 'action = log' 'action = snapshot' 'action = panic'
	daemon_start 'panic'
	cat /proc/sys/kernel/random/boot_id > "$LAB_SCRATCH/boot-id"
	echo 'ready to panic' > "$LAB_SCRATCH/ready"
	sync -f "$LAB_SCRATCH/ready"
	sleep 2
	lap
	sleep 60
	not_ok 'panic: the machine goes down'
	diag "$(logged)"
	finish
}

next_boot() {
	check 'a folder' var_lib
	check 'the disk is whole after its journal was replayed' disk_mount
	is 'next boot: one panic is counted, of the boot before' "$(grep -c . $budget) $(sed -nE 's/^panic ([0-9a-f-]+) .*/\1/p' $budget)" \
		"3 $(cat "$LAB_SCRATCH/boot-id")"
	is 'next boot: the snapshot of the hit was saved before' "$(snapshot_count)" 1
	is 'next boot: and nothing half-made' "$(find "$snapshots" -type f ! -name '*.dat' ! -name '*.json')" ''
	snapshot_holds 'next boot' "$(snapshot_files dat)"
	counted=1
	uptime=3600
	config "${allowed[@]}" "${rule[@]}" 'action = panic'
	refused 'the same day' 'refused: the panics of this day of running are used up'
	config "${allowed[@]}" 'max-per-day = 2' "${rule[@]}" 'action = panic'
	refused 'two a day' 'dry run: nothing speaks against it' --dry-run
	uptime=86399
	config "${allowed[@]}" "${rule[@]}" 'action = panic'
	refused 'a day later' 'dry run: nothing speaks against it' --dry-run
	finish
}

case ${1-} in
refuse-and-panic) refuse; panic ;;
next-boot) next_boot ;;
*) echo 'usage: daemon-panic.sh refuse-and-panic | next-boot' >&2; exit 2 ;;
esac
