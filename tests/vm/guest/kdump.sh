#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, DISPOSABLE: load a crash kernel, arm, provoke a duplicate. The crash kernel then runs kdump-save.sh.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

append='console=ttyS0 loglevel=5 panic=-1 nr_cpus=1 irqpoll reset_devices mitigations=off tsc=reliable no_timer_check'

# where it is loaded the panic does not end QEMU: the crash kernel shall start
for file in /sys/bus/pci/drivers/pvpanic-pci/*/events; do
	echo 0 > "$file"
done
check 'kexec loads the crash kernel' kexec -p "$LAB_CRASH_KERNEL" --initrd="$LAB_CRASH_INITRD" --append="$append"
is 'the kernel says so' "$(cat /sys/kernel/kexec_crash_loaded)" 1
[ "$_lib_failed" = 0 ] || finish
echo 64 > $tracefs/buffer_size_kb
echo 1 > /proc/sys/kernel/ftrace_dump_on_oops
insmod "$LAB_PANIC_MODULE" reasons=1,2,3 qid=1 || exit 1
echo 1 > $tracefs/events/nvme/nvme_dup_cqe/enable
"$replay_tool" --queue 1 --lap --quiet
sleep 10
not_ok 'the machine panics'
finish
