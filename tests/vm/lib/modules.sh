# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's kernel with our modules in place of its own: its headers, its source, the patches, built in the cache by
# kernel-patch/build-modules.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

# The headers of the cache's kernel, usable where they are: only one path in them is absolute.
modules_make_headers()
{
	local base=$1 out=$2 dir part

	lab_need_space 200 "the headers of Debian's kernel $base"
	lab_tmp dir
	for part in headers common kbuild; do
		fetch_unpack "$base/$part" "$dir" --exclude=./usr/share
	done
	# the links in usr/src lead to ../../lib
	[ -d "$dir/lib" ] || ln -s usr/lib "$dir/lib"
	sed -i "s|^include /usr/src/|include $out/usr/src/|" "$dir"/usr/src/linux-headers-*/Makefile
	lab_keep "$dir" "$out"
}

# modules_build STOCK-DIR HEADERS SOURCE OUT: a tree of modules that differs from the stock one in drivers/nvme
modules_build()
{
	local stock=$1 headers=$2 source=$3 out=$4 dir ko nvme

	lab_need_space 300 "the modules"
	lab_need_tool make make
	lab_need_tool patch patch
	lab_need_tool depmod kmod
	lab_tmp dir
	"$LAB_PATCHES/build-modules" --kver "$KERNEL_VER" --headers "$headers" --source "$source" \
		--vmlinux "$stock/vmlinux" --output "$dir/built" ||
		lab_die "cannot build the modules of $KERNEL_VER"
	cp -al "$stock/lib" "$dir/lib"
	nvme=$dir/lib/modules/$KERNEL_VER/kernel/drivers/nvme
	for ko in "$dir"/built/*/*.ko; do
		ko=${ko#"$dir/built/"}
		[[ $ko = panic/* || -n "$(ls "$nvme/$ko"* 2>/dev/null)" ]] || lab_die "$KERNEL_VER has no module '$ko' of its own"
		rm -f "$nvme/$ko"*
		mkdir -p "$nvme/${ko%/*}"
		cp "$dir/built/$ko" "$nvme/$ko"
	done
	# depmod writes in place what is a link to the stock tree's file
	rm -f "$dir/lib/modules/$KERNEL_VER"/modules.*.bin "$dir/lib/modules/$KERNEL_VER"/modules.{dep,alias,symbols,softdep}
	kernel_depmod "$dir"
	lab_keep "$dir" "$out"
}

# what a build depends on
modules_key()
{
	local folder

	folder=$("$LAB_PATCHES/build-modules" --folder --kver "$KERNEL_VER" --headers "$1") ||
		lab_die "there are no patches for the kernel $KERNEL_VER"
	cat "$LAB_PATCHES/build-modules" "$LAB_PATCHES/panic-module"/* "$LAB_PATCHES/$folder/series" "$LAB_PATCHES/$folder"/*.patch |
		sha256sum | cut -c 1-16
}

# modules_prepare BASE STOCK-DIR: sets KERNEL_MODULES and MODULES_HEADERS
modules_prepare()
{
	local name=$KERNEL_VER-$FETCH_VERSION headers out key

	LAB_PATCHES=$(cd "$LAB_DIR/../../kernel-patch" && pwd)
	headers=$LAB_CACHE/headers/$name
	[ -d "$headers" ] || lab_locked "headers-$1" kernel_once "$headers" modules_make_headers "$1" "$headers"
	headers=$headers/usr/src/linux-headers-$KERNEL_VER
	key=$(modules_key "$headers")
	out=$LAB_CACHE/modules/$name-$key
	if [ ! -d "$out" ]; then
		source_prepare "$1/source"
		lab_locked "modules-$1" kernel_once "$out" modules_build "$2" "$headers" "$SOURCE_DIR" "$out"
	fi
	MODULES_HEADERS=$headers
	KERNEL_MODULES=$out/lib/modules/$KERNEL_VER
	KERNEL_PANIC_MODULE=$KERNEL_MODULES/kernel/drivers/nvme/panic/nvme_dup_cqe_panic.ko
}
