#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: each action of the daemon, after real hits.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --depth 8 --timeout 600 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-actions.sh
done
finish
