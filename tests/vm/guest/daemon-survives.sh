#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, before the nvme driver is loaded: what happens to the machine under the daemon, and to the daemon itself.
set -u
cd "$(dirname "$0")/../../.." || exit 1
[ -e /run/lab/vars ] || { echo "$0 unloads drivers and sets the clock: it runs in the lab only" >&2; exit 1; }
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

tool=${BUILD:-build}/nvme-dupcqe
state=/run/nvme-dupcqed/nvme-dupcqed.json
hits_instance=$instance-hits
cpu1=/sys/devices/system/cpu/cpu1/online
queue=1
sum=0		# what the controller posted since the instances were made

# A line or two in the log for each lap: more would become the one line of a storm, which comes late.
seen=('[rule seen]' 'qid = 1' 'cooldown = 200ms' 'action = log')
snap=('[rule snap]' 'qid = 1' 'action = snapshot')

state_says() { grep -Eqs -- "$1" "$state"; }
hits_are() { state_says "\"hits\":$1,\"lost\":0,"; }
# "fired" and "cooled_down" of a rule
fired() { sed -nE "s/.*\"name\":\"$1\",[^}]*\"fired\":([0-9]+).*/\1/p" "$state"; }
fired_is() { [ "$(fired "$1")" = "$2" ]; }
disk_is_there() { [ -b /dev/nvme0n1 ] && [ "$(cat /sys/class/nvme/nvme0/state)" = live ]; }
armed() { grep -qs '^snapshot:count=1' "$trigger"; }
taken() { grep -qs '^snapshot:count=0' "$trigger"; }
gone() { ! kill -0 "$1" 2> /dev/null; }

posted_too() { local now; now=$(posted); sum=$((sum + ${now:-0})); }

reread() {
	log_mark
	kill -HUP "$pid"
	wait_said "(read '$conf' anew|'$conf' is refused)"
}

# laps NAME: the ring once, its hits logged and counted
laps() {
	sleep 0.3	# the cooldown of the rule
	log_mark
	replay --queue "$queue" --lap || not_ok "$1: the controller posts"
	posted_too
	check "$1: the hits are logged" wait_said "rule '${2:-seen}': (nvme0: qid=$queue|[0-9]+ more hits of nvme0)"
	check "$1: and counted, each once" wait_for 60 hits_are $sum
}

# ---- what is not there yet ----

no_tracefs() {
	config "${seen[@]}" "${snap[@]}"
	umount $tracefs
	fails 'no tracefs: one that may not mount it says what is wrong' 1 \
		"tracefs is not mounted, and cannot be mounted on '$tracefs': Operation not permitted" \
		setpriv --inh-caps=-sys_admin --bounding-set=-sys_admin "$daemon" --foreground --config "$conf"
	fails 'no tracefs: what is not tracefs is refused' 1 "'/tmp' is not tracefs" \
		"$daemon" --foreground --config "$conf" --tracefs /tmp
	check 'no tracefs: still' [ ! -e $tracefs/instances ]
	daemon_start 'no tracefs'
	said 'nvme-dupcqed: started' || finish
	has 'no tracefs: the daemon mounts it' "$(logged)" "mounted tracefs on '$tracefs'"
	check 'no tracefs: it makes its instances there' [ -d $instance ] && check 'no tracefs: both' [ -d $hits_instance ]
}

no_event() {
	if [ -e $tracefs/events/nvme/nvme_dup_cqe ]; then
		skip 'no event: the daemon waits' 'the driver is built into this kernel'
	else
		is 'no event: the log says so once' "$(said_times 'has no event nvme:nvme_dup_cqe now: waiting for it')" 1
		has 'no event: so does the state' "$(cat $state)" '"available":false'
		has 'no event: and status' "$("$tool" status)" 'does not have it now, waiting for it'
		modprobe nvme
		check 'no event: when it comes the daemon watches it' wait_said 'watching the event nvme:nvme_dup_cqe'
		is 'no event: it said so once' "$(said_times 'has no event')" 1
	fi
	check 'the disk is there' wait_for 60 disk_is_there
	check 'the rule is armed' wait_for 60 armed
	laps 'first hits'
	has 'first hits: status says that it watches' "$("$tool" status)" 'nvme:nvme_dup_cqe: watching it'
	check 'first hits: a snapshot is saved' wait_said 'saved as'
	check 'first hits: the rule is armed again' wait_for 60 armed
}

modules() {
	if [ ! -e /sys/module/nvme/initstate ]; then
		skip 'modules: unloaded and loaded again' 'the driver is built into this kernel'
		return
	fi
	log_mark
	check 'modules: they can be unloaded' modprobe -r nvme nvme_core
	check 'modules: the daemon waits' wait_said 'has no event nvme:nvme_dup_cqe now: waiting for it'
	check 'modules: the state says so' wait_for 60 state_says '"available":false'
	modprobe nvme
	check 'modules: the daemon watches again' wait_said 'watching the event nvme:nvme_dup_cqe'
	check 'modules: the disk is back' wait_for 60 disk_is_there
	check 'modules: the rule is armed again' wait_for 60 armed
	laps 'modules'
	check 'modules: a snapshot is saved' wait_said 'saved as'
	check 'modules: taken by the kernel' [ "$(json "$(snapshot_files json | tail -n 1)" taken)" = armed ]
	check 'modules: and the rule is armed once more' wait_for 60 armed
}

# ---- another one's tracing: it has to be as it was, in the end ----

foreign=$tracefs/instances/foreign
foreign_event=$foreign/events/nvme/nvme_dup_cqe

foreign_make() {
	mkdir $foreign
	echo 1 > $foreign_event/enable
	echo 'traceoff:3 if qid == 4095' > $foreign_event/trigger
	foreign_sum=$sum
}

foreign_is_as_it_was() {
	is 'foreign: its event is enabled, with a trigger' "$(cat $foreign_event/enable)" '1*'
	is 'foreign: its trigger is there' "$(grep -v '^#' $foreign_event/trigger)" 'traceoff:count=3 if qid == 4095'
	is 'foreign: it recorded all hits' "$(grep -c nvme_dup_cqe: $foreign/trace)" $((sum - foreign_sum))
}

# ---- a CPU that goes and comes ----

# queue_of CPU: which kernels deal out differently; a queue with one CPU ends with it
queue_of() {
	local file
	for file in /sys/block/nvme0*/mq/*/cpu_list; do
		[ "$(cat "$file")" != "$1" ] || { basename "$(dirname "$file")" | awk '{ print $1 + 1 }'; return; }
	done
}

hotplug() {
	local again replaying status=0 queue theirs
	if [ ! -e $cpu1 ]; then
		skip 'CPU 1: off and on' 'this kernel cannot take a CPU away'
		return
	fi
	queue=$(queue_of 0) theirs=$(queue_of 1)
	check 'CPU 1: has a queue of its own, and CPU 0 too' [ "${queue:-none}" != "${theirs:-none}" ]
	config '[rule quiet]' 'cooldown = 1h' 'action = log'
	reread
	"$replay_tool" --queue "$queue" --laps 60 --quiet > "$work/replayed" 2>&1 &
	replaying=$!
	for again in 1 2; do
		check "CPU 1: goes, $again" eval "echo 0 > $cpu1"
		check "CPU 1: comes, $again" eval "echo 1 > $cpu1"
	done
	wait $replaying || status=$?
	is 'CPU 1: the controller posted all the while' $status 0
	[ $status = 0 ] || diag "$(cat "$work/replayed")"
	posted_too
	check 'CPU 1: all hits are counted, each once' wait_for 60 hits_are $sum
	config '[rule seen]' "qid = $queue" 'cooldown = 200ms' 'action = log'
	reread
	echo 0 > $cpu1
	laps 'CPU 1 is away'
	echo 1 > $cpu1
	laps 'CPU 1 is back'
	check 'CPU 1: its queue posts' replay --queue "$theirs" --lap
	posted_too
	check 'CPU 1: the hits of its queue are counted' wait_for 60 hits_are $sum
	has 'CPU 1: they came on it' "$(cat $hits_instance/per_cpu/cpu1/stats)" '^read events: [1-9]'
}

# ---- programs ----

programs_make() {
	printf '%s\n' '#!/bin/bash' "echo \$\$ > $work/hung.1" 'exec sleep 1000' > "$work/hang"
	printf '%s\n' '#!/bin/bash' "trap '' TERM" "echo \$\$ > $work/hung.2" 'while :; do sleep 0.2; done' > "$work/deaf"
	chmod 0755 "$work" "$work"/{hang,deaf}
}

programs() {
	programs_make
	config '[exec]' 'time-limit = 5s' 'kill-after = 1s' "${seen[@]}" '[rule hang]' 'qid = 1' 'cooldown = 1h' "action = exec $work/hang" \
		'[rule deaf]' 'qid = 1' 'cooldown = 1h' "action = exec $work/deaf"
	reread
	has 'programs: the new rules are in force' "$(logged)" "read '$conf' anew"
	laps 'programs'
	wait_for 20 test -s "$work/hung.1" -a -s "$work/hung.2"
	check 'programs: that was while they hung' kill -0 "$(cat "$work/hung.1")" "$(cat "$work/hung.2")"
	log_mark
	check 'programs: one is ended at its time limit' wait_for 60 said "'$work/hang' was ended at its time limit"
	check 'programs: the other, that does not listen, too' wait_for 60 said "'$work/deaf' was ended at its time limit"
	check 'programs: both are gone' gone "$(cat "$work/hung.1")" && check 'programs: really' gone "$(cat "$work/hung.2")"
	check 'programs: counted as failed' wait_for 60 state_says '"exec":\{"ok":0,"failed":2\}'
	laps 'programs: then'
}

# ---- the configuration ----

sighup() {
	config "${seen[@]}" '[rule other]' 'qid = zero' 'action = log' 'colour = red'
	reread
	has 'reload: the first error, with its place' "$(logged)" "error: $conf:6: "
	has 'reload: the second one too' "$(logged)" "error: $conf:8: "
	has 'reload: the file is refused' "$(logged)" "'$conf' is refused, the old rules stay in force"
	laps 'reload, refused'
	config '[rule anew]' 'qid = 1' 'cooldown = 200ms' 'action = log'
	reread
	has 'reload: the right one is taken' "$(logged)" "read '$conf' anew"
	laps 'reload, taken' anew
	is 'reload: the old rule is gone' "$(said_times "rule 'seen'")" 0
	has 'reload: the state has the new one alone' "$(cat $state)" '"rules":\[\{"name":"anew",[^]]*\}\]'
	is 'reload: and no other' "$(grep -o '"fired"' $state | wc -l)" 1
}

# ---- the clock ----

clock() {
	local start
	config "${seen[@]}" '[rule once]' 'qid = 1' 'cooldown = 1h' 'action = log' \
		'[rule many]' 'qid = 1' 'threshold = 20 in 1h' 'cooldown = 1h' 'action = log'
	reread
	laps 'clock: right'
	start=$(date +%s)
	check 'clock: set back by 10 years' date -s "@$((start - 315360000))"
	laps 'clock: back'
	check 'clock: a threshold of 20 is not reached by 16' wait_for 60 fired_is many 0
	check 'clock: set forth by 10 years' date -s "@$((start + 315360000))"
	laps 'clock: forth'
	check 'clock: the threshold is reached' wait_for 60 fired_is many 1
	is 'clock: the rule with a long cooldown fired once' "$(fired once)" 1
	date -s "@$((start + 60))" > /dev/null
	laps 'clock: right again'
	is 'clock: and still' "$(fired once) $(fired many)" '1 1'
}

# ---- freeze ----

frozen_is() { [ "$(cat "$instance/tracing_on")" = "$1" ]; }

freeze() {
	config "${seen[@]}" '[rule ice]' 'qid = 1' 'action = freeze'
	reread
	has 'freeze: is armed' "$(grep -v '^#' "$trigger")" '^traceoff:count=1'
	echo > $instance/trace
	laps 'freeze'
	is 'freeze: the history stands still' "$(cat $instance/tracing_on)" 0
	is 'freeze: with one hit' "$(grep -c nvme_dup_cqe: $instance/trace)" 1
	laps 'freeze: frozen'
	check 'freeze: the state says so' wait_for 60 state_says '"frozen":true'
	has 'freeze: and status' "$("$tool" status)" 'frozen'
	is 'freeze: still with one hit' "$(grep -c nvme_dup_cqe: $instance/trace)" 1
	echo 1 > $instance/tracing_on
	laps 'freeze: thawed'
	check 'freeze: the next hit froze it again' wait_for 10 frozen_is 0
	is 'freeze: after one more hit' "$(grep -c nvme_dup_cqe: $instance/trace)" 2
	echo 1 > $instance/tracing_on
}

# ---- more than fits ----

# depth N: bind the controller again, with queues of N
depth() {
	local address
	address=$(basename "$(readlink -f /sys/class/nvme/nvme0/device)")
	echo "$1" > /sys/module/nvme/parameters/io_queue_depth
	echo "$address" > /sys/bus/pci/drivers/nvme/unbind
	echo "$address" > /sys/bus/pci/drivers/nvme/bind
	wait_for 60 disk_is_there
}

dropped() { cat $hits_instance/per_cpu/cpu*/stats | awk '/^dropped events/ { n += $NF } END { print n + 0 }'; }
said_lost() { logged | sed -nE 's/.* ([0-9]+) records were lost before they could be read.*/\1/p' | awk '{ n += $1 } END { print n + 0 }'; }
all_accounted() { [ "$(state_sum)" = "$sum" ]; }
state_sum() { sed -nE 's/.*"hits":([0-9]+),"lost":([0-9]+),.*/\1 \2/p' "$state" | awk '{ print $1 + $2 }'; }

fired_beyond() { [ "$(fired "$1")" -gt "$2" ]; }

overrun() {
	local before again
	config "${seen[@]}" '[rule blind]' 'on = lost' 'threshold = 50 in 1h' 'cooldown = 1h' 'action = log'
	reread
	check 'overrun: queues of 1024' depth 1024
	laps 'overrun: a lap is no storm'
	before=$(dropped)
	log_mark
	kill -STOP "$pid"
	for again in {1..6}; do
		lap --quiet || not_ok "overrun: lap $again"
		posted_too
		[ "$(dropped)" -le $((before + 100)) ] || break
	done
	check "overrun: after $again laps the buffer was full" [ "$(dropped)" -gt $((before + 100)) ]
	kill -CONT "$pid"
	check 'overrun: hits and lost ones are all' wait_for 60 all_accounted
	is 'overrun: lost is what the kernel dropped' "$(json $state lost)" "$(dropped)"
	is 'overrun: the log tells how many' "$(said_lost)" "$(dropped)"
	has 'overrun: the rule about it fired' "$(logged)" "rule 'blind': [0-9]+ records were lost"
	is 'overrun: once' "$(fired blind)" 1
	depth 8
	before=$(fired seen)
	lap
	posted_too
	# the log may still hold its lines back
	check 'overrun: it goes on' wait_for 60 fired_beyond seen "$before"
	check 'overrun: with the right figures' wait_for 60 all_accounted
}

# ---- two of them, and the end ----

two() {
	fails 'two: the second one refuses' 1 "another nvme-dupcqed runs with trace instance '$instance'" \
		"$daemon" --foreground --config "$conf"
	is 'two: the state is that of the first' "$(json $state pid)" "$pid"
	laps 'two: the first goes on'
}

the_end() {
	daemon_stop
	is 'the end: as it was told' $status 0
	is 'the end: both instances are gone, others are not' "$(ls $tracefs/instances)" foreign
	check 'the end: the state too' [ ! -e $state ]
	foreign_is_as_it_was
}

# ---- killed ----

killed() {
	local dat
	rm -rf "$snapshots"
	config "${seen[@]}" "${snap[@]}"
	sum=0
	daemon_start 'killed'
	check 'killed: the rule is armed' wait_for 60 armed
	laps 'killed: before'
	check 'killed: a snapshot' wait_said 'saved as'
	check 'killed: armed again' wait_for 60 armed
	daemon_kill
	has 'killed: status says that it does not run' "$("$tool" status)" 'not running'
	lap
	posted_too
	check 'killed: the kernel takes a snapshot nonetheless' wait_for 20 taken
	daemon_start 'killed: the next one'
	has 'killed: took the instance over' "$(logged)" "took over the trace instance '$instance' of an earlier run"
	check 'killed: the hits in between are handed on, each once' wait_for 60 hits_are $sum
	is 'killed: and nothing of those before' "$(fired snap)" "$(posted)"
	check 'killed: the snapshot is saved' wait_for 60 snapshots_at_least 2
	dat=$(snapshot_files dat | tail -n 1)
	check 'killed: whole' wait_said 'saved as'
	is 'killed: it is the kernel'\''s own' "$(json "${dat%.dat}.json" taken)" armed
	snapshot_holds 'killed' "$dat"
	check 'killed: armed again' wait_for 60 armed
	laps 'killed: then'
	daemon_kill
	daemon_start 'killed: while nothing happens'
	laps 'killed: nothing comes twice'
	daemon_stop
	is 'killed: nothing is left in tracefs' "$(ls $tracefs/instances)" foreign
}

check 'a folder for snapshots' var_lib
dmesg -C
no_tracefs
no_event
modules
foreign_make
hotplug
programs
sighup
clock
freeze
config "${seen[@]}"
reread
two
the_end
killed
sum=0
daemon_start 'overrun'
overrun
daemon_stop
is 'the kernel has no complaint' "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ''
finish
