#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: the completion that matches an idle request is refused and reported.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --timeout 600 -- tests/vm/guest/guard.sh
done
finish
