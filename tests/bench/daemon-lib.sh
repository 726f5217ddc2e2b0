# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # the variables are those of the scripts that source this
# What tests/bench/daemon does on the machine itself and in the lab: readers of an event are started one at a time,
# hits are fired, and the times of the hits' records are held against the times of what they led to.
#
# The script that sources this sets: name (of everything that is made in tracefs), event (SYSTEM:EVENT), burst (seconds
# that separate one hit from the next, at least), work (a folder with nvme-dupcqed, daemon-rig and daemon-stamp), and a
# function fire_hits COUNT.

tracing=/sys/kernel/tracing
stamps=$work/stamps
readers=()
instances=("$name-daemon" "$name-daemon-hits")
declare -A why=()

die() {
	echo "bench: $*" >&2
	exit 1
}

# wait_for SECONDS COMMAND...
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# ---- trace instances ----

# instance NAME: with the event, in the clock of the stamps, as large as the daemon's
instance() {
	local at=$tracing/instances/$1
	instances+=("$1")
	mkdir "$at" && echo mono > "$at/trace_clock" && echo 1024 > "$at/buffer_size_kb" &&
		echo 0 > "$at/buffer_percent" && echo 1 > "$at/events/${event/:/\/}/enable" ||
		die "cannot make the trace instance '$1'"
}

remove_instance() {
	[ -d "$tracing/instances/$1" ] || return 0
	echo 0 > "$tracing/instances/$1/events/enable"
	wait_for 5 rmdir "$tracing/instances/$1" 2> /dev/null
}

# all counters NAME... of an instance's CPUs together: stats_of INSTANCE NAME...
stats_of() {
	local instance=$1
	shift
	cat "$tracing/instances/$instance"/per_cpu/cpu*/stats |
		awk -F': ' -v names="$(printf '%s,' "$@")" 'index("," names, "," $1 ",") { sum += $2 } END { print sum + 0 }'
}

is_empty() { [ "$(stats_of "$1" entries)" = 0 ]; }

# ---- the readers: each leaves its processes in readers ----

# daemon_config ACTION...: one rule, for every hit
daemon_config() {
	printf '[daemon]\nhistory = none\n[exec]\nmax-running = 64\n[rule every-hit]\n'
	printf 'action = %s\n' "$@"
}

# run_daemon CONFIG [INSTANCE]: its log goes to standard error. What the hits of daemon-rig say of their controllers is
# true for the daemon, in a mount namespace of its own: else it would look in vain for each.
run_daemon() {
	set -- "$work/nvme-dupcqed" --foreground --config "$1" --event "$event" --instance "${2:-$name-daemon}"
	[ "$event" != nvme:nvme_dup_cqe ] || exec "$@"
	# shellcheck disable=SC2016
	exec unshare --mount bash -c 'mount -t tmpfs none /sys/class && mkdir -p /sys/class/nvme/nvme{0..63} || exit 1
		for controller in /sys/class/nvme/*; do
			echo Bench > "$controller/model"
			echo "${controller##*/}" > "$controller/serial"
			echo 0000:01:00.0 > "$controller/address"
		done
		exec "$@"' - "$@"
}

start_daemon_exec() {
	daemon_config "exec $work/daemon-stamp $stamps" > "$work/exec.conf"
	run_daemon "$work/exec.conf" 2> "$work/daemon.log" &
	readers=($!)
}

start_daemon_log() {
	daemon_config log > "$work/log.conf"
	[ -p "$work/lines" ] || mkfifo "$work/lines"
	"$work/daemon-rig" lines "$stamps" < "$work/lines" &
	readers=($!)
	run_daemon "$work/log.conf" 2> "$work/lines" &
	readers+=($!)
}

# the uprobe slows down what comes behind it, so it is there for this one alone
start_daemon_act() {
	start_daemon_log
	probe_act 1
}

# piped PROGRAM...: `cat trace_pipe | PROGRAM...`
piped() {
	instance "$name-reader"
	[ -p "$work/pipe" ] || mkfifo "$work/pipe"
	"$@" < "$work/pipe" &
	readers=($!)
	cat "$tracing/instances/$name-reader/trace_pipe" > "$work/pipe" 2> /dev/null &
	readers+=($!)
}

# system_stamp PATTERN: not at what trace-cmd says of itself
system_stamp() { exec gawk -v command="$work/daemon-stamp $stamps" "/$1/ { system(command) }"; }
start_pipe_exec() { piped system_stamp "${event#*:}"; }

print_lines() { exec gawk '{ print; fflush() }' > "$work/lines"; }
start_pipe_line() {
	[ -p "$work/lines" ] || mkfifo "$work/lines"
	"$work/daemon-rig" lines "$stamps" < "$work/lines" &
	piped print_lines
	readers+=($!)
}

start_ring() {
	instance "$name-reader"
	"$work/daemon-rig" ring "$tracing/instances/$name-reader" "$stamps" &
	readers=($!)
}

# it writes files where it is, and block-buffers what goes into a pipe: a rare hit would wait for ever
start_stream_exec() {
	[ -p "$work/pipe" ] || mkfifo "$work/pipe"
	system_stamp "${event#*:}" < "$work/pipe" &
	readers=($!)
	(cd "$work" && exec stdbuf -oL trace-cmd stream -e "$event" > "$work/pipe" 2> "$work/stream.log") &
	readers+=($!)
}

# it cannot use the event of a uprobe, so it has one of its own on the same function
start_bpftrace_exec() {
	bpftrace --unsafe -e "uprobe:$work/daemon-rig:uprobe_hit { system(\"$work/daemon-stamp $stamps\") }" \
		> "$work/bpftrace.log" 2>&1 &
	readers=($!)
}

start_dmesg_exec() {
	[ -p "$work/pipe" ] || mkfifo "$work/pipe"
	[ -p "$work/lines" ] || mkfifo "$work/lines"
	dmesg -W > "$work/pipe" &
	readers=($!)
	grep --line-buffered 'invalid id' < "$work/pipe" > "$work/lines" &
	readers+=($!)
	system_stamp . < "$work/lines" &
	readers+=($!)
}

# TERM ends the daemon and trace-cmd in order; the others have nothing to put in order
stop_reader() {
	local pid
	for pid in "${readers[@]}"; do
		kill -TERM "$pid" 2> /dev/null
	done
	for pid in "${readers[@]}"; do
		wait "$pid" 2> /dev/null
	done
	readers=()
	remove_instance "$name-reader"
}

all_alive() { kill -0 "${readers[@]}" 2> /dev/null; }
stamped() { [ -s "$stamps" ]; }

# The first hits are for finding out that the reader is there. Fails if it never is.
warm_up() {
	local try
	for try in {1..10}; do
		all_alive || return 1
		fire_hits 1
		wait_for 2 stamped && break
	done
	stamped && sleep 0.5
}

# ---- latencies ----

# times EVENT: of the records in the clock's instance
times() {
	gawk -v event=" $1: " '{ at = index($0, event) }
		at && match(substr($0, 1, at - 1), /([0-9]+\.[0-9]+):$/, time) { print time[1] }' "$tracing/instances/$name-clock/trace"
}

# pair FROM TO NAME: microseconds from each time in FROM to what it led to in TO are added to lat.NAME. As many in both:
# one by one; else the first one in TO before the next of FROM, and a FROM without any counts in missed.NAME. Of a
# burst the first counts. A record's time is cut to microseconds.
pair() {
	gawk -v missed="$work/missed.$3" -v burst="$burst" '
		FNR == NR { if (!n || $1 - last > burst) from[++n] = $1; last = $1; next }
		{ to[++m] = $1 }
		END { asort(to)
			for (i = j = 1; i <= n; i++) {
				while (n != m && j <= m && to[j] < from[i]) j++
				if (j <= m && (n == m || i == n || to[j] < from[i + 1])) printf "%.3f\n", (to[j] - from[i]) * 1e6
				else print "missed" >> missed
				if (n == m) j++
			} }' "$1" "$2" >> "$work/lat.$3"
}

got() { [ "$(wc -l < "$stamps")" -ge "$1" ]; }

# round READER COUNT: one reader's turn
round() {
	: > "$stamps"
	"start_$1"
	if ! warm_up; then
		stop_reader
		why[$1]=${why[$1]:-it reacts to nothing}
		return 1
	fi
	: > "$stamps"
	echo > "$tracing/instances/$name-clock/trace"
	fire_hits "$2"
	wait_for 5 got "$2"
	times "${event#*:}" > "$work/from"
	cp "$stamps" "$work/to"
	if [ "$1" = daemon_act ]; then
		times "${name}_act" > "$work/to"
		probe_act 0
	fi
	pair "$work/from" "$work/to" "$1"
	stop_reader
}

# floors COUNT GAP_US
floors() {
	: > "$stamps"
	"$work/daemon-rig" spawn "$1" "$2" "$work/daemon-stamp" "$stamps" > "$work/from" || die "cannot measure a spawn"
	pair "$work/from" "$stamps" spawn
	: > "$stamps"
	"$work/daemon-rig" wake "$1" "$2" "$stamps" > "$work/from" || die "cannot measure a wake-up"
	pair "$work/from" "$stamps" wake
}

# make_act_probe: the first instruction of the daemon's action log; a copy of the program, so nobody else's is touched
make_act_probe() {
	local address offset
	address=$(nm "$work/nvme-dupcqed" | awk '$3 == "action_log" { print $1 }')
	offset=$(readelf -SW "$work/nvme-dupcqed" | sed 's/\[ */[/' | awk '$2 == ".text" { print $4, $5 }')
	[ -n "$address" ] && [ -n "$offset" ] || die "nvme-dupcqed has no symbol action_log"
	printf 'p:dupcqe_test/%s %s:0x%x\n' "${name}_act" "$work/nvme-dupcqed" \
		$((0x$address - 0x${offset% *} + 0x${offset#* })) >> $tracing/uprobe_events || die "cannot probe the daemon"
}

probe_act() { echo "$1" > "$tracing/instances/$name-clock/events/dupcqe_test/${name}_act/enable"; }

# statistics NAME: median, 99 %, how many, how many missed
statistics() {
	local missed
	missed=$(cat "$work/missed.$1" 2> /dev/null | wc -l)
	sort -n "$work/lat.$1" | awk -v missed="$missed" '{ v[NR] = $1 }
		END { if (NR) print v[int((NR + 1) / 2)], v[int((NR * 99 + 99) / 100)], NR, missed }'
}

head_line() { printf '%-62s %9s %9s %7s  %s\n' "$@"; }

# row NAME FLOOR TEXT [AIM]: AIM is the largest ratio of the medians
row() {
	local floor
	[ -s "$work/lat.$1" ] || { head_line "$3" - - - "not measured: ${why[$1]:-nothing came}"; return; }
	floor=$(statistics "$2")
	statistics "$1" | awk -v text="$3" -v floor="${floor%% *}" -v aim="${4-}" '{
		ratio = $1 / floor
		said = aim == "" ? "" : sprintf("aim %s: %s", aim, ratio <= aim ? "met" : "missed")
		if ($4) said = said (said == "" ? "" : ", ") $4 " of " $3 + $4 " hits without a reaction of their own"
		printf "%-62s %9.1f %9.1f %7.2f  %s\n", text, $1, $2, ratio, said }'
}

# Everything that was made here and may still be there.
clean_up() {
	local made
	stop_reader
	for made in "${instances[@]}"; do
		remove_instance "$made"
	done
	for made in "${name}_act" "$name"; do
		! grep -q "dupcqe_test/$made " $tracing/uprobe_events || echo "-:dupcqe_test/$made" >> $tracing/uprobe_events
	done
	rm -rf "$work"
}
