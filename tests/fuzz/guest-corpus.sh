#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, for tests/fuzz/make-corpus: each class of hit as a trace.dat of all nvme events, with the
# kernel's own text of the same records and the formats. Wants the classes.
set -eu
cd "$(dirname "$0")/../.."
. tests/vm/guest/trace.sh

# take NAME COMMAND...
take() {
	local name=$1 out=$LAB_SCRATCH/$1
	shift
	trace-cmd start -q -e nvme > /dev/null
	"$@" > /run/log
	trace-cmd stop
	grep -v '^#' $tracefs/trace | sed -E 's/^.*[0-9]: (nvme_[a-z_]+: )/\1/' > "$out.text"
	trace-cmd extract -o "$out.dat" > /dev/null
	trace-cmd reset
}

over_tcp() {
	local target=${BUILD:-build}/tests/fabrics/nvmet-tcp-dup nqn=nqn.2026-01.org.example:guest pid
	[ -d /sys/module/nvme_tcp ] || modprobe nvme-tcp
	ip link set lo up
	"$target" --nqn $nqn --inject double --opcode write > /run/target &
	pid=$!
	sleep 1
	nvme connect -t tcp -a 127.0.0.1 -s 4420 -n $nqn > /dev/null
	sleep 1
	dd if=/dev/zero of=/dev/nvme1n1 bs=4k count=1 oflag=direct status=none
	sleep 1
	kill $pid
}

modprobe -q nvmet || true # may be built in
for event in $tracefs/events/nvme/nvme_* $tracefs/events/nvmet/nvmet_*; do
	[ -e "$event" ] || continue # or not there
	cat "$event/format" > "$LAB_SCRATCH/format-${event##*/}"
done

class() {
	case $1 in
	admin) take admin $replay_tool --queue 0 --lap ;;
	lap) take lap $replay_tool --queue 1 --lap ;;
	writes | refused) take "$1" $replay_tool --queue 1 --lap --fill "${1%s}" ;;
	unused) take unused $replay_tool --queue 1 --lap --unused ;;
	forgotten) take forgotten $replay_tool --queue 2 --lap --forget ;;
	match) take match $replay_tool --queue 1 --match ;;
	tcp) take tcp over_tcp ;;
	*) return 1 ;;
	esac
}

for name; do
	class "$name"
done
