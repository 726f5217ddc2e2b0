#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Patches 1 to 4 leave the path of a good completion as it is: the completion loop of nvme-pci, disassembled, stock
# against patched by tests/patch/loop. Shown side by side where it differs.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LAB_KERNELS=${LAB_KERNELS:-6.1 6.12}

build() {
	local kernel=$1 out=$2 paths
	shift 2
	paths=$(tests/vm/source --build "$kernel") || return 1
	eval "$paths"
	kernel-patch/build-modules --kver "$kver" --headers "$headers" --source "$source" --output "$out" "$@"
}

for kernel in $LAB_KERNELS; do
	check "$kernel: stock modules" build "$kernel" "$work/stock" --stock
	check "$kernel: patches 1 to 4" build "$kernel" "$work/four" --patches 4
	check "$kernel: the whole series" build "$kernel" "$work/all"
	for name in stock four all; do tests/patch/loop "$work/$name/host/nvme.ko" > "$work/$name.loop"; done
	check "$kernel: there is a loop to compare" grep -q 'nvme_poll_cq\|nvme_irq' "$work/stock.loop"
	is "$kernel: patches 1 to 4: not one instruction of the loop differs" "$(diff -y --suppress-common-lines "$work/stock.loop" "$work/four.loop")" ""
	check "$kernel: the comparison sees the guard" sh -c "! cmp -s '$work/stock.loop' '$work/all.loop'"
	is "$kernel: the guard adds no more than 4 instructions" \
		"$(($(grep -c . "$work/all.loop") - $(grep -c . "$work/stock.loop") <= 4))" 1
	diag "$kernel: $(grep -c . "$work/stock.loop") lines of disassembly, with the guard $(grep -c . "$work/all.loop")"
	rm -rf "$work/stock" "$work/four" "$work/all"
done
finish
