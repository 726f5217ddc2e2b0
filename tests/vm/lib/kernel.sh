# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guest's kernels: Debian's own with its nvme modules or with ours in their place, or the small mainline one.
# kernel_prepare sets KERNEL_IMAGE (what QEMU loads), KERNEL_VER (uname -r), KERNEL_MODULES (the folder that holds that
# version's modules; empty if all is built in), KERNEL_COMPRESSED (the bzImage; empty if there is none), and
# KERNEL_PANIC_MODULE (kernel-patch/panic-module, built; empty if stock). Each cache entry's name says what it was made
# from.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

KERNEL_BASES='6.1 6.12 7.3'
# parts of /lib/modules that no guest of ours has a use for
KERNEL_SKIP=(drivers/{gpu,media,infiniband,iio,usb,staging,hid,input,bluetooth,mmc,mfd,isdn,target,scsi,w1,comedi,hwmon}
	drivers/{video,power,platform,leds,i2c,spi,nfc,soundwire,ata,firewire,md,mtd,rtc,edac,accel,thunderbolt,dma}
	drivers/net/{ethernet,wireless,usb,can,wwan,phy} sound net/{bluetooth,mac80211,wireless,netfilter,sched,can}
	fs/{btrfs,xfs,ocfs2,gfs2,ceph,smb,cifs,f2fs,nfs,nfsd,bcachefs,jfs,ubifs,reiserfs,ntfs3})

# kernel_unpack_payload BZIMAGE FILE: the ELF kernel inside, which QEMU starts at once (PVH): the guest need not
# decompress it, which takes seconds under software emulation
kernel_unpack_payload()
{
	local setup offset length payload=$2.payload magic

	setup=$(od -An -v -t u1 -j 497 -N 1 "$1" | tr -d ' ')
	offset=$(od -An -v -t u4 -j 584 -N 4 "$1" | tr -d ' ')
	length=$(od -An -v -t u4 -j 588 -N 4 "$1" | tr -d ' ')
	dd if="$1" of="$payload" bs=64k iflag=skip_bytes,count_bytes skip=$(((setup + 1) * 512 + offset)) \
		count="$length" status=none
	magic=$(od -An -v -t x1 -N 4 "$payload" | tr -d ' ')
	case $magic in
	fd377a58) xz -dc --single-stream "$payload" >"$2" ;;
	28b52ffd) zstd -dcq "$payload" 2>/dev/null >"$2" || true ;; # the size behind the frame is no frame
	1f8b*) gzip -dcq "$payload" >"$2" 2>/dev/null || true ;;
	*) lab_die "cannot unpack the kernel '$1': unknown compression" ;;
	esac
	rm -f "$payload"
	[ "$(head -c 4 "$2" | tail -c 3)" = ELF ] || lab_die "cannot unpack the kernel '$1'"
}

# Debian's image package: the kernel and the modules
kernel_make_stock()
{
	local base=$1 out=$2 dir skip=() part

	lab_need_space 900 "Debian's kernel $base"
	lab_tmp dir
	for part in "${KERNEL_SKIP[@]}"; do
		skip+=(--exclude="*/kernel/$part")
	done
	fetch_deb "$base/image"
	lab_say "unpacking $FETCH_NAME"
	fetch_unpack "$base/image" "$dir" "${skip[@]}" --exclude=./usr/share
	# merged /usr or not, the modules end up in lib/modules
	[ -d "$dir/lib/modules" ] || mv "$dir/usr/lib" "$dir/lib"
	mv "$dir"/boot/vmlinuz-* "$dir/vmlinuz"
	kernel_unpack_payload "$dir/vmlinuz" "$dir/vmlinux"
	# the host's modprobe and the emulated CPU are both slow with compressed ones
	find "$dir/lib/modules" -name '*.ko.xz' -print0 | xargs -0 -r -n 50 -P "$(nproc)" xz -d
	kernel_depmod "$dir"
	lab_keep "$dir" "$out"
}

# kernel_depmod DIR: DIR/lib/modules/VERSION
kernel_depmod()
{
	local ver

	ver=$(ls "$1/lib/modules")
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$1" "$ver" 2>"$1/.log" ||
		lab_die "depmod failed for $ver: $(lab_last_line "$1/.log")"
	rm -f "$1/.log"
}

kernel_prepare_debian()
{
	local dir

	[ -d /lib/modules ] || lab_die "the folder /lib/modules is missing: run 'make deps' as root"
	fetch_look "$1/image"
	KERNEL_VER=${FETCH_NAME#linux-image-}
	dir=$LAB_CACHE/kernel/$KERNEL_VER-$FETCH_VERSION
	[ -d "$dir" ] || lab_locked "kernel-$1" kernel_once "$dir" kernel_make_stock "$1" "$dir"
	KERNEL_IMAGE=$dir/vmlinux
	KERNEL_COMPRESSED=$dir/vmlinuz
	KERNEL_MODULES=$dir/lib/modules/$KERNEL_VER
	[ "$LAB_STOCK" = 1 ] || modules_prepare "$1" "$dir"
}

# kernel_once DIR COMMAND...: under the lock, unless another lab has just made it
kernel_once()
{
	local dir=$1

	shift
	[ -d "$dir" ] || "$@"
}

kernel_prepare()
{
	KERNEL_PANIC_MODULE=
	KERNEL_COMPRESSED=
	case $1 in
	6.1|6.12) kernel_prepare_debian "$1" ;;
	7.3) mainline_prepare ;;
	esac
}
