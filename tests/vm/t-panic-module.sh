#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every base: nvme_dup_cqe_panic stops the machine at the hit it is armed for, and at no other.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh
. tests/vm/panics.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
console=$work/console
guest=tests/vm/guest/panic.sh
line='nvme_dup_cqe_panic: 0000:[0-9a-f:.]+: nvme0: qid=1, cmdid=[0-9]+, tag=[0-9]+, genctr=[0-9]+, '
line+='expected=[0-9]+, opcode=[0-9]+, reason=stale generation, depth=8, sq_tail=[0-7], cq_head=[0-7], sq_dma=0x[0-9a-f]+, cq_dma=0x[0-9a-f]+$'

# the first at load, the others later
way=module
for kernel in $LAB_KERNELS; do
	# 6.12 proves nothing more
	[ "$kernel" = 6.12 ] || in_lab "$kernel" --depth 8 --timeout 200 -- tests/vm/guest/panic-module.sh
	panics "$kernel" "third hit, $way" "$line" --append ftrace_dump_on_oops -- \
		$guest $way 'reasons=2 ctrl_id=0 qid=1 count=3' --lap
	record_saved "$kernel: third hit" 3
	way=armed
done
finish
