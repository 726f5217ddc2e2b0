#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: what keeps the daemon from panicking the machine, one panic, and the boot after it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The guest goes down in the end: that is the lab's status 126.
first_boot() {
	local k=$1 dir=$work/$1 status=0
	tests/vm/lab --kernel "$k" --depth 8 --timeout 600 --scratch "$dir" --disk "$dir/disk" --console "$dir/console" -- \
		env BUILD="${BUILD:-build}" tests/vm/guest/daemon-panic.sh refuse-and-panic > "$dir/out" 2> "$dir/err" || status=$?
	sed -E "s/^((not )?ok) - /\1 - $k: /" "$dir/out"
	_lib_seen=$((_lib_seen + $(grep -Ec '^(not )?ok - ' "$dir/out")))
	_lib_failed=$((_lib_failed + $(grep -c '^not ok - ' "$dir/out")))
	check "$k: the guards have all been tried" test -e "$dir/ready"
	is "$k: panic: the machine goes down" $status 126
	[ $status = 126 ] || diag "$(tail -n 40 "$dir/err")"
	has "$k: panic: by sysrq" "$(cat "$dir/console")" 'Kernel panic - not syncing: sysrq triggered crash'
	is "$k: panic: once announced, with rule, device, queue and command" "$(grep -acE \
		"nvme-dupcqed: rule 'fatal': panic for nvme0 \(0000:[0-9a-f:.]+\) queue 1 command [0-9]+" "$dir/console")" 1
}

for kernel in $LAB_KERNELS; do
	mkdir "$work/$kernel"
	first_boot "$kernel"
	in_lab "$kernel" --depth 8 --timeout 600 --scratch "$work/$kernel" --disk "$work/$kernel/disk" -- \
		env BUILD="${BUILD:-build}" tests/vm/guest/daemon-panic.sh next-boot
	rm -f "$work/$kernel/disk"
done
finish
