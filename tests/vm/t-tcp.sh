#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base, by the event and on a stock kernel by the probe: the double, the late and the made-up answer of an NVMe/TCP target.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --timeout 600 -- tests/fabrics/guest-tcp.sh --patched
	# 6.12's messages are those of 6.1
	[ "$kernel" = 6.12 ] || in_lab "$kernel" --stock --timeout 600 -- tests/fabrics/guest-tcp.sh --probe
done
finish
