#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: what README.md tells a user to type.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

for kernel in $LAB_KERNELS; do
	in_lab "$kernel" --depth 8 --timeout 600 -- tests/vm/guest/recipes.sh
done
finish
