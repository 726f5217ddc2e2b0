# SPDX-License-Identifier: GPL-2.0-or-later
#
# The records of a kernel's trace file, of `trace-cmd report` or of `perf script`, each as
# CPU <tab> event <tab> text. Within a CPU the order is that of the buffer; between CPUs it is the reader's choice.
# Lines that should be records and are not go to the standard error output.
BEGIN {
	record = "\\[([0-9]+)\\][^:]* [0-9]+\\.[0-9]+: +([a-z]+:)?([a-z_]+): +(.*)$"
}

/^#/ || /^cpus=/ || /^CPU [0-9]+ is empty/ || /^$/ { next }

match($0, record, part) {
	printf "%d\t%s\t%s\n", part[1], part[3], part[4]
	next
}

{ print "no record: " $0 > "/dev/stderr" }
