#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: SIGKILL at random moments. No file is torn, no hit is forgotten, none is handed on twice, and no machine panics
# twice.
#   daemon-kill.sh [SEED]
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

seed=${1:-$((SECONDS + $$ + $(date +%s) % 32768))}
RANDOM=$seed
state=/var/lib/nvme-dupcqed
budget=$state/panic-budget
sysrq=$work/sysrq

# nap MILLISECONDS: at most so long
nap() { sleep "$(printf '%d.%03d' $((RANDOM % $1 / 1000)) $((RANDOM % $1 % 1000)))"; }

is_up() { said 'nvme-dupcqed: started'; }

# Some are killed before they are up.
spawn_for_a_while() {
	daemon_spawn
	[ $((RANDOM % 4)) = 0 ] || wait_for 60 is_up
	nap 900
	wait_for 10 test -s "$work/pid"
	daemon_kill
}

# ---- a storm ----

# The newest are those that were in danger. Whole, as nobody writes now.
declare -A seen
look_at_files() {
	local file
	while read -r file; do
		[ -z "${seen[$file]-}" ] || continue
		seen[$file]=1
		if [ "${file##*.}" = json ]; then
			json "$file" event.cid > /dev/null 2>> "$work/torn" && [ -e "${file%.json}.dat" ] || echo "$file" >> "$work/torn"
		else
			trace-cmd report "$file" > "$work/report" 2>&1 || echo "$file" >> "$work/torn"
			grep -q 'nvme_dup_cqe:' "$work/report" || echo "$file $(json "${file%.dat}.json" taken pages rule event.cid |
				paste -sd' '), $(wc -l < "$work/report") lines" >> "$work/without"
		fi
	done < <(snapshot_files json | tail -n 2; snapshot_files dat | tail -n 2)
}

storm() {
	local round
	printf '#!/bin/sh\necho "$DUPCQE_CPU $DUPCQE_TRACE_NS $DUPCQE_CID." >> %s/lines\n' "$work" > "$work/line"
	chmod 0755 "$work" "$work/line"
	: > "$work/torn"; : > "$work/without"; : > "$work/lines"
	config '[daemon]' 'buffer-size = 64K' '[snapshots]' 'min-free = 0' 'max-number = 8' \
		'[rule snap]' 'cooldown = 250ms' 'action = snapshot' '[rule line]' "action = exec $work/line"
	replay --queue 1 --storm 900 --quiet --timeout 900 &
	replay_pid=$!
	for round in $(seq 30); do
		spawn_for_a_while
		look_at_files
	done
	kill -0 $replay_pid 2> /dev/null && ok 'storm: it lasted' || not_ok 'storm: it lasted'
	# its end would take too long; what is out of step after it is set right by a reset
	pkill -KILL -P $replay_pid
	{ wait $replay_pid; } 2> /dev/null
	check 'storm: a reset of the controller' eval 'echo 1 > /sys/class/nvme/nvme0/reset_controller'
	check "storm: there were snapshots (${#seen[@]} files)" [ ${#seen[@]} -gt 10 ]
	is 'storm: none of them is torn' "$(cat "$work/torn")" ''
	is 'storm: each trace has a hit' "$(cat "$work/without")" ''
	check "storm: programs were run ($(wc -l < "$work/lines"))" [ "$(wc -l < "$work/lines")" -gt 10 ]
	is 'storm: no hit was handed on twice' "$(sort "$work/lines" | uniq -d | head -n 3)" ''
	after_storm
}

after_storm() {
	daemon_start 'after the storm'
	wait_for 60 replay --queue 1 --lap --quiet
	check 'after the storm: a snapshot' wait_said 'saved as'
	daemon_stop
	is 'after the storm: it ends well' $status 0
	is 'after the storm: nothing half-made is left' \
		"$(find "$snapshots" -mindepth 1 ! -name 'dupcqe-*.dat' ! -name 'dupcqe-*.json')" ''
	is 'after the storm: each trace has its JSON' "$(snapshot_files dat | sed 's/dat$//')" "$(snapshot_files json | sed 's/json$//')"
	is 'after the storm: no more than the limit' "$(snapshot_count)" 8
}

# ---- every hit ----

# A program for each hit, so slow that all are run: what they wrote is the hits that were handed on.
count() {
	local total=0 kills=14 lost lines round
	: > "$log"; : > "$work/lines"
	config '[exec]' 'max-running = 64' '[rule line]' "action = exec $work/line"
	daemon_spawn
	wait_for 60 is_up
	for round in $(seq $kills); do
		replay --queue $((1 + round % 2)) --lap --quiet &
		replay_pid=$!
		nap 700
		daemon_kill
		wait $replay_pid
		total=$((total + $(posted)))
		daemon_spawn
		[ $((RANDOM % 2)) = 0 ] || wait_for 60 is_up
	done
	wait_for 60 is_up
	sleep 3
	lost=$(sed -nE 's/.*: ([0-9]+) records were lost before.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
	lines=$(wc -l < "$work/lines")
	diag "count: $total posted, $lines handed on, $lost lost"
	is 'count: no program was refused' "$(grep -c 'was not started' "$log")" 0
	is 'count: no hit was handed on twice' "$(sort "$work/lines" | uniq -d | head -n 3)" ''
	check 'count: none is forgotten' [ $((lines + lost)) -ge "$total" ]
	# one that was handed on, but not yet in the accounts
	check 'count: at most one for each kill is counted twice' [ $((lines + lost)) -le $((total + kills)) ]
	check 'count: most were handed on' [ "$lines" -gt $((total / 2)) ]
	daemon_stop
}

# ---- never a second panic ----

# What would bring the machine down is caught: each panic is one byte.
catch_panics() {
	mkfifo "$sysrq" && mount --bind "$sysrq" /proc/sysrq-trigger || return 1
	cat <> "$sysrq" > "$work/panics" 2> /dev/null &
	[ ! -d /lib/modules/"$(uname -r)" ] || modprobe ext4
	mkfs.ext4 -q -F /dev/nvme0n1 && mount -t ext4 /dev/nvme0n1 $state && chmod 0700 $state
}

panics() { stat -c %s "$work/panics"; }
spent() { said 'refused: this boot has had its panic|it did not happen'; }

panic() {
	local round before bad='' counts=''
	if catch_panics; then ok 'panic: it is caught'; else not_ok 'panic: it is caught'; fi
	config '[panic]' 'allow-panic = yes' 'mode = reactive' 'require-crash-kernel = no' 'min-uptime = 1min' 'max-per-day = 1' \
		'[rule fatal]' 'qid = 1' 'action = panic'
	uptime=3600
	for round in $(seq 6); do
		rm -f $budget "$work/pid"
		before=$(panics)
		daemon_spawn
		wait_for 60 is_up
		replay --queue 1 --lap --quiet &
		replay_pid=$!
		nap 500
		daemon_kill
		wait $replay_pid
		rm -f "$work/pid"
		daemon_spawn
		wait_for 60 is_up
		replay --queue 1 --lap --quiet
		wait_for 60 spent || bad+=" $round:$(logged | tail -n 3)"
		daemon_stop
		counts+=$(($(panics) - before))
		[ "$(grep -c '^panic ' $budget)" = 1 ] || bad+=" $round:$(cat $budget)"
		[ "$(tail -n 1 $budget)" = 'end 1' ] || bad+=" $round:$(cat $budget)"
	done
	is 'panic: one is counted in each round' "$bad" ''
	check "panic: none happens twice ($counts)" eval "[[ $counts =~ ^[01]{6}$ ]]"
	check 'panic: some happen' eval "[[ $counts =~ 1 ]]"
}

echo "# seed $seed"
check 'a folder for snapshots' var_lib
dmesg -C
storm
count
panic
is 'the kernel has no complaint' "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung_task')" ''
finish
