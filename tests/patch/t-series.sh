#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every folder of kernel-patch/: git am takes the series on the source it is for, the mails come out of the
# branch byte for byte (nobody edited one), checkpatch --strict has neither error nor warning.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the program lives in the tree of the newest kernel; a new file is in a folder that MAINTAINERS names
checkpatch() {
	local tree mail out
	tree=$(tests/vm/source 7.3) || return 1
	for mail in kernel-patch/"$1"/0*[1-9]-*.patch; do
		out=$(cd "$tree" && perl scripts/checkpatch.pl --no-tree --strict --ignore MISSING_SIGN_OFF,FILE_PATH_CHANGES "$OLDPWD/$mail")
		grep -q '^total: 0 errors, 0 warnings,' <<< "$out" || { echo "$mail"; grep -E 'ERROR|WARNING|total' <<< "$out"; }
	done
}

for base in $(sed -nE 's/^([0-9][^[:space:]]*).*/\1/p' kernel-patch/VERSIONS); do
	status=0
	tree=$(tests/vm/source "$base" 2> "$work/err") || status=$?
	case $status in
	0) ;;
	3) skip "$base: the series" "$(tail -n 1 "$work/err")"; continue ;;
	*) not_ok "$base: the source is at hand"; diag "$(cat "$work/err")"; continue ;;
	esac
	check "$base: git am takes the series" kernel-patch/checkout "$base" "$tree" "$work/$base"
	check "$base: the branch gives mails" kernel-patch/export "$base" "$work/$base" "$work/mails-$base"
	is "$base: byte for byte those of the tree" "$(diff -r "kernel-patch/$base" "$work/mails-$base" 2>&1)" ""
	is "$base: checkpatch --strict, errors and warnings" "$(checkpatch "$base")" ""
done

if tree=$(tests/vm/source 7.3 2> "$work/err"); then
	is "nvme_dup_cqe_panic: checkpatch --strict" \
		"$(perl "$tree/scripts/checkpatch.pl" --no-tree --strict --terse -f kernel-patch/panic-module/*.c 2>&1)" ""
else
	not_ok "nvme_dup_cqe_panic: checkpatch is at hand"
	diag "$(cat "$work/err")"
fi
finish
