# SPDX-License-Identifier: GPL-2.0-or-later
#
# Which QEMU, which accelerator, and the machine. The controller needs dbcs=off (no shadow doorbells), which QEMU has
# since 10.0: Debian 13's own, on Debian 12 the one of bookworm-backports, run in place from the cache.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

qemu_make()
{
	local dir

	lab_need_space 100 QEMU
	lab_tmp dir
	fetch_unpack qemu/x86 "$dir" ./usr/bin
	lab_keep "$dir" "$1"
}

# sets QEMU, the program
qemu_prepare()
{
	local dir

	lab_need_tool qemu-system-x86_64 qemu-system-x86
	[ -r /usr/share/qemu/qboot.rom ] || lab_die "'/usr/share/qemu/qboot.rom' is missing: run 'make deps' as root"
	QEMU=qemu-system-x86_64
	[ "$FETCH_HOST" = bookworm ] || return 0
	fetch_look qemu/x86
	dir=$LAB_CACHE/qemu/${FETCH_VERSION//:/_}
	[ -d "$dir" ] || lab_locked qemu kernel_once "$dir" qemu_make "$dir"
	QEMU=$dir/usr/bin/qemu-system-x86_64
	"$QEMU" --version >/dev/null 2>&1 ||
		lab_die "'$QEMU' does not start: run 'make deps' as root, which installs the libraries that it needs"
}

# Boots the kernel with nothing to run, which has to end in its panic. That /dev/kvm opens says little: in containers and
# nested machines a guest may never get that far.
qemu_kvm_works()
{
	[ -w /dev/kvm ] || return 1
	timeout -k 1 10 "$QEMU" "${QEMU_ARGS[@]}" -no-reboot -serial "file:$LAB_RUN/probe" -append 'console=ttyS0 panic=-1' \
		>/dev/null 2>&1 </dev/null || return 1
	grep -aq 'Kernel panic' "$LAB_RUN/probe"
}

# the answer holds until the machine boots again
qemu_choose_accel()
{
	local key answer file=$LAB_CACHE/kvm

	QEMU_ACCEL=tcg
	[ "$LAB_ICOUNT" = 0 ] && [ -e /dev/kvm ] || return 0
	key="$(cat /proc/sys/kernel/random/boot_id) $(id -u) $QEMU $KERNEL_IMAGE"
	answer=$(grep -s -m 1 -F "$key " "$file" || true)
	if [ -z "$answer" ]; then
		QEMU_ACCEL=kvm
		qemu_machine
		answer="$key tcg"
		# bash would say 'Aborted' when QEMU does not get along with the host's KVM
		if qemu_kvm_works 2>/dev/null; then answer="$key kvm"; fi
		echo "$answer" >>"$file"
	fi
	QEMU_ACCEL=${answer##* }
}

qemu_machine()
{
	local panic=exit-failure

	[ -z "$LAB_DUMP" ] || panic=pause
	QEMU_ARGS=(
		-name lab -nodefaults -no-user-config -display none
		-L "${QEMU%/bin/*}/share/qemu" -L /usr/share/qemu -L /usr/share/seabios
		-M q35 -bios qboot.rom -m "$LAB_MEM" -smp "$LAB_CPUS" -action "panic=$panic"
		-kernel "$KERNEL_IMAGE"
	)
	# a warm reboot leaves the memory as it is
	if [ "$LAB_REBOOTS" = 0 ]; then QEMU_ARGS+=(-no-reboot); else QEMU_ARGS+=(-action panic=none); fi
	if [ "$QEMU_ACCEL" = kvm ]; then
		QEMU_ARGS+=(-accel kvm -cpu host)
	elif [ "$LAB_ICOUNT" = 1 ]; then
		QEMU_ARGS+=(-accel tcg,thread=single -cpu max -icount shift=0,sleep=off)
	else
		QEMU_ARGS+=(-accel tcg,thread=multi -cpu max)
	fi
}

# 'path' keeps a comma in a name from ending the option
qemu_path() { echo "${1//,/,,}"; }

qemu_devices()
{
	QEMU_ARGS+=(
		-initrd "$LAB_RUN/initramfs" -device pvpanic-pci
		-fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap
		-device virtio-9p-pci,fsdev=root,mount_tag=root
		-fsdev "local,id=scratch,path=$(qemu_path "$LAB_SCRATCH_HOST"),security_model=none,multidevs=remap"
		-device virtio-9p-pci,fsdev=scratch,mount_tag=scratch
		-drive "if=none,id=disk,format=raw,cache=unsafe,file=$(qemu_path "$LAB_DISK")"
		-device nvme,serial=lab,drive=disk,dbcs=off
		-device virtio-serial-pci
		-chardev "file,id=out,path=$(qemu_path "$LAB_RUN/out")"
		-device virtserialport,chardev=out,name=lab.out
		-chardev "file,id=status,path=$(qemu_path "$LAB_RUN/status")"
		-device virtserialport,chardev=status,name=lab.status
		-chardev "file,id=console,path=$(qemu_path "$LAB_CONSOLE")" -serial chardev:console
	)
	[ "$LAB_QMP" = 0 ] || qemu_qmp
	[ -z "$LAB_DUMP" ] || qemu_dump
}

# a monitor for lib/dump, and the device by which the guest's kernel describes itself in the dump
qemu_dump()
{
	QEMU_ARGS+=(
		-chardev "socket,id=dump,path=$(qemu_path "$LAB_RUN/dump.qmp"),server=on,wait=off" -mon chardev=dump,mode=control
		-device vmcoreinfo
	)
}

# the monitor's socket and, as its only client, the guest's second serial port: the guest talks to its own QEMU
qemu_qmp()
{
	QEMU_ARGS+=(
		-chardev "socket,id=mon,path=$(qemu_path "$LAB_RUN/qmp"),server=on,wait=off" -mon chardev=mon,mode=control
		-chardev "socket,id=tty1,path=$(qemu_path "$LAB_RUN/qmp")" -serial chardev:tty1
	)
}

qemu_append()
{
	local append="console=ttyS0 loglevel=5 panic=-1 oops=panic iomem=relaxed mitigations=off"

	# a busy host makes an emulated timer look broken
	append+=" tsc=reliable no_timer_check dupcqe_lab=1"
	[ -z "$LAB_DEPTH" ] || append+=" nvme.io_queue_depth=$LAB_DEPTH"
	QEMU_ARGS+=(-append "$append${LAB_APPEND:+ $LAB_APPEND}")
}

# sets QEMU_ARGS
qemu_command()
{
	qemu_machine
	qemu_devices
	qemu_append
}
