#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: the event without the patches. On the stock kernel what it records is what the controller did; on the patched
# one it is what the driver's own event has.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --stock --depth 8 -- tests/vm/guest/probe.sh
	in_lab "$kernel" --depth 8 -- tests/vm/guest/probe-beside.sh
done
finish
