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
for module in host/nvme{-core,,-tcp,-rdma,-fc,-fabrics} target/nvmet panic/nvme_dup_cqe_panic; do
	check "there is $module.ko" test -s "$work/built/$module.ko"
done
is "without a warning" "$(grep -i warning "$work/built/build.log")" ""
has "they are for that kernel" "$(modinfo -F vermagic "$work/built/host/nvme.ko")" "^$kver "
# its layout of the record of a hit has to be the driver's: the version of this symbol covers it
has "nvme_dup_cqe_panic is bound to the driver's own record" \
	"$(modprobe --dump-modversions "$work/built/panic/nvme_dup_cqe_panic.ko")" '[[:space:]]nvme_trace_dup_cqe$'
has "and wants the driver" "$(modinfo -F depends "$work/built/panic/nvme_dup_cqe_panic.ko")" '(^|,)nvme-core(,|$)'
has "they have the tracepoint" "$(nm "$work/built/host/nvme-core.ko")" '__tracepoint_nvme_dup_cqe$'

# a root folder with nothing but that kernel's own driver
mkdir -p "$own"
cp "$stock" "$own/"
: > "$root/lib/modules/$kver/modules.order"
: > "$root/lib/modules/$kver/modules.builtin"
check "they are installed" kernel-patch/install-modules --from "$work/built" --kver "$kver" --destdir "$root"
has "and win over the kernel's own" "$(modinfo -b "$root" -k "$kver" -F filename nvme 2>&1)" 'updates/nvme-dupcqe/host/nvme.ko$'
has "and so is nvme_dup_cqe_panic" "$(modinfo -b "$root" -k "$kver" -F filename nvme_dup_cqe_panic 2>&1)" \
	'updates/nvme-dupcqe/panic/nvme_dup_cqe_panic.ko$'
is "the kernel's own is left alone" "$(cmp "$stock" "$own/$(basename "$stock")" 2>&1)" ""
fails "another kernel is refused" 1 "'.*/lib/modules/9.9.9' is missing" \
	kernel-patch/install-modules --from "$work/built" --kver 9.9.9 --destdir "$root"
mkdir -p "$root/lib/modules/9.9.9"
fails "modules for another kernel are refused" 1 "is for $kver, not for 9.9.9" \
	kernel-patch/install-modules --from "$work/built" --kver 9.9.9 --destdir "$root"
check "and nothing is installed there" test ! -e "$root/lib/modules/9.9.9/updates"

# next_steps MODULE...: what it says on a machine that runs that kernel with these modules loaded
next_steps() {
	PATH=$work/bin:$PATH unshare -m sh -ec '
		mount -t tmpfs tmpfs /lib/modules
		mount -t tmpfs tmpfs /sys/module
		kver=$(uname -r)
		mkdir "/lib/modules/$kver"
		: > "/lib/modules/$kver/modules.order"
		: > "/lib/modules/$kver/modules.builtin"
		from=$1
		shift
		for module; do mkdir "/sys/module/$module"; done
		kernel-patch/install-modules --from "$from"' sh "$work/built" "$@" 2>&1
}
mkdir "$work/bin"
printf '#!/bin/sh\necho %s\n' "$kver" > "$work/bin/uname"
printf '#!/bin/sh\necho /dev/vda\n' > "$work/bin/findmnt"
chmod +x "$work/bin/uname" "$work/bin/findmnt"
if unshare -m mount -t tmpfs tmpfs /lib/modules 2> /dev/null; then
	has "what to do next" "$(next_steps nvme_core)" 'stop nvme-dupcqed.* then: modprobe -r nvme && modprobe nvme; or reboot$'
	has "and with nvme_dup_cqe_panic loaded" "$(next_steps nvme_core nvme_dup_cqe_panic)" \
		'then: modprobe -r nvme_dup_cqe_panic nvme && modprobe nvme; or reboot$'
	has "and without the driver" "$(next_steps nothing)" 'they are loaded at the next boot'
else
	skip "what to do next" "cannot mount here, or there is no /lib/modules"
fi
finish
