#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: the daemon's own tests on live events, on kernels that can take snapshots, whatever the build machine's can do.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --timeout 300 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-live.sh \
		t-armed-kernel t-snapshot-live t-snapshot-meanwhile t-source-event t-source-reload t-engine t-engine-rules
done
finish
