# SPDX-License-Identifier: GPL-2.0-or-later
#
# What kinds of text a list of records has of commands: event, name of the opcode, field, with N for decimal numbers,
# X for hexadecimal ones, BYTES for a row of bytes.
BEGIN { FS = "\t" }

match($3, / cmd=\(([^ ,]+),? (.*)\)$/, cmd) {
	name = cmd[1] ~ /^0x/ ? "X" : cmd[1]
	gsub(/=([0-9a-f][0-9a-f] ){23}[0-9a-f][0-9a-f]/, "=BYTES", cmd[2])
	n = split(cmd[2], field, ", ")
	for (i = 1; i <= n; i++) {
		gsub(/0x[0-9a-f]+/, "X", field[i])
		if (name ~ /auth/)
			sub(/=[0-9a-f][0-9a-f]$/, "=N", field[i])
		gsub(/=[0-9]+/, "=N", field[i])
		print $2 " " name " " field[i]
	}
}
