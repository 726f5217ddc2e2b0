#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvme-tcp against a target that answers twice, late and with wrong command ids.
# Runs inside the lab's VM, as root. With --patched each wrong answer has to be one
# nvme:nvme_dup_cqe event that has the answer's own bytes, and there may be no other event; with
# --probe, on a stock kernel, one record of the probe; with --stock only the driver's message is looked for.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

usage() {
	cat <<'END'
usage: guest-tcp.sh --patched | --probe | --stock [--match]
  --patched  the kernel has the nvme_dup_cqe event and refuses what is not in flight
  --probe    it has not, and 'nvme-dupcqe probe add' makes one
  --stock    it has not
  --match    with --stock: also the answer that a stock kernel dies of, and nothing else
END
}

patched=
probe=no
match=
for arg; do
	case $arg in
	--patched) patched=yes ;;
	--stock) patched=no ;;
	--probe) patched=no probe=yes ;;
	--match) match=yes ;;
	--help) usage; exit 0 ;;
	*) echo "guest-tcp.sh: unknown option '$arg', see --help" >&2; exit 2 ;;
	esac
done
[ -n "$patched" ] || { usage >&2; exit 2; }

target=${BUILD:-$here/../../build}/tests/fabrics/nvmet-tcp-dup
port=4420
nqn=nqn.2026-01.org.example:guest
host=11111111-2222-4333-8444-555555555555
work=$(mktemp -d)
log=$work/log
target_pid=

clean_up() {
	[ -z "$target_pid" ] || kill "$target_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

# give_up TEXT: nothing further would mean anything
give_up() {
	not_ok "$1"
	sed 's/^/# target: /' "$log" 2>/dev/null || true
	dmesg | tail -n 20 | sed 's/^/# dmesg: /'
	exit 1
}

# wait_until SECONDS COMMAND...
wait_until() {
	local tries=$(($1 * 5))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.2
	done
}

count() { # REGEX: lines of the target's log
	grep -cE "$1" "$log" || true
}

more_than() { # NUMBER REGEX
	[ "$(count "$2")" -gt "$1" ]
}

find_ctrl() { # sets ctrl, such as nvme1
	local file
	for file in /sys/class/nvme/*/subsysnqn; do
		if [ -r "$file" ] && [ "$(cat "$file")" = "$nqn" ]; then
			ctrl=$(basename "$(dirname "$file")")
			return 0
		fi
	done
	return 1
}

# with multipath the block device's name is the head's, without the controller's part
find_dev() { # sets dev
	local path
	for path in /sys/class/nvme/"$ctrl"/nvme*n1; do
		dev=/dev/$(basename "$path" | sed 's/c[0-9]*n/n/')
		[ -b "$dev" ] && return 0
	done
	return 1
}

is_live() {
	[ "$(cat "/sys/class/nvme/$ctrl/state")" = live ]
}

# paths are those of the tree's root there
start_probe() {
	local mine=$work
	cd "$here/../.."
	. tests/vm/guest/probe-lib.sh
	work=$mine
	"$tool" probe add >/dev/null || give_up "the probe can be made"
	for event in nvme_dup_cqe nvme_dup_cqe_why; do
		cat "$tracefs/events/nvme/$event/filter" >"$work/filter.$event"
	done
	record_start nvme
}

# What the message and its neighbour say, of each answer: the rest of it is not to be had.
check_probe() {
	record_stop nvme
	jq -r '"qid=\(.qid) cid=\(.cid) reason=\(.reason) expected=\(.expected_genctr // "-") nvme\(.ctrl_id) \(.transport) \(.addr) \(.trsvcid) \(.source)"' \
		"$work/records" >"$work/read"
	while read -r line; do
		kind=$(field "$line" injected) want=-
		[ "$kind" = unknown ] || want=$(($(field "$line" gen) + 1 & 15))
		echo "qid=$(field "$line" qid) cid=$(($(field "$line" cid))) reason=$(reason_of "$kind") expected=$want $ctrl_was tcp 127.0.0.1 $port probe"
	done <"$work/injected" >"$work/sent"
	is "the probe: $(wc -l <"$work/sent") wrong answers, and nothing else" "$(cat "$work/read")" "$(cat "$work/sent")"
	is "the probe: nothing was lost, nobody else's recorded" "$lost $others $undecodable" "0 0 0"
	check "the probe is removed" "$tool" probe remove
}

set_up() {
	[ -d /sys/module/nvme_tcp ] || modprobe nvme-tcp || give_up "nvme-tcp can be loaded"
	ip link set lo up
	"$target" --port $port --nqn "$nqn" --control "$work/control" >"$log" 2>&1 &
	target_pid=$!
	wait_until 10 more_than 0 '^listening=' || give_up "the target starts"
	if [ $patched = yes ]; then
		[ -d /sys/kernel/tracing/events/nvme/nvme_dup_cqe ] ||
			give_up "the kernel has the event nvme:nvme_dup_cqe"
		trace-cmd start -e nvme:nvme_dup_cqe >/dev/null 2>&1 ||
			give_up "trace-cmd can start the event"
	fi
	[ $probe = no ] || start_probe
	nvme connect -t tcp -a 127.0.0.1 -s $port -n "$nqn" --hostid=$host \
		--hostnqn=nqn.2014-08.org.nvmexpress:uuid:$host \
		--reconnect-delay=1 --ctrl-loss-tmo=60 >/dev/null || give_up "the kernel connects"
	wait_until 10 find_ctrl || give_up "there is a controller"
	wait_until 20 find_dev || give_up "there is a disk"
	dd if=/dev/urandom of="$work/data" bs=64k count=16 status=none
	ok "the kernel connects to the target ($ctrl, $dev)"
}

# The queue that a CPU submits to: kernels spread them differently.
queue_of() { # CPU
	local list
	for list in /sys/block/"$ctrl"*n1/mq/*/cpu_list; do
		if [[ " $(tr -d ',' <"$list") " == *" $1 "* ]]; then
			echo $(($(basename "$(dirname "$list")") + 1))
			return 0
		fi
	done
	return 1
}

# write_disk BLOCKSIZE COUNT [CPU]
write_disk() {
	taskset -c "${3:-0}" dd if="$work/data" of="$dev" bs="$1" count="$2" oflag=direct \
		status=none
}

read_disk() {
	taskset -c "${3:-0}" dd if="$dev" of="$work/back" bs="$1" count="$2" iflag=direct \
		status=none
}

# 1 MiB in writes too large for a capsule, then some in small ones; read back in other sizes
verify() { # NAME
	local good=no
	if write_disk 128k 8 && read_disk 16k 64 && cmp "$work/data" "$work/back" &&
		write_disk 4k 64 "$last_cpu" && read_disk 64k 4 &&
		cmp -n 262144 "$work/data" "$work/back"; then
		good=yes
	fi
	is "$1" $good yes
}

# field LINE NAME: the value of NAME=value
field() {
	[[ " $1 " =~ \ $2=([^ ]*) ]] && echo "${BASH_REMATCH[1]}"
}

admin_command() {
	nvme id-ctrl "/dev/$ctrl" >/dev/null
}

# provoke NAME RULE COMMAND...: arm the rule, run the command, then wait for the wrong answer, for
# the driver's message and for its recovery. The target's line goes to $work/injected
provoke() {
	local name=$1 rule=$2 injections connects armed line cid qid
	shift 2
	injections=$(count '^injected=')
	connects=$(count '^connected=.* qid=0 ')
	armed=$(count '^armed=')
	echo "$rule" >"$work/control"
	wait_until 5 more_than "$armed" '^armed=' || give_up "$name: the target takes the rule"
	"$@" || give_up "$name: the command that provokes it succeeds"
	wait_until 10 more_than "$injections" '^injected=' || give_up "$name: it happens"
	line=$(grep '^injected=' "$log" | tail -n 1)
	echo "# $line"
	echo "$line" >>"$work/injected"
	names+=("$name")
	wait_until 30 more_than "$connects" '^connected=.* qid=0 ' ||
		give_up "$name: the driver reconnects"
	wait_until 30 is_live || give_up "$name: the controller comes back"
	cid=$(field "$line" cid) qid=$(field "$line" qid)
	check "$name: the driver's message names command id and queue" \
		grep -q "$ctrl: got bad cqe.command_id $cid on queue $qid\$" <(dmesg)
}

load() { # CPU FILE: writes and reads its own half of the data again and again
	local n mine=$(($1 * 128)) there=$((4096 + $1 * 128))
	for n in 1 2 3; do
		taskset -c "$1" dd if="$work/data" of="$dev" bs=4k count=128 oflag=direct \
			skip=$mine seek=$there status=none || return 1
		taskset -c "$1" dd if="$dev" of="$2" bs=4k count=128 iflag=direct skip=$there \
			status=none || return 1
		cmp -n 524288 -i $((mine * 4096)):0 "$work/data" "$2" || return 1
	done
}

under_load() {
	local status=0
	load 0 "$work/load0" &
	load "$last_cpu" "$work/load1" || status=1
	wait $! || status=1
	return "$status"
}

# every class; on which queue, and for which command
provoke_all() {
	provoke "double, write" "double opcode=write queue=$(queue_of 0)" write_disk 4k 4
	provoke "double, read, last queue" "double opcode=read queue=$(queue_of "$last_cpu") nth=3" \
		read_disk 4k 8 "$last_cpu"
	provoke "double, a write whose data was asked for" "double opcode=write queue=$(queue_of 0)" write_disk 128k 2
	provoke "double, admin queue" "double opcode=identify queue=0" admin_command
	provoke "late, tag in use again" "late opcode=write queue=$(queue_of 0)" write_disk 512 600
	provoke "late, some commands later" "late opcode=write queue=$(queue_of 0) when=commands:3" \
		write_disk 4k 8
	provoke "late, some time later" "late opcode=write queue=$(queue_of 0) when=ms:200" write_disk 4k 1
	provoke "unknown tag" "unknown opcode=write queue=$(queue_of 0)" write_disk 4k 1
	provoke "unknown tag, made-up fields" "unknown opcode=write queue=$(queue_of 0) cid=0x5fed \
result=0x1122334455667788 status=0x4281 sq-id=0x99aa" write_disk 4k 1
	provoke "unknown tag, admin queue" "unknown opcode=identify queue=0" admin_command
	verify "data is right after all that"
	provoke "double under load" "double opcode=write nth=200" under_load
	ok "data is right under load"
}

# expect NAME NUMBER: within compare_event
expect() {
	got=$(field "$event" "$1")
	[ -n "$got" ] && [ $((got)) = $(($2)) ] || wrong+=" $1=$got(expected $2)"
}

# what the tag was last used for. When nvme-tcp sends data that the target asked for, it builds the
# data's header where the command was: then the event may not say anything of the command
expect_command() { # NAME
	local tag gen
	tag=$(field "$line" tag) gen=$(field "$line" gen)
	# 6.1 builds the header of the data PDU over the command, later kernels behind it
	if [[ $1 == *"asked for" && $(uname -r) == 6.1.* ]]; then
		expect opcode 0
		expect nsid 0
		expect rq_cid 0
		[ $(($(field "$event" present) & 2)) = 0 ] || wrong+=" present says that the command is there"
		return
	fi
	[ $(($(field "$event" present) & 2)) = 2 ] || wrong+=" present says that the command is not there"
	expect opcode "$(field "$line" opcode)"
	expect nsid "$(field "$line" nsid)"
	case $kind in
	match) expect rq_cid $(((gen - 1 & 15) << 12 | tag)) ;;
	late) expect rq_cid $(((gen + $(field "$line" busy) & 15) << 12 | tag)) ;;
	*) [ $(($(field "$event" rq_cid) & 4095)) = "$tag" ] || wrong+=" rq_cid has another tag" ;;
	esac
}

# compare_event NAME LINE EVENT: what the target sent against what the kernel says of it
compare_event() {
	local line=$2 event=$3 kind name got want wrong=
	kind=$(field "$line" injected)
	for name in qid cid result sq_head sq_id status tag; do
		got=$(field "$event" $name) want=$(field "$line" $name)
		[ -n "$got" ] && [ $((got)) = $((want)) ] || wrong+=" $name=$got(sent $want)"
	done
	expect reason "$(reason_of "$kind")"
	expect ctrl_id "${ctrl#nvme}"
	expect genctr "$(field "$line" gen)"
	got=$(field "$event" present)
	if [ "$kind" = unknown ]; then
		[ $((got & 1)) = 0 ] || wrong+=" present=$got(there is no request)"
	else
		[ $((got & 1)) = 1 ] || wrong+=" present=$got(there is a request)"
		expect_command "$1"
	fi
	case $kind in
	double | late)
		expect expected_genctr $((($(field "$line" gen) + 1) & 15))
		[ "$(field "$line" busy)" = 0 ] || expect rq_state 1
		;;
	match)
		expect expected_genctr "$(field "$line" gen)"
		expect rq_state 0
		;;
	esac
	for want in transport=tcp addr=127.0.0.1 trsvcid=$port; do
		got=$(field "$event" "${want%%=*}")
		[ "${got//\"/}" = "${want#*=}" ] || wrong+=" ${want%%=*}=$got"
	done
	is "the event of '$1' is what was sent" "$wrong" ""
}

reason_of() {
	case $1 in
	unknown) echo 1 ;;
	double | late) echo 2 ;;
	match) echo 3 ;;
	esac
}

check_events() {
	local n=0 line event
	trace-cmd stop >/dev/null
	trace-cmd extract -o "$work/trace.dat" >/dev/null 2>&1
	trace-cmd report -R "$work/trace.dat" 2>/dev/null | grep ' nvme_dup_cqe: ' >"$work/events" ||
		true
	is "one event for each wrong answer, and none without" \
		"$(wc -l <"$work/events")" "$(wc -l <"$work/injected")"
	while read -r -u 3 line && read -r -u 4 event; do
		echo "# $event"
		compare_event "${names[n]}" "$line" "$event"
		n=$((n + 1))
	done 3<"$work/injected" 4<"$work/events"
}

names=()
last_cpu=$(($(nproc) > 1 ? 1 : 0))
set_up
verify "data is right before anything happens"
if [ "$match" = yes ] && [ $patched = no ]; then
	echo "# a stock kernel does not survive this"
	provoke "matching generation" "match opcode=write queue=$(queue_of 0)" write_disk 4k 1
	finish
fi
provoke_all
if [ $patched = yes ]; then
	provoke "matching generation, write" "match opcode=write queue=$(queue_of 0)" write_disk 4k 1
	provoke "matching generation, admin queue" "match opcode=identify queue=0" admin_command
	verify "data is right after the matching ones"
	check_events
fi
if [ $probe = yes ]; then
	ctrl_was=$ctrl
	check_probe
fi
check "the kernel disconnects" nvme disconnect -n "$nqn"
check "no warning, no stall in the kernel's log" \
	test "$(dmesg | grep -cE 'WARNING:|BUG:|Oops|detected stall|soft lockup|blocked for more')" = 0
is "the target saw no bad pdu" "$(count '^(rejected|terminated)=')" 0
finish
