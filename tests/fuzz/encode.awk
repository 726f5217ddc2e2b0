# SPDX-License-Identifier: GPL-2.0-or-later
# gawk -b -f encode.awk tests/fuzz/make-format.c FORMAT: the fields of a format file in the code that
# tests/fuzz/make-format.h describes.

# the strings of the tables `all_names` and `types`
FILENAME ~ /make-format.c$/ {
	if (match($0, /char \*const (all_names|types)\[\]/, m))
		table = m[1]
	else if (/^}/)
		table = ""
	else if (table)
		while (match($0, /"([^"]*)"/, m)) {
			number[table, m[1]] = count[table]++
			$0 = substr($0, RSTART + RLENGTH)
		}
	next
}

function byte(value) { printf "%c", value }

function index_of(table, string) {
	if (!((table, string) in number)) {
		print "encode.awk: make-format.c has no '" string "' in " table > "/dev/stderr"
		exit 1
	}
	return number[table, string]
}

/^\tfield:/ && !/ common_/ {
	match($0, /field:(.*);\toffset:([0-9]+);\tsize:([0-9]+);\tsigned:([01]);/, m)
	how = 0; n = 0; declaration = m[1]
	if (sub(/^__data_loc /, "", declaration)) { how = 2; sub(/\[\]/, "", declaration) }
	if (match(declaration, /\[([0-9]+)\]$/, a)) { how = 1; n = a[1]; sub(/\[.*/, "", declaration) }
	match(declaration, /^(.*) ([a-z0-9_]+)$/, d)
	fields[++total] = sprintf("%d %d %d %d %d %d", index_of("all_names", d[2]), index_of("types", d[1]),
		how + 128 * m[4], m[3], m[2], n)
}

END {
	byte(total)
	for (i = 1; i <= total; i++) {
		split(fields[i], f, " ")
		byte(f[1]); byte(f[2]); byte(f[3]); byte(f[4]); byte(f[5] % 256); byte(int(f[5] / 256)); byte(f[6])
	}
}
