# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# For the tests of what stops the machine in the context of the event.

# panics KERNEL NAME REGEX OPTION... -- COMMAND: the guest panics, and its console has one line like REGEX. The
# console is left in the file $console.
panics() {
	local kernel=$1 name=$2 regex=$3 status=0
	shift 3
	tests/vm/lab --kernel "$kernel" --depth 8 --console "$console" "$@" > "$console.out" 2>&1 || status=$?
	is "$kernel: $name: the guest panics" "$status" 126
	is "$kernel: $name: one line says why" \
		"$(tr -d '\r' < "$console" | grep -Ec "Kernel panic - not syncing: $regex")" 1
	[ "$status" = 126 ] || diag "$(tail -n 20 "$console.out")"
	grep -a 'Kernel panic - not' "$console" | cut -c 1-300 | sed 's/^/# /'
}

# the records that ftrace_dump_on_oops printed
dumped() { tr -d '\r' < "$console" | sed -n '/Dumping ftrace/,$p' | grep ': nvme_dup_cqe: nvme0: '; }

# values TEXT: what it has of the fields that say which completion it was and where the rings are
values() {
	local names='qid|cmdid|tag|genctr|expected|opcode|depth|sq_tail|cq_head|sq_dma|cq_dma'
	grep -oE " ($names)=[^,]*" <<< "${1%%$'\r'}" | sort
}

# record_saved NAME NUMBER: the trace ends with the hit, the NUMBER-th; it so was in the buffer before the panic, whose
# message has its values
record_saved() {
	is "$1: the record is in the trace, once" "$(dumped | wc -l)" "$2"
	is "$1: and has what the message says" "$(values "$(dumped | tail -n 1)")" \
		"$(values "$(grep -am 1 'Kernel panic - not' "$console")")"
	is "$1: all of it" "$(values "$(dumped | tail -n 1)" | wc -l)" 11
}
