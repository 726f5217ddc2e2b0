# SPDX-License-Identifier: GPL-2.0-or-later
#
# One run: the folder it works in, what is passed to the guest, QEMU's life, and what its end means.
# shellcheck shell=bash disable=SC2015,SC2034,SC2054

RUN_QEMU=
RUN_CAT=
RUN_DUMP=
LAB_BOOT_LIMIT=${LAB_BOOT_LIMIT:-120}

run_cleanup()
{
	local pid

	for pid in $RUN_QEMU $RUN_CAT $RUN_DUMP; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	[ -z "${LAB_RUN:-}" ] || rm -rf "$LAB_RUN"
	lab_drop_tmps
}

run_traps()
{
	trap run_cleanup EXIT
	trap lab_unexpected ERR
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

run_folder()
{
	LAB_RUN=$(mktemp -d "${TMPDIR:-/tmp}/nvme-lab.XXXXXX") || lab_die "cannot create a folder in '${TMPDIR:-/tmp}'"
	if [ -n "$LAB_SCRATCH_HOST" ]; then
		[ -d "$LAB_SCRATCH_HOST" ] && [ -w "$LAB_SCRATCH_HOST" ] ||
			lab_die "the scratch folder '$LAB_SCRATCH_HOST' does not exist or is not writable"
		LAB_SCRATCH_HOST=$(readlink -f "$LAB_SCRATCH_HOST")
	else
		LAB_SCRATCH_HOST=$LAB_RUN/scratch
		mkdir "$LAB_SCRATCH_HOST"
	fi
	LAB_CONSOLE=${LAB_CONSOLE:-$LAB_RUN/console}
	rm -f "$LAB_SCRATCH_HOST/.lab-boot"
	: >"$LAB_CONSOLE" || lab_die "cannot write the console file '$LAB_CONSOLE'"
	LAB_DISK=${LAB_DISK:-$LAB_RUN/disk}
	[ -e "$LAB_DISK" ] || truncate -s 256M "$LAB_DISK" || lab_die "cannot write the disk '$LAB_DISK'"
	mkfifo "$LAB_RUN/out"
	[ -z "$LAB_DUMP" ] || run_dump_file
	[ -z "$LAB_CRASH" ] || [ -r "$LAB_CRASH" ] || lab_die "cannot read the script '$LAB_CRASH'"
}

run_dump_file()
{
	: >"$LAB_DUMP" || lab_die "cannot write the dump '$LAB_DUMP'"
	rm "$LAB_DUMP"
	LAB_DUMP=$(readlink -m "$LAB_DUMP")
	lab_need_tool perl perl
}

# the caller's folders that would be hidden by the guest's own /tmp, /run, /var/tmp; spaces written as \040
run_binds()
{
	local dir

	for dir in "$PWD" "$(cd "$LAB_DIR/../.." && pwd)" "$LAB_CACHE"; do
		case $dir in
		/tmp/*|/run/*|/var/tmp/*) echo "${dir// /\\0040}" ;;
		esac
	done | sort -u | paste -sd ' '
}

run_write_vars()
{
	printf "LAB_KVER='%s'\nLAB_MODULES='%s'\nLAB_NVME=%s\nLAB_QMP=%s\nLAB_BINDS='%s'\nLAB_DUMP='%s'\nLAB_REBOOTS=%s\n" \
		"$KERNEL_VER" "$KERNEL_MODULES" "$LAB_NVME" "$LAB_QMP" "$(run_binds)" "${LAB_DUMP:+1}" "$LAB_REBOOTS"
}

# the command as a script for the guest's bash
run_write_command()
{
	cat <<END
export HOME=/root TERM=${TERM:-dumb} LANG=${LANG:-C.UTF-8} LAB=1 LAB_SCRATCH=/run/lab/scratch
export LAB_KERNEL=$LAB_BASE LAB_STOCK=$LAB_STOCK LAB_SCRATCH_HOST=$(printf %q "$LAB_SCRATCH_HOST")
export LAB_PANIC_MODULE=$(printf %q "$KERNEL_PANIC_MODULE")
export LAB_CRASH_KERNEL=$(printf %q "/run/lab/host$KERNEL_COMPRESSED")
export LAB_CRASH_INITRD=$(printf %q "/run/lab/host$LAB_RUN/crash-initramfs")
cd $(printf %q "$PWD") 2>/dev/null || cd /
$(printf '%q ' "${LAB_COMMAND[@]}")
END
}

# the guest's init says so on the console, right before the command
run_is_up() { grep -aq '^lab guest: up' "$LAB_CONSOLE"; }

# waits for QEMU's end, for the status, for the time limits; sets RUN_END to exited, asleep or timeout
run_wait()
{
	local end=$((SECONDS + LAB_TIMEOUT)) boot=$((SECONDS + LAB_BOOT_LIMIT)) grace=''

	RUN_END=exited
	while kill -0 "$RUN_QEMU" 2>/dev/null; do
		read -r -t 0.1 <>"$LAB_RUN/tick" || true
		if [ -z "$grace" ] && [ -s "$LAB_RUN/status" ]; then
			grace=$((SECONDS + 10))
		fi
		if [ -n "$grace" ] && [ $SECONDS -ge "$grace" ]; then
			lab_say "the guest did not power off within 10 s, ending it"
			break
		fi
		if [ -z "$grace" ] && [ $SECONDS -ge $end ]; then
			RUN_END=timeout
			break
		fi
		if [ -n "$boot" ] && [ $SECONDS -ge "$boot" ]; then
			run_is_up || RUN_END=asleep
			boot=''
		fi
		[ $RUN_END != asleep ] || break
	done
	kill -KILL "$RUN_QEMU" 2>/dev/null || true
	wait "$RUN_QEMU" 2>/dev/null || RUN_QEMU_RC=$?
	RUN_QEMU=
}

run_start()
{
	RUN_QEMU_RC=0
	mkfifo "$LAB_RUN/tick"
	cat "$LAB_RUN/out" &
	RUN_CAT=$!
	lab_note "$QEMU ${QEMU_ARGS[*]}"
	"$QEMU" "${QEMU_ARGS[@]}" </dev/null >"$LAB_RUN/qemu.log" 2>&1 &
	RUN_QEMU=$!
	if [ -n "$LAB_DUMP" ]; then
		"$LAB_DIR/lib/dump" "$LAB_RUN/dump.qmp" "$LAB_DUMP" &
		RUN_DUMP=$!
	fi
	run_wait
	# QEMU has closed its end: cat ends after the last byte, unless QEMU never opened the pipe
	[ -e "$LAB_RUN/status" ] || kill "$RUN_CAT" 2>/dev/null || true
	wait "$RUN_CAT" 2>/dev/null || true
	RUN_CAT=
	[ -z "$RUN_DUMP" ] || wait "$RUN_DUMP" 2>/dev/null || true
	RUN_DUMP=
}

run_show_console()
{
	lab_say "the end of the guest's console:"
	tr -d '\r' <"$LAB_CONSOLE" | tail -n "${LAB_CONSOLE_LINES:-40}" | sed 's/^/lab:   /' >&2
}

# The console may lack the line: a CPU that was printing when the other one panicked is stopped, and QEMU ends at
# pvpanic's word, before the kernel flushes the rest. QEMU ends with 1 then, without a word; where it fails itself it
# says why, or the guest has not written a byte.
run_panicked()
{
	grep -aqE 'Kernel panic - not syncing|end Kernel panic' "$LAB_CONSOLE" ||
		{ [ "$RUN_END" = exited ] && [ "$RUN_QEMU_RC" = 1 ] && [ -s "$LAB_CONSOLE" ] &&
			[ ! -s "$LAB_RUN/qemu.log" ]; }
}

# the verdict is the lab's exit status
run_verdict()
{
	if [ -s "$LAB_RUN/status" ]; then
		exit "$(cat "$LAB_RUN/status")"
	fi
	# of a guest that came up again it says nothing
	if run_panicked && { [ "$LAB_REBOOTS" = 0 ] || [ "$RUN_END" != timeout ]; }; then
		run_show_console
		lab_say "the guest panicked"
		exit 126
	fi
	if [ "$RUN_END" = timeout ]; then
		run_show_console
		lab_say "the guest hung: no end within $LAB_TIMEOUT s"
		exit 124
	fi
	run_show_console
	lab_die "the guest ended without a status (QEMU: $RUN_QEMU_RC $(lab_last_line "$LAB_RUN/qemu.log"))"
}

# what the crash kernel runs: the same guest with another command, and no NVMe
run_crash_initramfs()
{
	(
		LAB_COMMAND=(env "BUILD=${BUILD:-build}" bash "$LAB_CRASH") LAB_NVME=0 LAB_QMP=0 LAB_DUMP='' LAB_REBOOTS=0
		run_write_command >"$LAB_RUN/crash-command"
		run_write_vars >"$LAB_RUN/crash-vars"
	)
	initramfs_make "$LAB_RUN/crash-initramfs" "$LAB_RUN/crash-command" "$LAB_RUN/crash-vars"
}

# An emulated CPU may lose its timer while the kernel boots, seen once in some hundred boots, and then sleeps for ever.
# The command has not begun, so nothing is lost by starting anew; one that began while the guest was being ended is not
# run twice.
run_again()
{
	local left=2

	while [ $RUN_END = asleep ] && ! run_is_up && [ $left -gt 0 ]; do
		lab_say "the guest did not come up within $LAB_BOOT_LIMIT s: starting it again"
		: >"$LAB_CONSOLE"
		rm -f "$LAB_RUN/tick"
		left=$((left - 1))
		run_start
	done
	if [ $RUN_END = asleep ]; then
		run_show_console
		lab_die "the guest did not come up within $LAB_BOOT_LIMIT s$([ $left -gt 0 ] || echo ', for the third time')"
	fi
}

run_guest()
{
	run_folder
	qemu_choose_accel
	run_write_command >"$LAB_RUN/command"
	run_write_vars >"$LAB_RUN/vars"
	lab_need_tool busybox busybox-static
	lab_need_tool cpio cpio
	LAB_BUSYBOX=$(command -v busybox)
	initramfs_make "$LAB_RUN/initramfs" "$LAB_RUN/command" "$LAB_RUN/vars"
	[ -z "$LAB_CRASH" ] || run_crash_initramfs
	qemu_command
	run_start
	run_again
	run_verdict
}
