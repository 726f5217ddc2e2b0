#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, DISPOSABLE: the daemon arms the kernel to panic, and disarms it when its guards say so; then there is a hit. In the
# next boot with the same disk it does not arm it before the day is over.
#   daemon-instant.sh trigger|module arm-and-panic|next-boot
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

way=$1
state_dir=/var/lib/nvme-dupcqed
budget=$state_dir/panic-budget
inhibitor=/run/nvme-dupcqed/inhibit-panic
module=/sys/module/nvme_dup_cqe_panic/parameters
tool=${BUILD:-build}/nvme-dupcqe
boot=$(cat /proc/sys/kernel/random/boot_id)

# rules CONTROLLER
rules() {
	config '[panic]' 'allow-panic = yes' 'mode = instant' 'require-crash-kernel = no' 'min-uptime = 30min' \
		'[daemon]' 'history = none' '[rule fatal]' "controller = $1" 'qid = 1' 'reason = 1, 2' 'action = panic'
}

# What the kernel itself says.
in_kernel() {
	case $way in
	trigger) grep -s '^panic' "$trigger" ;;
	module) [ "$(cat $module/armed)" = 0 ] || (cd $module && echo "armed $(cat reasons ctrl_id qid addr count)" | xargs) ;;
	esac
}
# wanted NUMBER: what it should say for nvmeNUMBER
wanted() {
	case $way in
	trigger) echo "panic:count=1 if ((ctrl_id == $1) && (qid == 1) && (reason == 1 || reason == 2))" ;;
	module) echo "armed 1,2 $1 1 1" ;;
	esac
}
is_wanted() { [ "$(in_kernel)" = "$(wanted "$1")" ]; }

# The armed one of this boot, and whether there are others.
counted() { grep -v '^nvme-dupcqed panic budget' $budget | sed -E "s/^(armed|panic) $boot [0-9]+ [0-9]+/\1 this/"; }

armed() {
	check "$1: armed, says the log" wait_said "armed: the kernel panics the machine at a hit of rule 'fatal', by "
	is "$1: and the kernel" "$(in_kernel)" "$(wanted "$2")"
	is "$1: counted, once" "$(counted | xargs)" "armed this $way nvme-dupcqed end 1"
}

disarmed() {
	check "$1: disarmed, says the log" wait_said "disarmed: the kernel does not panic the machine by itself any more: $2"
	is "$1: and the kernel" "$(in_kernel)" ""
	check "$1: nothing stays counted" wait_for 60 eval '[ "$(counted)" = "end 0" ]'
}

disk_mount() {
	[ ! -d /lib/modules/"$(uname -r)" ] || modprobe ext4
	mount -t ext4 /dev/nvme0n1 $state_dir
}

# With the capabilities that its unit gives it, and no others.
bounded() {
	local caps
	caps=$(sed -n 's/^CapabilityBoundingSet=//p' daemon/nvme-dupcqed.service.in | sed 's/CAP_/+/g' | tr 'A-Z ' 'a-z,')
	printf '#!/bin/sh\nexec setpriv --bounding-set=-all,%s --inh-caps=-all --no-new-privs %s "$@"\n' "$caps" "$(realpath "$daemon")" \
		> "$work/bounded"
	chmod +x "$work/bounded"
	daemon=$work/bounded
}

prepare() {
	check 'a folder' var_lib
	[ "$way" = trigger ] || check 'the module is loaded, and not armed' eval 'insmod "$LAB_PANIC_MODULE" && [ -z "$(in_kernel)" ]'
	uptime=3600
}

# where a persistent buffer had to be left alone the history was in another instance, and what is armed with it
stand_in() {
	local now=$tracefs/instances/nvme-dupcqed-now
	mkdir $now
	echo 'panic if qid == 77' > $now/events/nvme/nvme_dup_cqe/trigger
	has 'armed in a stand-in: it is' "$(cat $now/events/nvme/nvme_dup_cqe/trigger)" '^panic'
	daemon_spawn
	daemon_wait
	is 'armed in a stand-in: it cannot start' "$status" 2
	is 'armed in a stand-in: disarmed' "$(grep -c '^panic' $now/events/nvme/nvme_dup_cqe/trigger)" 0
	rmdir $now
}

arm() {
	prepare
	check 'a disk' eval 'mkfs.ext4 -q -F /dev/nvme0n1 && disk_mount && chmod 0700 $state_dir'
	rules nvme7
	daemon_start 'another controller'
	armed 'another controller' 7
	lap
	check 'another controller: its hits are seen, and nothing else' wait_for 60 eval '[ "$(state hits)" -ge "$(posted)" ]'

	log_mark
	rules nvme0
	kill -HUP "$(cat "$work/pid")"
	check 'reload: the new one is armed' wait_for 60 is_wanted 0
	is 'reload: counted, once' "$(counted | xargs)" "armed this $way nvme-dupcqed end 1"
	is 'reload: the state says so' "$(state panic.way panic.armed panic.why rules | head -n 3 | xargs)" "$way 1 null"
	has 'reload: and the tool' "$("$tool" status)" "^  panic +armed: the kernel does it at the hit, by $way$"

	log_mark
	touch $inhibitor
	disarmed 'inhibited' 'the inhibitor file is there'
	lap
	check 'inhibited: a hit does nothing' wait_said "rule 'fatal': panic for nvme0: refused: the inhibitor file is there"
	log_mark
	rm $inhibitor
	armed 'no longer inhibited' 0

	daemon_kill
	is 'killed: it stays armed' "$(in_kernel)" "$(wanted 0)"
	is 'killed: and counted' "$(counted | xargs)" "armed this $way nvme-dupcqed end 1"
	daemon_start 'killed, and started again'
	armed 'killed, and started again' 0

	daemon_kill
	config nonsense
	daemon_spawn
	daemon_wait
	is 'killed, and cannot start: status' "$status" 2
	disarmed 'killed, and cannot start' 'the daemon cannot start'
	[ "$way" != trigger ] || stand_in
	rules nvme0
	daemon_start 'mended'
	armed 'mended' 0
	log_mark
	daemon_stop
	disarmed 'stopped' 'the daemon ends'
	bounded
	daemon_start "with its unit's capabilities"
	armed "with its unit's capabilities" 0
}

# What the guest has said has to be out of it before it goes down.
panic() {
	echo "$boot" > "$LAB_SCRATCH/boot-id"
	sync -f "$LAB_SCRATCH/boot-id"
	sleep 2
	lap
	sleep 30
	not_ok 'the machine goes down'
	diag "$(logged)"
	finish
}

next_boot() {
	prepare
	check 'the disk is whole after its journal was replayed' disk_mount
	is 'next boot: one panic is counted, of the boot before' "$(cut -d ' ' -f 1,2,5- $budget | tail -n +2 | xargs)" \
		"armed $(cat "$LAB_SCRATCH/boot-id") $way nvme-dupcqed end 1"
	rules nvme0
	daemon_start 'the same day'
	check 'the same day: not armed, and until when' \
		wait_said 'no panic is armed before [0-9-]+ [0-9:]+, in [0-9]+ min: the panics of this day of running are used up'
	lap
	check 'the same day: a hit does nothing' \
		wait_said "rule 'fatal': panic for nvme0: refused: the mode is instant, .*: the panics of this day of running are used up"
	is 'the same day: not armed, says the kernel' "$(in_kernel)" ""
	daemon_stop
	uptime=$((86400 - 10 - $(cut -d . -f 1 /proc/uptime)))
	daemon_start 'a day later'
	check 'a day later: armed as soon as that is over' wait_said "armed: the kernel panics the machine at a hit of rule 'fatal', by "
	is 'a day later: says the kernel' "$(in_kernel)" "$(wanted 0)"
	is 'a day later: the old one is forgotten' "$(counted | xargs)" "armed this $way nvme-dupcqed end 1"
	daemon_stop
	is 'a day later: and disarmed' "$(in_kernel)" ""
	finish
}

case ${2-} in
arm-and-panic) arm; panic ;;
next-boot) next_boot ;;
*) echo 'usage: daemon-instant.sh trigger|module arm-and-panic|next-boot' >&2; exit 2 ;;
esac
