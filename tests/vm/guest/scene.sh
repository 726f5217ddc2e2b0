#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, DISPOSABLE: two queues are busy, a duplicate comes in on the first one, and the machine stops by itself.
# From the first hit on each completion is traced. Comes back only if there was no panic.
#   scene.sh trigger | module | sysrq
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

event=events/nvme/nvme_dup_cqe
disk=/dev/nvme0n1
disk_fs_mb=200		# what is behind is for the load

# what kexec says where there is room for no crash kernel
no_crash_kernel() {
	[ -f "$LAB_CRASH_KERNEL" ] || return
	kexec -p "$LAB_CRASH_KERNEL" --reuse-cmdline > "$LAB_SCRATCH/kexec" 2>&1
	echo "status $?" >> "$LAB_SCRATCH/kexec"
}

# into the top instance, which nobody else uses: nothing but what comes after the hit
count_completions() {
	echo 2048 > $tracefs/buffer_size_kb
	echo 1 > $tracefs/$event/enable
	echo 'enable_event:nvme:nvme_complete_rq:1' > $tracefs/$event/trigger || exit 1
	echo 1 > /proc/sys/kernel/ftrace_dump_on_oops
}

# the second queue; that of the replay is written to by cqe-replay
load_begin() {
	local cpus
	cpus=$(cat /sys/block/nvme0*n1/mq/1/cpu_list | head -n 1)
	echo "the load is on CPU $cpus"
	while :; do
		taskset -c "$cpus" dd if=/dev/zero of=$disk bs=4k seek=$((disk_fs_mb * 256)) count=10000 oflag=direct status=none
	done &
}

trigger_begin() {
	mkdir $tracefs/instances/scene
	echo 1 > $tracefs/instances/scene/$event/enable
	echo 'panic if reason > 0 && qid == 1' > $tracefs/instances/scene/$event/trigger || exit 1
}

module_begin() {
	insmod "$LAB_PANIC_MODULE" reasons=1,2,3 qid=1 || exit 1
}

sysrq_begin() {
	var_lib
	[ ! -d "/lib/modules/$(uname -r)" ] || modprobe ext4
	mkfs.ext4 -q -F $disk ${disk_fs_mb}M && mount -t ext4 $disk /var/lib/nvme-dupcqed && chmod 0700 /var/lib/nvme-dupcqed ||
		exit 1
	uptime=3600
	config '[panic]' 'allow-panic = yes' 'require-crash-kernel = no' 'min-uptime = 30min' 'mode = reactive' \
		'[rule fatal]' 'controller = nvme0' 'qid = 1' 'cooldown = 1h' 'action = panic'
	daemon_start 'sysrq'
}

# first, so that its probe of the event is run first: the trigger does not come back
count_completions
"${1}_begin" || exit 1
no_crash_kernel
load_begin
sleep 1
# what the kernel does by itself can come in between
for _ in $(seq 10); do
	"$replay_tool" --queue 1 --laps 200 --writers 4 --quiet
done
sleep 60
echo 'no panic'
[ ! -e "$log" ] || cat "$log"
exit 1
