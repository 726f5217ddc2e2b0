#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the crash kernel: save the memory of the one that crashed, as small as it gets; and read the rings out of it as it
# is, an ELF file of the kernel's.
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh

check 'this is the crash kernel' test -e /proc/vmcore
check 'makedumpfile saves it' makedumpfile -d 31 -c /proc/vmcore "$LAB_SCRATCH/vmcore"
check 'rings reads the memory itself' sh -c '"$1" rings --json --all /proc/vmcore > "$2"' sh "${BUILD:-build}/nvme-dupcqe" \
	"$LAB_SCRATCH/rings.proc"
finish
