#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: the daemon's own tests on live events, on kernels that can take snapshots, whatever the build machine's can do.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

# what depends on the kernel's triggers and snapshots; and on one kernel everything that lives on events
short="t-armed-kernel t-snapshot-live"
long="$short t-snapshot-meanwhile t-source-event t-source-reload t-engine t-engine-rules"

for kernel in $LAB_KERNELS; do
	tests=$short
	[ "$kernel" != "${LAB_KERNELS##* }" ] || tests=$long
	# shellcheck disable=SC2086
	in_lab "$kernel" --timeout 600 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-live.sh $tests
done
finish
