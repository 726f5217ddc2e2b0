#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Patches 1 to 4 leave the path of a good completion as it is: the completion loop of nvme-pci, disassembled by
# tests/patch/loop; Debian's own module against the patched one, side by side where they differ.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LAB_KERNELS=${LAB_KERNELS:-6.1 6.12}

# side_by_side A B
side_by_side() { diff -y --suppress-common-lines -W 100 "$work/$1.loop" "$work/$2.loop"; }
instructions() { grep -c . "$work/$1.loop"; }

for kernel in $LAB_KERNELS; do
	# mainline's driver is built in: tests/patch/builds compares its objects
	[ "$kernel" != 7.3 ] || continue
	kver='' headers='' source='' stock='' patched=''
	eval "$(tests/vm/source --build "$kernel")"
	check "$kernel: a driver with patches 1 to 4" kernel-patch/build-modules --kver "$kver" --headers "$headers" \
		--source "$source" --patches 4 --output "$work/four"
	tests/patch/loop "$stock" > "$work/stock.loop"
	tests/patch/loop "$work/four/host/nvme.ko" > "$work/four.loop"
	tests/patch/loop "$patched" > "$work/all.loop"
	check "$kernel: there is a loop to compare" [ "$(instructions stock)" -gt 100 ]
	is "$kernel: patches 1 to 4: not one instruction of the loop differs" "$(side_by_side stock four)" ""
	side_by_side stock all > "$work/guard"
	check "$kernel: the comparison sees the guard" grep -Eq '>[[:space:]]*jne' "$work/guard"
	sed 's/^/# /' "$work/guard"
	rm -rf "$work/four"
done
finish
