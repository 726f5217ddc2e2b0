#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's kernels (the small one has no namespaces): the daemon as systemd runs it from its unit, sandbox and all.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	case $kernel in 6.*) in_lab "$kernel" --depth 8 --timeout 600 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-unit.sh ;; esac
done
finish
