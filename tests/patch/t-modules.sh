#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `make modules` and `make modules_install` call: modules for a Debian kernel, and their way into updates/.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$PATH:/usr/sbin:/sbin
kver='' headers='' source='' stock=''
eval "$(tests/vm/source --build 6.1)"
root=$work/root
own=$root/lib/modules/$kver/kernel/drivers/nvme/host

build() {
	kernel-patch/build-modules --kver "$kver" --headers "$headers" --source "$source" --output "$work/built" 2>&1
}

check "modules are built" build
has "a second run has nothing to do" "$(build)" 'up to date'
for module in host/nvme-core host/nvme host/nvme-tcp host/nvme-rdma host/nvme-fc host/nvme-fabrics target/nvmet; do
	check "there is $module.ko" test -s "$work/built/$module.ko"
done
has "they are for that kernel" "$(modinfo -F vermagic "$work/built/host/nvme.ko")" "^$kver "
has "they have the tracepoint" "$(nm "$work/built/host/nvme-core.ko")" '__tracepoint_nvme_dup_cqe$'

# a root folder with nothing but that kernel's own driver
mkdir -p "$own"
cp "$stock" "$own/"
: > "$root/lib/modules/$kver/modules.order"
: > "$root/lib/modules/$kver/modules.builtin"
check "they are installed" kernel-patch/install-modules --from "$work/built" --kver "$kver" --destdir "$root"
has "and win over the kernel's own" "$(modinfo -b "$root" -k "$kver" -F filename nvme 2>&1)" 'updates/nvme-dupcqe/host/nvme.ko$'
is "the kernel's own is left alone" "$(cmp "$stock" "$own/$(basename "$stock")" 2>&1)" ""
fails "another kernel is refused" 1 "'.*/lib/modules/9.9.9' is missing" \
	kernel-patch/install-modules --from "$work/built" --kver 9.9.9 --destdir "$root"
mkdir -p "$root/lib/modules/9.9.9"
fails "modules for another kernel are refused" 1 "is for $kver, not for 9.9.9" \
	kernel-patch/install-modules --from "$work/built" --kver 9.9.9 --destdir "$root"
check "and nothing is installed there" test ! -e "$root/lib/modules/9.9.9/updates"
finish
