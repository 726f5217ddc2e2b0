#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every folder of kernel-patch/: git am takes the series on the source it is for, the mails come out of the
# branch byte for byte (nobody edited one), checkpatch --strict has neither error nor warning.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the program lives in the tree of the newest kernel
checkpatch() {
	local tree mail out
	tree=$(tests/vm/source 7.3) || return 1
	for mail in kernel-patch/"$1"/0*[1-9]-*.patch; do
		out=$(cd "$tree" && perl scripts/checkpatch.pl --no-tree --strict --ignore MISSING_SIGN_OFF "$OLDPWD/$mail")
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

# bad input of the two programs, and of the one that builds
fails "checkout: an unknown base" 1 "no patches for '9.9'; there are: .*6.1 6.12 6.12.95 7.3" kernel-patch/checkout 9.9 / "$work/x"
fails "checkout: no source" 1 "cannot open '/nowhere'" kernel-patch/checkout 6.1 /nowhere "$work/x"
fails "checkout: a source that is none" 1 "no drivers/nvme in" kernel-patch/checkout 6.1 "$work" "$work/x"
check "checkout: leaves nothing behind" test ! -e "$work/x"
fails "export: no branch" 1 "no branch nvme-dup-cqe" kernel-patch/export 6.1 "$work" "$work/y"
fails "build-modules: no headers" 1 "no headers for 6.1.3-x .*: apt install linux-headers-6.1.3-x" \
	kernel-patch/build-modules --kver 6.1.3-x --output "$work/o"
fails "build-modules: a number of patches that is none" 2 "wants a number, not 'x'" \
	kernel-patch/build-modules --patches x --output "$work/o"
mkdir -p "$work/headers/include/generated/uapi/linux"
printf '#define LINUX_VERSION_MAJOR 5\n#define LINUX_VERSION_PATCHLEVEL 10\n#define LINUX_VERSION_SUBLEVEL 209\n' \
	> "$work/headers/include/generated/uapi/linux/version.h"
fails "build-modules: a kernel that no folder fits" 1 "no patches fit 5.10.209-x .*6.1.0 to .*7.3.0 to" \
	kernel-patch/build-modules --kver 5.10.209-x --headers "$work/headers" --output "$work/o"
check "build-modules: leaves nothing behind" test ! -e "$work/o"
fails "install-modules: nothing built" 1 "no modules in '$work/o': make modules" \
	kernel-patch/install-modules --from "$work/o" --kver 6.1.0
finish
