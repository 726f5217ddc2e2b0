#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base, and on a stock kernel the probe: no event for a controller that behaves, whatever the driver does with it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	start=$SECONDS
	in_lab "$kernel" --qmp --timeout 600 -- tests/vm/guest/quiet.sh
	diag "$kernel: $((SECONDS - start)) s"
done
[[ " $LAB_KERNELS " != *" 6.12 "* ]] || in_lab 6.12 --stock --qmp --timeout 600 -- tests/vm/guest/quiet.sh --probe
finish
