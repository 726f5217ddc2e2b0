#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The reproducer: what the guard is for. One completion that matches an idle request, or a lap of a full
# ring of writes, takes every unpatched kernel down.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

# goes_down KERNEL NAME COMMAND...: panics (126), because of what COMMAND provokes
goes_down() {
	local kernel=$1 name=$2 console status=0
	shift 2
	console=$(mktemp)
	tests/vm/lab --kernel "$kernel" --stock --console "$console" --timeout 120 \
		--append 'rcupdate.rcu_cpu_stall_timeout=5 sysctl.kernel.panic_on_rcu_stall=1' -- "$@" > /dev/null 2>&1 || status=$?
	if [ "$status" = 126 ] && grep -q 'RIP: .*blk_mq_complete_request_remote' "$console"; then
		ok "$kernel: $name panics an unpatched kernel in blk_mq_complete_request_remote()"
	elif [ "$status" = 126 ] && grep -q 'Kernel panic - not syncing: RCU Stall' "$console"; then
		ok "$kernel: $name hangs a CPU of an unpatched kernel"
	elif [ "$status" = 124 ] && grep -q 'invalid id .* completed on queue' "$console" &&
		[ "$(grep -c 'heartbeat of the guest' "$console")" -lt 60 ]; then
		# both CPUs at once: nobody is left to notice. A guest that is merely slow has a hundred heartbeats.
		ok "$kernel: $name hangs all CPUs of an unpatched kernel"
	else
		not_ok "$kernel: $name takes an unpatched kernel down (the lab's status is $status)"
		tail -n 20 "$console" | sed 's/^/# /'
	fi
	rm -f "$console"
}

for kernel in $LAB_KERNELS; do
	goes_down "$kernel" "one matching completion" tests/vm/guest/hang.sh --match --no-resync
	goes_down "$kernel" "a lap of a full ring, passthrough writes" tests/vm/guest/hang.sh --lap --fill write
	goes_down "$kernel" "a lap of a full ring, writes through the block layer" tests/vm/guest/hang.sh --lap --fill block
	goes_down "$kernel" "a matching answer of an NVMe/TCP target" tests/fabrics/guest-tcp.sh --stock --match
done
finish
