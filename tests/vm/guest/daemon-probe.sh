#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, before the nvme driver is loaded: the daemon on a driver without the event, by a probe; and on the patched one
# in its place.  daemon-probe.sh limited: on a kernel whose messages are rate limited.
# shellcheck disable=SC2154 # status and mark are daemon-lib.sh's
set -u
cd "$(dirname "$0")/../../.." || exit 1
[ -e /run/lab/vars ] || { echo "$0 unloads drivers: it runs in the lab only" >&2; exit 1; }
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

tool=${BUILD:-build}/nvme-dupcqe
state=/run/nvme-dupcqed/nvme-dupcqed.json
modules=/lib/modules/$(uname -r)
sum=0		# what the controller posted since the instances were made

probes() { cat $tracefs/kprobe_events; }
state_says() { grep -Eqs -- "$1" "$state"; }
counted() { sed -nE 's/.*"hits":([0-9]+),"lost":([0-9]+),.*/\1 \2/p' "$state"; }
hits_are() { [ "$(counted)" = "$1 0" ]; }
all_are() { [ "$(counted | awk '{ print $1 + $2 }')" = "$1" ]; }
armed() { grep -qs '^snapshot:count=1' "$trigger"; }
disk_is_there() { [ -b /dev/nvme0n1 ] && [ "$(cat /sys/class/nvme/nvme0/state)" = live ]; }
by_probe='watching the event nvme:nvme_dup_cqe, by the probe'

load() { modprobe nvme && wait_for 60 disk_is_there; }
unload() { modprobe -r nvme nvme_core; }

# laps NAME: the ring once, its hits logged and counted
laps() {
	local name=$1 now
	sleep 0.3	# the cooldown of the rule
	log_mark
	lap || not_ok "$name: the controller posts"
	now=$(posted)
	sum=$((sum + ${now:-0}))
	check "$name: hits are logged" wait_said "rule 'seen': (nvme0: qid=1|[0-9]+ more hits of nvme0)"
	check "$name: and counted, each once" wait_for 60 hits_are $sum
}

no_driver() {
	config '[rule seen]' 'cooldown = 200ms' 'action = log' '[rule snap]' 'action = snapshot'
	daemon_start 'no driver'
	has 'no driver: the log says what is waited for' "$(logged)" 'now: waiting for it; the NVMe driver is not loaded'
	is 'no driver: no probe is made' "$(probes)" ''
	load
	check 'driver: a probe is made' wait_said 'made the probe, as the driver has no event of its own'
	check 'driver: and watched' wait_said "$by_probe"
	check 'driver: the rule is armed' wait_for 60 armed
	check 'driver: the state says so' wait_for 60 state_says '"available":true,"source":"probe"'
	has 'driver: status too' "$("$tool" status)" 'nvme:nvme_dup_cqe: watching it, by the probe'
}

first_hits() {
	local dat
	laps 'hits'
	has 'hits: the log says who saw them' "$(logged)" "rule 'seen': nvme0: qid=1, .*(stale by|fresh dup).*source=probe"
	check 'hits: a snapshot is saved' wait_said 'saved as'
	dat=$(snapshot_files dat | tail -n 1)
	is 'hits: by the kernel, as the probe saw it' \
		"$(json "${dat%.dat}.json" taken source event.source event.qid event.addr)" \
		"$(printf '%s\n' armed probe probe 1 "$(basename "$(readlink /sys/class/nvme/nvme0/device)")")"
	snapshot_holds 'hits' "$dat"
	has 'hits: the state tells the source' "$(cat $state)" '"available":true,"source":"probe".*"last_hit":.*"source":"probe"'
	check 'hits: armed again' wait_for 60 armed
	is 'hits: of the rest of the kernel nothing is recorded' "$(grep -c 'nvme_dup_cqe' $instance/trace)" \
		"$(grep -cE 'fmt="(.{1,2})?(invalid id|request|could not)' $instance/trace)"
}

reload() {
	log_mark
	unload
	check 'reload: the daemon waits' wait_said 'has no event nvme:nvme_dup_cqe now: waiting for it'
	is 'reload: the probe has gone with the driver' "$(probes)" ''
	load
	check 'reload: it is made anew' wait_said "$by_probe"
	laps 'reload'
	log_mark
	unload && load
	check 'reload, at once: it is made anew' wait_said "$by_probe"
	check 'reload, at once: and armed' wait_for 60 armed
	laps 'reload, at once'
}

# The probe stays, enabled, and records nothing.
blind() {
	log_mark
	echo 0 > /proc/sys/kernel/ftrace_enabled
	kill -HUP "$pid"
	check 'blind: the log says so' wait_said 'error: the probe sees nothing: kprobes are switched off.*ftrace_enabled'
	check 'blind: the state too' wait_for 60 state_says '"available":false,"source":null,"why":"the probe sees nothing'
	has 'blind: doctor too' "$("$tool" doctor)" 'missing +event +kprobes are switched off'
	echo 1 > /proc/sys/kernel/ftrace_enabled
	check 'blind: and that it is over' wait_said 'the probe sees hits again'
	check 'blind: watched again' wait_said "$by_probe"
	is 'blind: it was said once' "$(said_times 'the probe sees nothing.*; sysctl')" 1
	check 'blind: armed again' wait_for 60 armed
	laps 'blind: then'
}

killed() {
	daemon_kill
	is 'killed: the probe stays' "$(probes | grep -c 'nvme/nvme_dup_cqe ')" 1
	lap && sum=$((sum + $(posted)))
	daemon_start 'killed: the next one'
	has 'killed: knows it' "$(logged)" 'took over the probe of an earlier run'
	check 'killed: the hits in between are handed on, each once' wait_for 60 hits_are $sum
	laps 'killed: then'
}

# The event wins, whenever it comes: also while the daemon looks elsewhere.
patched() {
	log_mark
	kill -STOP "$pid"
	unload
	umount "$modules"
	load
	kill -CONT "$pid"
	check 'patched: its event takes the place' wait_said 'watching the event nvme:nvme_dup_cqe$'
	is 'patched: no probe is left' "$(probes)" ''
	check 'patched: the state says so' wait_for 60 state_says '"available":true,"source":"event","why":null'
	check 'patched: armed' wait_for 60 armed
	laps 'patched'
	has 'patched: hits are the event'\''s' "$(cat $state)" '"last_hit":.*"source":"event"'
	is 'patched: and not the probe'\''s' "$(said_times 'source=probe')" 0
	daemon_stop
	is 'patched: the daemon ends well' $status 0
	is 'patched: nothing is left in tracefs' "$(ls $tracefs/instances; probes)" ''
}

# Of one made by hand that does not fit any more, and that only the daemon records.
adopted() {
	check 'adopted: a probe by hand' "$tool" probe add
	sum=0
	daemon_start 'adopted'
	has 'adopted: theirs is used' "$(logged)" 'using the probe'
	laps 'adopted: before'
	log_mark
	modprobe nvme_tcp
	check 'adopted: when nvme_tcp comes' wait_said 'nobody else records it: the daemon makes it anew'
	check 'adopted: it is made anew' wait_said 'made the probe'
	check 'adopted: for nvme_tcp as well' "$tool" probe test
	is 'adopted: nothing is wrong with it' "$("$tool" probe test | grep -c 'other modules')" 0
	laps 'adopted: then'
	daemon_stop
	is 'adopted: it goes with the daemon' "$(probes)" ''
	modprobe -r nvme_tcp
}

others() {
	unload
	stock_modules
	load
	config '[daemon]' 'source = event' '[rule seen]' 'cooldown = 200ms' 'action = log'
	daemon_start 'source = event'
	is 'source = event: no probe is made' "$(probes)" ''
	check 'others: a probe by hand' "$tool" probe add
	check 'source = event: it is not watched' wait_for 60 state_says '"available":false,"source":null,"why":"there is a probe'
	daemon_stop
	config '[daemon]' 'source = probe' '[panic]' 'allow-panic = yes' 'require-crash-kernel = no' 'min-uptime = 1min' \
		'[rule seen]' 'cooldown = 200ms' 'action = log' '[rule stop]' 'controller = nvme9' 'action = panic'
	sum=0
	daemon_start 'source = probe'
	has 'others: theirs is used' "$(logged)" 'using the probe'
	check 'others: the state is written' wait_for 60 state_says '"source":"probe"'
	has 'panic: no module helps, so it is the daemon'\''s' "$("$tool" status)" \
		'panic +reactive, by sysrq; not armed: this kernel has no panic trigger, and nvme_dup_cqe_panic works with the patched driver alone'
	laps 'others'
	daemon_stop
	is 'others: theirs stays' "$(probes | grep -c 'nvme/nvme_dup_cqe ')" 1
	check 'others: until they remove it' "$tool" probe remove
	adopted
	is 'others: nothing is left' "$(ls $tracefs/instances; probes)" ''
}

# The kernel does not have what it takes: one line, and the next best thing to do.
impossible() {
	mount -t tmpfs tmpfs /sys/kernel/btf
	config '[daemon]' 'source = probe' '[rule seen]' 'action = log'
	daemon_start 'impossible'
	has 'impossible: an error says why, and what to do' "$(logged)" \
		'error: no probe: this kernel has no type information \(CONFIG_DEBUG_INFO_BTF\); install the patched driver'
	is 'impossible: it says so once' "$(said_times 'error:')" 1
	check 'impossible: the state says so' wait_for 60 state_says '"available":false,"source":null,"why":"no probe: this kernel has no type'
	has 'impossible: status too' "$("$tool" status)" 'waiting for it; no probe: this kernel has no type information'
	daemon_stop
	umount /sys/kernel/btf
	is 'impossible: nothing is left' "$(ls $tracefs/instances; ls /run/nvme-dupcqed; probes)" ''
}

# Ten messages in five seconds, and then the number of the rest.
limited() {
	local again now
	config '[rule seen]' 'cooldown = 200ms' 'action = log' '[rule blind]' 'on = lost' 'cooldown = 1h' 'action = log'
	daemon_start 'limited'
	has 'limited: by the probe' "$(logged)" "$by_probe"
	has 'limited: status tells what is not known' "$("$tool" status)" 'by the probe; .*not known before the next hit'
	has 'limited: so does doctor' "$("$tool" doctor)" 'known only when the next hit comes'
	for again in 1 2 3 4; do
		lap || not_ok "limited: lap $again"
		now=$(posted)
		sum=$((sum + ${now:-0}))
	done
	sleep 6
	lap
	sum=$((sum + $(posted)))
	check 'limited: the log tells how many were left out' wait_said "[0-9]+ hits were left out by the kernel's rate limit"
	check 'limited: hits and lost ones are all' wait_for 60 all_are $sum
	has 'limited: most are lost' "$(cat $state)" '"lost":[1-9]'
	has 'limited: the rule about it fired' "$(logged)" "rule 'blind': [0-9]+ records were lost"
	has 'limited: status tells' "$("$tool" status)" 'ten hits in five seconds'
	daemon_stop
	is 'limited: nothing is left' "$(ls $tracefs/instances; probes)" ''
}

check 'a folder for snapshots' var_lib
dmesg -C
if [ "${1-}" = limited ]; then
	limited
else
	check 'the modules of the stock kernel' stock_modules
	no_driver
	first_hits
	reload
	blind
	killed
	patched
	others
	impossible
fi
is 'the kernel has no complaint' "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ''
finish
