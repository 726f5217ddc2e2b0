# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's initramfs: busybox, the guest's init, the modules that the root needs, and what is to be run.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

# in the order of their needs; a kernel that has one built in simply gives no file
INITRAMFS_MODULES='virtio_pci 9p 9pnet_virtio virtio_console pvpanic-pci'

# initramfs_modules DIR: decompressed, with names that sort in load order
initramfs_modules()
{
	local root=${KERNEL_MODULES%/lib/modules/*} file n=10

	# shellcheck disable=SC2086
	PATH=$PATH:/usr/sbin:/sbin modprobe -a -d "$root" -S "$KERNEL_VER" --show-depends $INITRAMFS_MODULES |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$1.list"
	while read -r file; do
		n=$((n + 1))
		case $file in
		*.xz) xz -dc "$file" >"$1/$n-$(basename "$file" .xz)" ;;
		*.zst) zstd -dcq "$file" >"$1/$n-$(basename "$file" .zst)" ;;
		*) cp "$file" "$1/$n-$(basename "$file")" ;;
		esac
	done <"$1.list"
}

# initramfs_make FILE COMMAND-SCRIPT VARS: not compressed, the guest would only lose time
initramfs_make()
{
	local dir=$1.d

	mkdir -p "$dir"/{bin,mod,lab}
	# a dynamic one would find no C library
	! ldd "$LAB_BUSYBOX" >/dev/null 2>&1 || lab_die "'$LAB_BUSYBOX' is not static: install the package busybox-static"
	cp "$LAB_BUSYBOX" "$dir/bin/busybox"
	install -m 0755 "$LAB_DIR/guest/init" "$dir/init"
	[ -z "$KERNEL_MODULES" ] || initramfs_modules "$dir/mod"
	rm -f "$dir/mod.list"
	cp "$2" "$dir/lab/command"
	cp "$3" "$dir/lab/vars"
	(cd "$dir" && find . | cpio -o -H newc --quiet -R 0:0) >"$1"
	rm -rf "$dir"
}
