# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# In the guest: the daemon as its user runs it, beside a controller that can be made to misbehave.

daemon=${BUILD:-build}/nvme-dupcqed
replay_tool=${BUILD:-build}/tests/vm/cqe-replay
tracefs=/sys/kernel/tracing
instance=$tracefs/instances/nvme-dupcqed
trigger=$instance/events/nvme/nvme_dup_cqe/trigger
snapshots=/var/lib/nvme-dupcqed/snapshots
work=$(mktemp -d /run/daemon.XXXXXX)
conf=$work/conf
log=$work/log
mark=0		# lines of the log that a check has done with
pid=
uptime=		# seconds that the daemon is to believe the machine has been up; empty: the truth
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
export TRACEEVENT_PLUGIN_DIR=$PWD/${BUILD:-build}/plugin
case ${BUILD-} in /*) TRACEEVENT_PLUGIN_DIR=$BUILD/plugin ;; esac

# The host's root is read-only; what is below /var/lib is the guest's own, and large enough for the shipped limits.
var_lib() {
	mount -t tmpfs -o size=4G,mode=0755 tmpfs /var/lib && mkdir -m 0700 /var/lib/nvme-dupcqed
}

# From here on modprobe takes the kernel's own modules: their tree lies beside that of the patched ones.
stock_modules() {
	local tree=${LAB_PANIC_MODULE%/lib/modules/*} name modules
	name=${tree##*/}
	modules=/lib/modules/$(uname -r)
	mount --bind "${tree%/modules/*}/kernel/${name%-*}$modules" "$modules"
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

# The log since log_mark.
log_mark() { mark=$(wc -l < "$log"); }
logged() { tail -n +$((mark + 1)) "$log"; }
said() { logged | grep -Eq -- "$1"; }
said_times() { logged | grep -Ec -- "$1"; }
said_at_least() { [ "$(said_times "$2")" -ge "$1" ]; }
wait_said() { wait_for "${2:-60}" said "$1"; }

# config TEXT...: the default one is not read; what is said here alone
config() {
	printf '%s\n' "$@" > "$conf"
	chmod 0644 "$conf"
}

# daemon_spawn OPTION...: in the foreground, its log in $log
daemon_spawn() {
	local command=("$daemon" --foreground --config "$conf" "$@")
	[ -e "$log" ] || : > "$log"
	log_mark
	if [ -n "$uptime" ]; then
		# shellcheck disable=SC2016
		unshare --time --boottime "$uptime" --fork sh -c 'echo $$ > "$0"; exec "$@"' "$work/pid" \
			"${command[@]}" > /dev/null 2>> "$log" &
	else
		"${command[@]}" > /dev/null 2>> "$log" &
		echo $! > "$work/pid"
	fi
	pid=$!
}

# daemon_start NAME OPTION...: and it is up. A check of its own, as check() has a subshell.
daemon_start() {
	local name=$1
	shift
	daemon_spawn "$@"
	wait_for 60 daemon_is_up_or_gone
	if said 'nvme-dupcqed: started'; then
		ok "$name: the daemon starts"
	else
		not_ok "$name: the daemon starts"
		diag "$(logged)"
	fi
}

daemon_is_up_or_gone() {
	said 'nvme-dupcqed: started' || ! kill -0 "$pid" 2> /dev/null
}

# sets $status
daemon_wait() {
	status=0
	wait "$pid" || status=$?
	pid=
}

daemon_stop() {
	kill -TERM "$(cat "$work/pid")"
	daemon_wait
}

# shellcheck disable=SC2034
daemon_kill() {
	kill -KILL "$(cat "$work/pid")"
	{ daemon_wait; } 2> /dev/null
}

# replay OPTION...: what was posted is in $work/replayed
replay() {
	"$replay_tool" "$@" > "$work/replayed" 2> "$work/replayed.err" || {
		diag "cqe-replay $*: $(cat "$work/replayed.err")"
		return 1
	}
}

lap() { replay --queue 1 --lap "$@"; }
posted() { sed -nE 's/^posted=([0-9]+) .*/\1/p' "$work/replayed"; }
posted_cids() { sed -nE 's/^cqe=.* cid=(0x[0-9a-f]+|[0-9]+) .*/\1/p' "$work/replayed" | while read -r cid; do echo $((cid)); done; }

snapshot_files() { find "$snapshots" -maxdepth 1 -name "*.$1" 2> /dev/null | sort; }
snapshot_count() { snapshot_files dat | wc -l; }
snapshots_at_least() { [ "$(snapshot_count)" -ge "$1" ]; }

# json FILE PATH...: each value on a line of its own; the path has dots. Fails if FILE is not one JSON object.
json() {
	perl -MJSON::PP -e '
		my $file = shift;
		open my $in, "<", $file or die "cannot open $file: $!\n";
		my $all = decode_json(join "", <$in>);
		for my $path (@ARGV) {
			my $at = $all;
			$at = ref $at eq "HASH" ? $at->{$_} : undef for split /\./, $path;
			print defined $at ? $at : "null", "\n";
		}' "$@"
}

# report FILE: with the plugin, times in ns as the trace has them
report() { trace-cmd report -t "$1" 2>&1; }

# state PATH...: of the state file, written anew
state() {
	log_mark
	kill -USR1 "$(cat "$work/pid")"
	wait_said 'hits, [0-9]+ lost; the state is in ' || diag "$(logged)"
	json /run/nvme-dupcqed/nvme-dupcqed.json "$@"
}

# The number of the line of the last hit in a report.
hit_line() { grep -n 'nvme_dup_cqe:' "$1" | tail -n 1 | cut -d: -f 1; }

# seconds.nanoseconds of a report's line, as one number
line_ns() { sed -E 's/.* ([0-9]+)\.([0-9]{9}): .*/\1\2/' <<< "$1"; }

# snapshot_holds NAME FILE.dat: it ends with the hit that its JSON tells of, and has the way there. A record or two may stand
# behind: of the other CPU, or of what the hit's interrupt came into. The JSON has the time of the record that woke the daemon,
# in its other instance.
snapshot_holds() {
	local name=$1 dat=$2 cid qid trace_ns last line after
	mapfile -t about < <(json "${dat%.dat}.json" event.cid event.qid trace_ns)
	cid=${about[0]-} qid=${about[1]-} trace_ns=${about[2]-0}
	report "$dat" > "$work/report"
	line=$(hit_line "$work/report")
	last=$(sed -n "${line:-1}p" "$work/report")
	has "$name: the last hit of the trace is the one that the JSON tells of" "$last" \
		"nvme_dup_cqe: .*qid=$qid, cmdid=$cid[, ]"
	after=$((trace_ns - $(line_ns "$last")))
	check "$name: at the same time ($after ns)" [ "${after#-}" -lt 1000000000 ]
	after=$(($(wc -l < "$work/report") - ${line:-0}))
	check "$name: at most 3 records behind the hit ($after)" [ "$after" -le 3 ]
	head -n "${line:-0}" "$work/report" | grep -E "qid=$qid, cmdid=${cid}[,[:space:]]" > "$work/way"
	has "$name: the command's submission is in it" "$(grep 'nvme_setup_cmd:' "$work/way")" "qid=$qid, cmdid=$cid"
	has "$name: and behind that its first completion" "$(sed -n '/nvme_setup_cmd:/,$p' "$work/way")" \
		"nvme_complete_rq: .*qid=$qid, cmdid=$cid"
	is "$name: nothing that trace-cmd cannot parse" "$(grep -ci 'failed to parse\|error' "$work/report")" 0
}
