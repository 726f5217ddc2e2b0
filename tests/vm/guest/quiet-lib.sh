# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# For quiet.sh: what is counted, the load, and the monitor of the guest's own QEMU.

# ---- the event, and what the driver completes ----

# lost records count too; unloading nvme-core empties the buffers, see module_reload
dup_events() {
	cat "${DUP%/events/*}"/per_cpu/cpu*/stats |
		awk -v sum=$DUP_BEFORE '/^(entries|overrun|dropped events|read events):/ { sum += $NF }
			END { print sum }'
}

# two histograms, since one has three keys at most; hist PREFIX SUFFIX
hist() {
	echo "$1hist:keys=common_cpu,qid$2" >>$DONE/trigger &&
		echo "$1hist:keys=qid,status,retries$2" >>$DONE/trigger
}

arm() {
	[ $PROBE = no ] || build/nvme-dupcqe probe filter >$DUP/filter
	echo 1 >$DUP/enable && hist '' ''
}

# completed CONDITION: how many of this step's completions fit, e.g. 'f["qid"] > 0'; the keys
# of the two histograms must not be mixed
completed() {
	awk '/^\{/ {
		gsub(/[{},:]/, " ")
		split("", f)
		for (i = 1; i < NF; i += 2)
			f[$i] = $(i + 1)
		if ('"$1"')
			sum += f["hitcount"]
	} END { print sum + 0 }' $DONE/hist
}

on_cpu() { completed '"common_cpu" in f && f["common_cpu"] == '"$1"' && f["qid"] > 0'; }
admin() { completed '"status" in f && f["qid"] == 0'; }
io() { completed '"status" in f && f["qid"] > 0'; }
# given back on an Abort command; given back at a reset, by the controller (8) or the driver (0x371)
io_aborted() { completed '"status" in f && f["qid"] > 0 && f["status"] == 7'; }
io_cut_off() { completed 'f["qid"] > 0 && (f["status"] == 8 || f["status"] == 881)'; }
io_retries() { completed '"status" in f && f["qid"] > 0 && f["retries"] > 0'; }

# ---- a step and its verdict ----

step() {
	STEP=$1
	MARK=$(dmesg | wc -l)
	hist '' :clear
}

# said REGEX: lines of the kernel log since the step began
said() { dmesg | tail -n +$((MARK + 1)) | grep -Ec -- "$1"; }

# an event that is not armed is silent, too
silent() {
	is "$STEP: not one event" "$(dup_events) events, enable=$(cat $DUP/enable)" '0 events, enable=1'
}

# at_least NAME NUMBER MINIMUM
at_least() {
	if [ "$2" -ge "$3" ]; then
		ok "$STEP: $1"
		diag "$STEP: $1: $2"
	else
		not_ok "$STEP: $1"
		diag "$2, wanted at least $3"
		diag "$(grep status $DONE/hist)"
		diag "$(dmesg | tail -n +$((MARK + 1)) | tail -n 20)"
	fi
}

# repeat TIMES COMMAND...
repeat() {
	local i times=$1
	shift
	for ((i = 1; i <= times; i++)); do
		"$@" || { echo "number $i of $times"; return 1; }
	done
}

# wait_until SECONDS COMMAND...
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# ---- load ----

# two writers, one on each CPU, each on its own part of the disk; for a subshell, which becomes fio
fio_run() {
	exec fio --output-format=terse --terse-version=3 --name=load --filename=$DISK --direct=1 --ioengine=libaio \
		--rw=randwrite --verify=crc32c --verify_backlog=64 --numjobs=2 --group_reporting \
		--cpus_allowed=0-1 --cpus_allowed_policy=split --offset=32M --offset_increment=64M \
		"$@" >"$TMP/fio" 2>"$TMP/fio.err"
}

# returns when commands are under way; they are until load_stop; the rate leaves the CPUs some
# time for the step itself
load_start() {
	fio_run --bs=4k --size=16M --iodepth=16 --rate_iops=300 --time_based --runtime=600 &
	LOAD_PID=$!
	load_flows
}

# waits for 500 more commands
load_flows() {
	local target=$(($(io) + 500))
	wait_until 30 io_beyond $target || diag "$STEP: no load after 30 s: $(cat "$TMP/fio.err")"
}

io_beyond() { [ "$(io)" -ge "$1" ]; }

# fio_verified STATUS KIB: fio stops with an error at the first block that is not what it wrote
fio_verified() {
	local error read written
	IFS=';' read -r _ _ _ _ error read _ < <(grep '^3;' "$TMP/fio")
	written=$(grep '^3;' "$TMP/fio" | cut -d ';' -f 47)
	diag "$STEP: fio's status $1, error ${error:-none}, wrote ${written:-0} KiB, verified ${read:-0} KiB"
	[ "$1" = 0 ] && [ "${error:-1}" = 0 ] && [ "${read:-0}" -ge "$2" ]
}

fio_verdict() {
	if fio_verified "$@"; then
		ok "$STEP: fio with verification"
	else
		not_ok "$STEP: fio with verification"
		diag "$(cat "$TMP/fio.err")"
	fi
}

# 128 is fio's status when it was told to stop; an error before that is in its report
load_stop() {
	local status=0
	load_flows
	kill -INT "$LOAD_PID" 2>/dev/null
	wait "$LOAD_PID" || status=$?
	[ $status -ne 128 ] || status=0
	fio_verdict $status 1000
}

# the first 8 MiB belong to no load: they must be there after everything
reference_write() {
	head -c 8M /dev/urandom >"$TMP/reference" &&
		dd if="$TMP/reference" of=$DISK bs=64k oflag=direct conv=fsync status=none
}

reference_is_there() { dd if=$DISK bs=64k count=128 iflag=direct status=none | cmp - "$TMP/reference"; }

reference() { check "$STEP: 8 MiB written at the start read back the same" reference_is_there; }

# ---- the monitor of our own QEMU ----

qmp() {
	local line
	echo "$1" >&5
	while read -r -t 5 line <&5; do
		case $line in
		*'"return"'*) return 0 ;;
		*'"error"'*) diag "QEMU: $line"; return 1 ;;
		esac
	done
	diag "QEMU does not answer to: $1"
	return 1
}

qmp_open() {
	[ -e /dev/ttyS1 ] && stty -F /dev/ttyS1 raw -echo && exec 5<>/dev/ttyS1 &&
		qmp '{"execute":"qmp_capabilities"}'
}

# throttle IOPS: how fast the disk is; 0: as fast as it can
throttle() {
	qmp '{"execute":"block_set_io_throttle","arguments":{"device":"disk","bps":0,"bps_rd":0,"bps_wr":0,
		"iops":'"$1"',"iops_rd":0,"iops_wr":0}}'
}
