#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tree's own rules: what CONTRIBUTING.md asks for and a script can see.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

# the files of the tree, also in a copy without git
files() {
	if git rev-parse -q --git-dir > /dev/null 2>&1; then
		git ls-files -co --exclude-standard
	else
		find . -type f -not -path './build/*' | sed 's|^\./||'
	fi | while read -r f; do [ -f "$f" ] && echo "$f"; done
}

scripts() { files | while read -r f; do head -c 40 "$f" | grep -aq '^#!/bin/\(ba\)\?sh' && echo "$f"; done; }

without_spdx() {
	{ files | grep -E '\.(c|h|cpp|sh|mk|awk)$|^Makefile$'; scripts; } | sort -u | while read -r f; do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: ' || echo "$f"
	done
}

wrong_licence() {
	files | grep '^kernel-patch/' | grep -vE '\.(patch|md)$|/series$|/cover-letter' | while read -r f; do
		head -n 2 "$f" | grep -q 'GPL-2.0-only' || echo "$f"
	done
	files | grep -E '^(lib|include|probe|plugin)/.*\.[ch]' | while read -r f; do
		head -n 1 "$f" | grep -q 'LGPL-2.1-or-later' || echo "$f"
	done
}

long_files() { files | grep -E '\.[ch]$|\.cpp$' | while read -r f; do [ "$(wc -l < "$f")" -le 400 ] || echo "$f: $(wc -l < "$f") lines"; done; }

long_functions() {
	files | grep -E '\.[ch]$|\.cpp$' | xargs -r awk '
		/^\{/ { start = FNR } /^\}/ { if (start && FNR - start > 70) print FILENAME ":" start ": " FNR - start " lines"; start = 0 }'
}

# paths of one machine, and the mirrors of packages, which apt knows at run time
foreign() {
	files | grep -vE '^(LICENSES/|tests/tree/)' | xargs -r grep -nIE '(^|[^a-z.])/(work|farm)/|/root/|(deb|security|ftp)\.debian\.org' || true
}

is "an SPDX line in each source file" "$(without_spdx)" ""
is "the licence of its room" "$(wrong_licence)" ""
is "no file of C over 400 lines" "$(long_files)" ""
is "no function over 70 lines" "$(long_functions)" ""
is "no path of one machine, no mirror" "$(foreign)" ""
is "nobody signed the patches off" "$(grep -l '^Signed-off-by' kernel-patch/*/*.patch)" ""
# shellcheck disable=SC2046
check "shellcheck has nothing to say" sh -c 'shellcheck -x -S warning -e SC2034,SC1083,SC1091 "$@"' sh $(scripts)
for target in all plugin deps demo check check-fast check-mainline bench screenshots fuzz modules modules_install install uninstall clean help; do
	has "make help names $target" "$(make -s help)" "make $target +[a-z]"
done
finish
