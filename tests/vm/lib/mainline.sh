# SPDX-License-Identifier: GPL-2.0-or-later
#
# The small mainline kernel, stock or with the patches, from the linux-source package. The built tree stays in the
# cache: a changed patch then costs half a minute, not four.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

MAINLINE_BASE=7.3
MAINLINE_OBJECTS=1810
# the largest parts that no configuration of ours reaches into; their Kconfig files and Makefiles are needed all the same
MAINLINE_SKIP=(drivers/{gpu,media,infiniband} drivers/net/{ethernet,wireless} sound fs/{btrfs,xfs,smb})
MAINLINE_ARCHES=(alpha arc arm arm64 csky hexagon loongarch m68k microblaze mips nios2 openrisc parisc powerpc riscv
	s390 sh sparc um xtensa)

# A tree that could be built before is not to blame, a patch is: it can be used again.
mainline_acquit() { [ ! -e "$MAINLINE_TREE/vmlinux.o" ] || rm -f "$MAINLINE_TREE/.lab-busy"; }

# mainline_failed WHAT: make has
mainline_failed()
{
	local log=$LAB_CACHE/mainline.log

	mainline_acquit
	cp "$MAINLINE_TREE/.lab-log" "$log" 2>/dev/null || true
	lab_die "cannot $1, see '$log':" \
		"$(grep -E -m 1 "error:|No rule|can't|cannot|No space" "$log" || lab_last_line "$log")"
}

mainline_make()
{
	local what=$1

	shift
	make -C "$MAINLINE_TREE" "$@" >"$MAINLINE_TREE/.lab-log" 2>&1 || mainline_failed "$what"
}

# tinyconfig and our fragment, each line of which has to survive
mainline_configure()
{
	local line

	mainline_make "configure kernel $MAINLINE_BASE" tinyconfig
	cat "$MAINLINE_FRAGMENT" >>"$MAINLINE_TREE/.config"
	mainline_make "configure kernel $MAINLINE_BASE" olddefconfig
	grep '^CONFIG_' "$MAINLINE_FRAGMENT" | while read -r line; do
		grep -qxF "$line" "$MAINLINE_TREE/.config" || lab_die "kernel $MAINLINE_BASE does not take the option $line"
	done
}

# what the patches change, as it came
mainline_keep_stock()
{
	mkdir "$1/.lab-stock"
	# shellcheck disable=SC2046
	(cd "$1" && cp -a --parents drivers/nvme $(source_paths "$MAINLINE_BASE") .lab-stock/)
}

mainline_unpack()
{
	local dir part skip=()

	for part in "${MAINLINE_SKIP[@]}"; do
		skip+=(--exclude="*/$part/*.[chS]")
	done
	for part in "${MAINLINE_ARCHES[@]}"; do
		skip+=(--exclude="*/arch/$part/*.[chS]" --exclude="*/arch/$part/*.dts*")
	done
	lab_need_space 2000 "kernel $MAINLINE_BASE"
	lab_tmp dir
	fetch_deb "$MAINLINE_BASE/source"
	source_untar "$dir" "${skip[@]}" --exclude='*/Documentation/[!t]*/*' --exclude='*/Documentation/tran*/*' \
		--exclude='*/tools/testing/[!s]*' --exclude='*/tools/testing/selftests/[!f]*' --exclude='*/tools/perf/*'
	mainline_keep_stock "$dir"
	lab_keep "$dir" "$MAINLINE_TREE"
}

# says how far the build, process $1, is: the number of objects against what such a build has in the end
mainline_progress()
{
	local have shown=0 start=$SECONDS percent

	while kill -0 "$1" 2>/dev/null; do
		sleep 2
		# files come and go while find looks
		have=$(find "$MAINLINE_TREE" -name '*.o' -newer "$MAINLINE_TREE/.lab-busy" 2>/dev/null | wc -l) || true
		percent=$((100 * have / $2))
		[ $percent -ge $((shown + 20)) ] && [ $percent -lt 100 ] || continue
		shown=$percent
		lab_say "  $percent % after $((SECONDS - start)) s"
	done
}

# mainline_build WHAT OBJECTS: the tree as it is now
mainline_build()
{
	make -C "$MAINLINE_TREE" -j "$(nproc)" vmlinux >"$MAINLINE_TREE/.lab-log" 2>&1 &
	LAB_CHILD=$!
	mainline_progress $LAB_CHILD "$2"
	wait $LAB_CHILD || mainline_failed "build kernel $1"
	LAB_CHILD=
}

# the files as they came, or patched; those that stay the same keep their times
mainline_patch()
{
	local mail dir=$MAINLINE_TREE/.lab-patched log=$MAINLINE_TREE/.lab-log

	rm -rf "$dir"
	cp -a "$MAINLINE_TREE/.lab-stock" "$dir"
	[ "$LAB_STOCK" = 1 ] || for mail in $(mainline_mails); do
		patch -d "$dir" -p1 -F0 -s -N --no-backup-if-mismatch <"$mail" >"$log" 2>&1 || {
			mainline_acquit
			lab_die "'$mail' does not apply to kernel $MAINLINE_BASE: $(lab_last_line "$log")"
		}
	done
	rsync -rc "$dir/" "$MAINLINE_TREE/"
	rm -rf "$dir"
}

# all series for this base, one after the other
mainline_mails()
{
	local series

	for series in "$LAB_PATCHES/$MAINLINE_BASE"{,-*}/series; do
		[ ! -r "$series" ] || sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e '/^0000-/d' -e "s|^|${series%/*}/|" "$series"
	done
}

# the small kernel has no modules of its own; this one is for all that it has built in
mainline_panic_module()
{
	local dir=$MAINLINE_TREE/drivers/nvme/panic

	rm -rf "$dir"
	cp -r "$LAB_PATCHES/panic-module" "$dir"
	mainline_make "prepare kernel $MAINLINE_BASE for modules" modules_prepare
	cp "$MAINLINE_TREE/vmlinux.symvers" "$MAINLINE_TREE/Module.symvers"
	mainline_make "build nvme_dup_cqe_panic for kernel $MAINLINE_BASE" M=drivers/nvme/panic modules
	cp "$dir/nvme_dup_cqe_panic.ko" "$1/"
	rm -rf "$dir"
}

# A tree whose build was interrupted or failed is not used again.
mainline_tree()
{
	[ ! -e "$MAINLINE_TREE/.lab-busy" ] || rm -rf "$MAINLINE_TREE"
	[ -d "$MAINLINE_TREE" ] || mainline_unpack
	touch "$MAINLINE_TREE/.lab-busy"
	[ -e "$MAINLINE_TREE/.config" ] || mainline_configure
}

mainline_need_tools()
{
	local tool

	for tool in make:make gcc:gcc flex:flex bison:bison bc:bc rsync:rsync patch:patch xz:xz-utils pahole:dwarves strip:binutils; do
		lab_need_tool "${tool%:*}" "${tool#*:}"
	done
	[ -e /usr/include/gelf.h ] ||
		lab_die "'gelf.h' is missing: run 'make deps' as root, or install the package libelf-dev"
}

mainline_make_kernel()
{
	local dir out=$1 what="$MAINLINE_BASE with the patches" objects=60

	[ "$LAB_STOCK" = 0 ] || what="$MAINLINE_BASE"
	mainline_need_tools
	mainline_tree
	[ -e "$MAINLINE_TREE/vmlinux" ] || objects=$MAINLINE_OBJECTS
	mainline_patch
	lab_say "building kernel $what$([ $objects = 60 ] || echo ', 6 to 16 minutes on two cores')"
	mainline_build "$what" "$objects"
	lab_tmp dir
	# the type information stays, that for a debugger is ten times as large
	strip -g -o "$dir/vmlinux" "$MAINLINE_TREE/vmlinux"
	cp "$MAINLINE_TREE/include/config/kernel.release" "$dir/"
	cp "$MAINLINE_TREE/.config" "$dir/config"
	[ "$LAB_STOCK" = 1 ] || mainline_panic_module "$dir"
	rm "$MAINLINE_TREE/.lab-busy"
	lab_keep "$dir" "$out"
}

# sets KERNEL_IMAGE, KERNEL_VER, KERNEL_MODULES
mainline_prepare()
{
	local key out

	fetch_look "$MAINLINE_BASE/source"
	MAINLINE_FRAGMENT=$LAB_DIR/kernel-$MAINLINE_BASE.config
	LAB_PATCHES=$(cd "$LAB_DIR/../../kernel-patch" && pwd)
	# another set of files to patch is another tree
	key=$FETCH_VERSION-$({ cat "$MAINLINE_FRAGMENT"; source_paths "$MAINLINE_BASE"; } | sha256sum | cut -c 1-8)
	MAINLINE_TREE=$LAB_CACHE/mainline/$key
	out=$LAB_CACHE/kernel/$key-stock
	if [ "$LAB_STOCK" = 0 ]; then
		[ -r "$LAB_PATCHES/$MAINLINE_BASE/series" ] ||
			lab_die "cannot open '$LAB_PATCHES/$MAINLINE_BASE/series': there are no patches"
		out=$LAB_CACHE/kernel/$key-
		out+=$(mainline_mails | xargs -d '\n' cat "$LAB_PATCHES/panic-module"/* | sha256sum | cut -c 1-16)
		KERNEL_PANIC_MODULE=$out/nvme_dup_cqe_panic.ko
	fi
	[ -d "$out" ] || lab_locked "kernel-$key" kernel_once "$out" mainline_make_kernel "$out"
	KERNEL_IMAGE=$out/vmlinux
	KERNEL_VER=$(cat "$out/kernel.release")
	KERNEL_MODULES=
}
