#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input of the programs in kernel-patch/: one clear line, and nothing left behind.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

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
