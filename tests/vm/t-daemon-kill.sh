#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon is killed at 50 random moments; on the kernel that boots fastest. SEED=N has the moments of another run.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

SEED=${SEED:-$RANDOM}
echo "# SEED=$SEED"
in_lab "${LAB_KERNELS##* }" --depth 8 --timeout 900 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-kill.sh "$SEED"
finish
