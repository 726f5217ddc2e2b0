#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may see what: docs/architecture.md.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

# sees HEADER-REGEX ALLOWED-FILES-REGEX: files of the product that include the header and may not
sees() {
	grep -rlE --include='*.[ch]' --include='*.cpp' "#include [<\"]([a-z]+/)?$1" include lib probe plugin daemon cmd 2> /dev/null |
		grep -vE "$2" || true
}

is "only decode and the plugin know libtraceevent" "$(sees '(event-parse|trace-seq|kbuffer)\.h' '^(lib/decode|plugin/traceevent/|plugin/kernelshark/record\.c|daemon/source)')" ""
is "only the tool's input file knows libtracecmd" "$(sees '(trace-cmd|tracecmd)[a-z-]*\.h' '^cmd/input')" ""
is "only the daemon's source and snapshot files know libtracefs" "$(sees 'tracefs\.h' '^daemon/(source|snapshot)')" ""
is "only the tool's dump file knows libkdumpfile" "$(sees '(kdumpfile|addrxlat)\.h' '^cmd/dump\.c')" ""
is "only the probe's offsets know libbpf" "$(sees '(btf|libbpf)\.h' '^probe/offsets\.c')" ""
is "only its folder knows KernelShark" "$(sees '(libkshark|KsPlot|KsPlugin)[A-Za-z-]*\.h' '^plugin/kernelshark/')" ""

# the library: no printing, no exit, no clock, no state
calls() { nm --undefined-only build/lib/libdupcqe.a 2> /dev/null | awk '{ print $NF }' | grep -xE "$1" | sort -u; }
is "the library is built" "$([ -s build/lib/libdupcqe.a ] && echo yes)" yes
is "the library prints nothing" "$(calls '(v?f?printf|puts|putchar|fputs|fputc|fwrite|write|perror|syslog|std(out|err))(_chk)?')" ""
is "the library does not end the program" "$(calls '_?exit|abort|err[xc]?|__assert_fail')" ""
is "the library asks no clock and no environment" "$(calls '(clock_)?gettime(ofday)?|time|getenv|secure_getenv')" ""
state() { objdump -t build/lib/libdupcqe.a | grep -E ' O (\.data|\.bss|\.data\.rel(\.local)?|\*COM\*)[[:space:]]' | awk '{ print $NF }'; }
is "the library holds no state" "$(state)" ""
finish
