#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kernels without the patches: the daemon makes a probe, and heeds the driver's own event when that comes.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	if [ "$kernel" = 7.3 ]; then
		# the driver is built in, and its messages are rate limited
		in_lab "$kernel" --stock --depth 8 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-probe.sh limited
	else
		in_lab "$kernel" --depth 8 --no-nvme --timeout 600 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-probe.sh
	fi
done
finish
