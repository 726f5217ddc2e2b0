#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon arms the kernel to panic: by the trigger on 7.3, by the module on 6.12. What disarms it, one panic at a hit, and the
# boot after it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The guest goes down in the end: that is the lab's status 126.
first_boot() {
	local k=$1 way=$2 line=$3 dir=$work/$1 status=0
	tests/vm/lab --kernel "$k" --depth 8 --timeout 240 --scratch "$dir" --disk "$dir/disk" --console "$dir/console" -- \
		env BUILD="${BUILD:-build}" tests/vm/guest/daemon-instant.sh "$way" arm-and-panic > "$dir/out" 2> "$dir/err" || status=$?
	sed -E "s/^((not )?ok) - /\1 - $k: /" "$dir/out"
	_lib_seen=$((_lib_seen + $(grep -Ec '^(not )?ok - ' "$dir/out")))
	_lib_failed=$((_lib_failed + $(grep -c '^not ok - ' "$dir/out")))
	check "$k: everything before the panic has been tried" test -e "$dir/boot-id"
	is "$k: a hit: the machine goes down" $status 126
	[ $status = 126 ] || diag "$(tail -n 40 "$dir/err")"
	has "$k: a hit: by the kernel's $way" "$(tr -d '\r' < "$dir/console")" "Kernel panic - not syncing: $line"
	is "$k: a hit: before the daemon could do anything" "$(grep -ac 'nvme-dupcqed: rule' "$dir/console")" 0
}

# both_boots KERNEL WAY LINE
both_boots() {
	[[ " $LAB_KERNELS " == *" $1 "* ]] || return 0
	mkdir "$work/$1"
	first_boot "$@"
	in_lab "$1" --depth 8 --timeout 240 --scratch "$work/$1" --disk "$work/$1/disk" -- \
		env BUILD="${BUILD:-build}" tests/vm/guest/daemon-instant.sh "$2" next-boot
	rm -f "$work/$1/disk"
}

rest='nvme0: qid=1, cmdid=[0-9]+, .*reason=(stale generation|unknown tag)'
both_boots 7.3 trigger "trace event nvme:nvme_dup_cqe in instance nvme-dupcqed: nvme_dup_cqe: $rest"
both_boots 6.12 module "nvme_dup_cqe_panic: 0000:[0-9a-f:.]+: $rest"
[[ " $LAB_KERNELS " == *" 7.3 "* || " $LAB_KERNELS " == *" 6.12 "* ]] || skip "an armed panic" "it is tried on 7.3 and 6.12 only"
finish
