#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The trace survives a warm reboot: a persistent ring buffer (7.3, 6.12), and ramoops beside it (6.12, whose modules get other
# numbers for their events in the second boot).
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

trace='reserve_mem=20M:4096:trace trace_instance=nvme-dupcqed^traceoff@trace'
oops='reserve_mem=1M:4096:oops ramoops.mem_name=oops'

for kernel in $LAB_KERNELS; do
	case $kernel in
	6.12) options="$trace $oops" way=module ;;
	7.3) options=$trace way=freeze ;;
	*) continue ;;
	esac
	in_lab "$kernel" --reboots 1 --no-nvme --depth 8 --timeout 240 --append "$options" -- \
		env BUILD="${BUILD:-build}" tests/vm/guest/persistent.sh $way
done
finish
