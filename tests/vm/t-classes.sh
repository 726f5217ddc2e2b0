#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: each class of bad completion is reported with the right content.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --depth 16 --qmp -- tests/vm/guest/classes.sh
done
finish
