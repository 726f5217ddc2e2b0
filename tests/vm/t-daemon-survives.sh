#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: the daemon outlives what happens to a machine: no event, no tracefs, modules, CPUs and clocks that change, storms, kills.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --depth 8 --no-nvme --timeout 600 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-survives.sh
done
finish
