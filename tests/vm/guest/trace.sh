# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Recording in the guest with tracefs alone, so that the kernel's own text is at hand.

work=$(mktemp -d)
tracefs=/sys/kernel/tracing
instance=$tracefs/instances/test
replay_tool=build/tests/vm/cqe-replay
# shellcheck disable=SC2034
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

trace_start() {
	[ -d "$instance" ] || mkdir "$instance"
	echo 0 > "$instance/tracing_on"
	echo > "$instance/trace"
	echo 8192 > "$instance/buffer_size_kb"
	echo 1 > "$instance/events/nvme/nvme_dup_cqe/enable"
	echo 1 > "$instance/tracing_on"
}

# The records, oldest first, without the header.
trace_stop() {
	echo 0 > "$instance/tracing_on"
	grep -v '^#' "$instance/trace" > "$work/trace"
	echo 0 > "$instance/events/nvme/nvme_dup_cqe/enable"
}

# Records that were overwritten or dropped, over all CPUs.
trace_lost() {
	cat "$instance"/per_cpu/cpu*/stats | awk '/^(overrun|dropped events)/ { n += $NF } END { print n + 0 }'
}

replay_to() {
	local file=$1
	shift
	"$replay_tool" "$@" > "$file" && grep -q '^resync=ok' "$file"
}

# The 16 bytes of a record's CQE as four words of hexadecimal digits.
record_cqe() {
	sed -E 's/.*cmdid=([0-9]+),.* res=(0x[0-9a-f]+|0), sqhd=([0-9]+), sqid=([0-9]+), status=(0x[0-9a-f]+|0), phase=([01]),.*/\1 \2 \3 \4 \5 \6/' <<<"$1" |
		while read -r cid res sqhd sqid status phase; do
			printf '%08x %08x %08x %08x\n' $((res & 0xffffffff)) $((res >> 32 & 0xffffffff)) \
				$((sqid << 16 | sqhd)) $((((status << 1 | phase) << 16) | cid))
		done
}

# QEMU's monitor behind the second serial port. What it said before the port was made raw has been
# echoed to it: 0xff makes it forget half a message.
qmp_open() {
	local reply
	exec 7<>/dev/ttyS1
	stty -F /dev/ttyS1 raw -echo
	while read -r -t 0.3 reply <&7; do :; done
	printf '\377\n' >&7
	while read -r -t 0.3 reply <&7; do :; done
	printf '{"execute":"qmp_capabilities"}\n' >&7
	read -r -t 5 reply <&7
}

# qmp_pmemsave ADDRESS BYTES NAME: guest memory into a file of the scratch folder, by QEMU itself
qmp_pmemsave() {
	local reply
	rm -f "$LAB_SCRATCH/$3"
	[ -e /proc/self/fd/7 ] || qmp_open
	printf '{"execute":"pmemsave","arguments":{"val":%d,"size":%d,"filename":"%s"}}\n' \
		"$1" "$2" "$LAB_SCRATCH_HOST/$3" >&7
	while read -r -t 5 reply <&7; do
		case $reply in
		*'"return"'*) return 0 ;;
		*'"error"'*) diag "qmp: $reply" ;;
		esac
	done
	diag "qmp: no answer"
	return 1
}
