#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, on an unpatched kernel: replay, and keep every CPU waiting for RCU, so that one that hangs in the
# interrupt handler is noticed by the kernel itself.
set -u
cd "$(dirname "$0")/../../.." || exit 1

while sleep 1; do echo 'heartbeat of the guest' > /dev/kmsg; done &
waiters=($!)
for cpu in $(seq 0 $(($(nproc) - 1))); do
	# removing an instance waits for a grace period
	taskset -c "$cpu" sh -c 'while mkdir "$0" && rmdir "$0"; do sleep 0.2; done' "/sys/kernel/tracing/instances/rcu$cpu" &
	waiters+=($!)
done
build/tests/vm/cqe-replay --queue 1 --quiet "$@"
status=$?
kill "${waiters[@]}"
exit $status
