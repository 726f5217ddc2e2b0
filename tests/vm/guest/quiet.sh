#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: whatever the driver does with a controller that behaves, nvme_dup_cqe stays silent.
# With --probe, on an unpatched kernel, the same for the probe.
# Each step also proves that it did what its name says; at the end the controller is made to
# misbehave, to show that the same counter counts.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh

REPLAY=build/tests/vm/cqe-replay
TRACE=/sys/kernel/tracing
DUP=$TRACE/instances/quiet-dup/events/nvme/nvme_dup_cqe
DONE=$TRACE/instances/quiet-work/events/nvme/nvme_complete_rq
SETUP=$TRACE/instances/quiet-work/events/nvme/nvme_setup_cmd
DISK=/dev/nvme0n1
CTRL=/sys/class/nvme/nvme0
BDF=$(basename "$(readlink -f $CTRL/device)")
CPU1=/sys/devices/system/cpu/cpu1/online
IO_TIMEOUT=$(echo /sys/block/nvme0*n1/queue/io_timeout)	# with multipath not that of $DISK
TMP=$(mktemp -d)
# what the driver says of a bad completion, and what the kernel says when it is in trouble
TROUBLE='could not locate request|genctr mismatch|invalid id|not in flight'
TROUBLE+='|BUG:|Oops|WARNING:|Call Trace|general protection|refcount_t|lockup|rcu.*stall|blocked for more'
LOAD_PID='' STEP='' MARK=0 DUP_BEFORE=0

PROBE=no
[ "${1-}" != --probe ] || PROBE=yes

. tests/vm/guest/quiet-lib.sh

# ---- the steps ----

normal_load() {
	local status=0
	step 'normal load'
	(fio_run --bs=512 --size=13M --iodepth=64 --iodepth_batch=32 --iodepth_batch_complete_min=16 \
		--iodepth_batch_complete_max=64 --gtod_reduce=1) || status=$?
	fio_verdict $status 25600
	at_least '100,000 commands' "$(io)" 100000
	at_least '40,000 of them on CPU 0' "$(on_cpu 0)" 40000
	at_least '40,000 of them on CPU 1' "$(on_cpu 1)" 40000
	reference
	silent
}

rescans() {
	step 'namespace rescans under load'
	load_start
	check "$STEP: 6 rescans, each with commands of its own" repeat 6 rescan
	load_stop
	at_least 'admin commands completed by them' "$(admin)" 18
	silent
}

# the scan is another thread's: its commands are the only ones on the admin queue
rescan() {
	local target=$(($(admin) + 3))
	echo 1 >$CTRL/rescan_controller && wait_until 10 admin_beyond $target
}

admin_beyond() { [ "$(admin)" -ge "$1" ]; }

# aer NAME MILLISECONDS: a user's asynchronous event request, pending in the background; its
# command id, which the trace shows, goes to CID
aer() {
	local before
	before=$(aer_cids | wc -l)
	nvme admin-passthru /dev/nvme0 --opcode=0x0c --timeout="$2" >"$TMP/aer.$1" 2>&1 &
	AER_PID=$!
	wait_until 10 aer_issued "$before" || diag "$STEP: no async event request on its way: $(cat "$TMP/aer.$1")"
	CID=$(aer_cids | tail -n 1)
}

aer_cids() { sed -n 's/.*nvme_setup_cmd:.* cmdid=\([0-9]*\),.*/\1/p' "${SETUP%/events/*}/trace"; }
aer_issued() { [ "$(aer_cids | wc -l)" -gt "$1" ]; }

# the temperature is above the threshold: the controller answers a request, the youngest first
aer_provoke() {
	nvme set-feature /dev/nvme0 -f 0x0b -v 2 && nvme set-feature /dev/nvme0 -f 4 -v 0x100
}

aer_calm_down() {
	nvme set-feature /dev/nvme0 -f 4 -v 0x157 && nvme smart-log /dev/nvme0
}

user_aers() {
	step 'async event requests of a user under load'
	echo 'qid == 0 && opcode == 0x0c' >$SETUP/filter && echo 1 >$SETUP/enable
	load_start
	aer aborted 60000
	check "$STEP: an Abort command goes to the pending one" \
		nvme admin-passthru /dev/nvme0 --opcode=0x08 --cdw10=$((CID << 16))
	wait "$AER_PID"
	has "$STEP: it comes back as aborted" "$(cat "$TMP/aer.aborted")" 'Abort Requested'
	aer answered 60000
	check "$STEP: the controller has an event to tell" aer_provoke
	wait "$AER_PID"
	has "$STEP: the next one comes back with the event" "$(cat "$TMP/aer.answered")" 'Success and result: 0x0*20101'
	check "$STEP: the event's log page is read" aer_calm_down
	aer_expires
	load_stop
	at_least 'commands of the load that the reset cut off' "$(io_cut_off)" 1
	echo 0 >$SETUP/enable
	silent
}

# at this speed the reset finds commands in flight
aer_expires() {
	local status=0
	throttle 200
	aer expired 1000
	wait "$AER_PID" || status=$?
	throttle 0
	at_least "status of the last one's sender" $status 1
	at_least 'it times out and the controller is reset' "$(said 'QID 0 timeout, reset controller')" 1
}

# 32 commands in flight, 5 a second: each waits for more than 6 s, so the driver sends aborts; then
# the disk is fast again and the aborted commands come back as such
io_aborts() {
	throttle 5
	wait_until 20 has_said "$1 aborting"
	throttle 0
	at_least 'aborts sent by the driver' "$(said "$1 aborting")" 1
	wait_until 10 io_has_retried
	at_least 'commands that came back as aborted' "$(io_aborted)" 1
	at_least 'retries completed' "$(io_retries)" 1
}

# this time it stays slow: the driver resets the controller
io_resets() {
	throttle 5
	wait_until 30 has_said "$1 reset controller"
	throttle 0
	at_least 'resets by the driver, after an abort that did not help' "$(said "$1 reset controller")" 1
}

has_said() { [ "$(said "$1")" -gt 0 ]; }
io_has_retried() { [ "$(io_retries)" -gt 0 ]; }

io_timeouts() {
	local message='QID [1-9][0-9]* timeout,'
	step 'I/O that times out'
	load_start
	echo 1000 >$IO_TIMEOUT
	io_aborts "$message"
	io_resets "$message"
	echo 30000 >$IO_TIMEOUT
	load_stop
	at_least 'commands cut off by the reset' "$(io_cut_off)" 1
	reference
	silent
}

reset() {
	local target=$(($(io) + 20))
	wait_until 20 io_beyond $target && echo 1 >$CTRL/reset_controller
}

# at this speed each reset finds commands in flight
resets() {
	step 'controller resets under load'
	load_start
	throttle 200
	check "$STEP: 5 resets" repeat 5 reset
	throttle 0
	load_stop
	at_least 'resets that the kernel log has' "$(said 'default/read/poll queues')" 5
	at_least 'commands cut off by them' "$(io_cut_off)" 5
	reference
	silent
}

# lose_disk WHAT COMMAND...: takes the device away while fio writes
lose_disk() {
	local status=0 what=$1
	shift
	load_start
	check "$STEP: fio is at work" kill -0 "$LOAD_PID"
	check "$STEP: $what" "$@"
	wait "$LOAD_PID" || status=$?
	has "$STEP: fio lost its disk" "status $status $(cat "$TMP/fio" "$TMP/fio.err")" \
		'error=(Input/output error|No such device)'
	check "$STEP: the disk is gone" test ! -b $DISK
}

disk_is_back() {
	check "$STEP: the disk comes back" wait_until 20 test -b $DISK
	reference
	silent
}

rebind() {
	step 'unbind and bind under load'
	lose_disk unbind bash -c "echo $BDF >/sys/bus/pci/drivers/nvme/unbind"
	check "$STEP: bind" bash -c "echo $BDF >/sys/bus/pci/drivers/nvme/bind"
	disk_is_back
}

# the event lives in nvme-core, and its records go with it: look before that is unloaded, too;
# a histogram that is still there then makes the kernel warn about a probe that was left behind
module_reload() {
	step 'module unload and reload under load'
	lose_disk 'rmmod nvme' rmmod nvme
	silent
	DUP_BEFORE=$(dup_events)
	hist ! ''
	check "$STEP: rmmod nvme-core" rmmod nvme_core
	check "$STEP: nvme-core is loaded and armed again" eval 'modprobe nvme_core && arm'
	check "$STEP: modprobe nvme" modprobe nvme
	disk_is_back
}

# offline, the load goes on with the other one, online
cpu_off_and_on() {
	local target=$(($(on_cpu 0) + 100)) status=0
	echo 0 >$CPU1 && [ "$(cat $CPU1)" = 0 ] && wait_until 20 cpu0_beyond $target || status=1
	echo 1 >$CPU1 && [ "$(cat $CPU1)" = 1 ] && return $status
}

cpu0_beyond() { [ "$(on_cpu 0)" -ge "$1" ]; }

cpu_off_on() {
	local before
	step 'CPU 1 offline and online under load'
	load_start
	check "$STEP: 3 times, with commands completed on CPU 0 meanwhile" repeat 3 cpu_off_and_on
	load_stop
	before=$(on_cpu 1)
	taskset -c 1 dd if=$DISK of=/dev/null bs=4k count=200 iflag=direct status=none
	at_least 'commands completed on CPU 1 afterwards' $(($(on_cpu 1) - before)) 200
	reference
	silent
}

kernel_log() {
	is 'the kernel log has nothing to complain about' "$(dmesg | grep -E "$TROUBLE")" ''
}

# without it all of the above would pass on a counter that is stuck
control() {
	local out posted
	step 'control'
	if [ ! -x $REPLAY ]; then
		not_ok 'control: duplicates are counted and logged'
		diag "no '$REPLAY': run make"
		return
	fi
	# the ring of an unpatched kernel may have an entry that it does not survive, but not in slots that were never used
	if [ $PROBE = yes ]; then
		out=$($REPLAY --queue 1 --lap --unused --quiet 2>&1)
	else
		out=$($REPLAY --queue 0 --lap --quiet 2>&1)
	fi
	posted=$(sed -n 's/^posted=\([0-9]*\) .*/\1/p' <<<"$out")
	diag "$out"
	at_least 'duplicates that the controller posted' "${posted:-0}" 8
	is 'control: the same counter has all of them' "$(dup_events)" "${posted:-none posted}"
	at_least 'lines in the log that its check finds' "$(said "$TROUBLE")" 1
}

# ---- all of it ----

timed() {
	local start=$SECONDS
	"$@"
	diag "$1 took $((SECONDS - start)) s"
}

prepare() {
	[ $PROBE = no ] || build/nvme-dupcqe probe add || return 1
	mkdir "${DUP%/events/*}" "${DONE%/events/*}" || return 1
	[ -e $DUP ] || { echo 'the kernel has no event nvme:nvme_dup_cqe: is it patched?'; return 1; }
	arm && reference_write
}

finish_early() {
	[ "$_lib_failed" -eq 0 ] || finish
}

main() {
	check 'the event is armed and the disk prepared' prepare
	# not in check, whose subshell would have the open file to itself
	if qmp_open; then ok "QEMU's monitor answers"; else not_ok "QEMU's monitor answers"; fi
	finish_early
	timed normal_load
	timed rescans
	timed user_aers
	timed io_timeouts
	timed resets
	timed rebind
	[ ! -e /sys/module/nvme/initstate ] || timed module_reload
	timed cpu_off_on
	kernel_log
	timed control
	rm -rf "$TMP"
	finish
}

main
