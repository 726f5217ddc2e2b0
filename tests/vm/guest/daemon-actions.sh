#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab: what the daemon does with a hit: each action, on disk and in the log.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

# ---- as shipped, into a journal ----

# Every datagram is kept, with its fields as sd_journal_sendv() writes them.
journal_start() {
	mkdir -p /run/systemd/journal "$work/journal"
	perl -MIO::Socket::UNIX -MSocket -e '
		my $in = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => "/run/systemd/journal/socket") or die "socket: $!\n";
		my $n = 0;
		while (defined $in->recv(my $entry, 1 << 20)) {
			my $name = sprintf "%s/%04d", $ARGV[0], $n++;
			open my $out, ">", "$name.tmp" or die;
			print $out $entry;
			close $out;
			rename "$name.tmp", $name;
		}' "$work/journal" &
	journal_pid=$!
	wait_for 120 test -S /run/systemd/journal/socket
}

journal_stop() {
	kill "$journal_pid"
	{ wait "$journal_pid"; } 2> /dev/null
	rm -rf /run/systemd
}

# the entries with the line $1
entries() { grep -lxF -- "$1" "$work"/journal/[0-9]???; }
entry_count() { entries "$1" | wc -l; }
entries_at_least() { [ "$(entry_count "$2")" -ge "$1" ]; }
# field NAME FILE...
field() { local name=$1; shift; sed -nE "s/^$name=//p" "$@"; }

hit_id=MESSAGE_ID=6068fb9a0a7d4f4ba9d45f1bfb982739
done_id=MESSAGE_ID=129a4d8e3205450b95a048a9dd0684f2
started_id=MESSAGE_ID=921d410c3c374079aee7ab7e9f8ed6e5
stopped_id=MESSAGE_ID=544d8aac42b44f5a80d7a58749c1910a

shipped_journal() {
	local hit
	mapfile -t hits < <(entries $hit_id)
	is 'shipped: one entry for each hit' ${#hits[@]} "$(posted)"
	is 'shipped: they are the completions that were posted' "$(field DUPCQE_CID "${hits[@]}" | sort -n)" \
		"$(posted_cids | sort -n)"
	hit=$(cat "${hits[0]}")
	for wanted in PRIORITY=4 SYSLOG_IDENTIFIER=nvme-dupcqed DUPCQE_RULE=every-hit DUPCQE_ACTION=log DUPCQE_COUNT=1 \
		DUPCQE_DEVICE=nvme0 DUPCQE_TRANSPORT=pcie DUPCQE_SERIAL=lab DUPCQE_QID=1 DUPCQE_TEST=0 \
		'DUPCQE_REASON=stale generation' 'DUPCQE_MODEL=QEMU NVMe Ctrl' \
		"DUPCQE_ADDRESS=$(basename "$(readlink /sys/class/nvme/nvme0/device)")"; do
		check "shipped: a hit has $wanted" grep -qxF -- "$wanted" <<< "$hit"
	done
	has 'shipped: a hit has a message' "$hit" "^MESSAGE=rule 'every-hit': nvme0: qid=1, cmdid=[0-9]+, stale by [0-9]+ gen|fresh dup"
	field DUPCQE_JSON "${hits[0]}" > "$work/hit.json"
	is 'shipped: a hit has itself as JSON' "$(json "$work/hit.json" cid qid addr)" \
		"$(field DUPCQE_CID "${hits[0]}"; field DUPCQE_QID "${hits[0]}"; field DUPCQE_ADDRESS "${hits[0]}")"
}

shipped_snapshot() {
	local dat
	is 'shipped: one snapshot' "$(snapshot_count)" 1
	dat=$(snapshot_files dat)
	is 'shipped: the log tells its name' "$(field MESSAGE "$(entries $done_id)" | grep -oF "$dat")" "$dat"
	is 'shipped: folder and files are root'\''s alone' "$(stat -c '%a %U' "$snapshots" "$dat" "${dat%.dat}.json" | paste -sd,)" \
		'700 root,600 root,600 root'
	is 'shipped: nothing else in the folder' "$(find "$snapshots" -mindepth 1 | sort)" "$(printf '%s\n' "$dat" "${dat%.dat}.json")"
	is 'shipped: the JSON' "$(json "${dat%.dat}.json" version trace rule count taken host kernel boot_id \
		device.name device.transport device.model device.serial device.address test event.reason_name | paste -sd,)" \
		"1,$(basename "$dat"),history,1,armed,$(uname -n),$(uname -r),$(cat /proc/sys/kernel/random/boot_id),nvme0,pcie,QEMU NVMe Ctrl,lab,$(
		basename "$(readlink /sys/class/nvme/nvme0/device)"),0,stale generation"
	snapshot_holds shipped "$dat"
}

shipped() {
	cp daemon/nvme-dupcqed.conf "$conf" && chmod 0644 "$conf"
	check 'shipped: --check-config finds nothing' "$daemon" --check-config --config "$conf"
	journal_start || not_ok 'shipped: there is a journal'
	(umask 0; exec "$daemon" --config "$conf" > "$work/stdout" 2> "$work/stderr") &
	pid=$!
	echo $pid > "$work/pid"
	check 'shipped: it starts' wait_for 60 entries_at_least 1 $started_id
	lap
	check 'shipped: the hits are in the journal' wait_for 60 entries_at_least "$(posted)" $hit_id
	check 'shipped: a snapshot is saved' wait_for 60 entries_at_least 1 $done_id
	shipped_journal
	shipped_snapshot
	lap
	wait_for 60 entries_at_least 16 $hit_id
	is 'shipped: within the hour there is no second one' "$(snapshot_count)" 1
	daemon_stop
	is 'shipped: it ends well' $status 0
	is 'shipped: and says so' "$(entry_count $stopped_id)" 1
	is 'shipped: nothing was said outside of the journal' "$(cat "$work/stdout" "$work/stderr")" ''
	journal_stop
}

# ---- what nvme-dupcqe doctor finds on a real kernel ----

doctor_finds() {
	local name=$1 line found
	shift
	found=$("$tool" doctor)
	is "doctor: $name: exit status" $? 0
	for line; do
		has "doctor: $name: ${line%%:*}" "$found" "^${line%%:*} .*${line#*:}"
	done
}

doctor() {
	# as on a machine with systemd
	mount -t securityfs securityfs /sys/kernel/security
	doctor_finds 'no daemon' 'ok +event:has nvme:nvme_dup_cqe$' 'advice +recording:nobody records' 'advice +daemon:is not running$' \
		'ok +history:snapshot' 'ok +iommu:no IOMMU translates' 'ok +lockdown:not locked down'
	config '[rule log]' 'action = log'
	daemon_start 'doctor'
	wait_for 10 test -s /run/nvme-dupcqed/nvme-dupcqed.json
	doctor_finds 'a daemon' "ok +recording:nvme-dupcqed" "ok +daemon:running, pid $pid\$" 'ok +panic:may not'
	daemon_stop
}

# ---- snapshots one after the other ----

again() {
	local before dat
	rm -rf "$snapshots"
	config '[rule snap]' 'qid = 1' 'action = snapshot'
	daemon_start 'again'
	has 'again: the rule is armed' "$(logged)" "rule 'snap': armed"
	for before in 0 1 2; do
		lap
		check "again: lap $((before + 1)) makes a snapshot" wait_for 60 snapshots_at_least $((before + 1))
		wait_for 60 said_at_least $((before + 1)) 'saved as'
	done
	while read -r dat; do
		is "again: $(basename "$dat" | cut -d- -f 2): by the kernel" "$(json "${dat%.dat}.json" taken)" armed
		snapshot_holds "again: $(basename "$dat" | cut -d- -f 2)" "$dat"
	done < <(snapshot_files dat)
	daemon_stop
}

cooldown() {
	rm -rf "$snapshots"
	config '[rule snap]' 'cooldown = 4s' 'action = snapshot'
	daemon_start 'cooldown'
	has 'cooldown: the rule is armed' "$(logged)" "rule 'snap': armed"
	lap
	check 'cooldown: the first hit makes a snapshot' wait_said 'saved as'
	lap
	sleep 1
	is 'cooldown: the next does not' "$(snapshot_count)" 1
	sleep 5
	lap
	check 'cooldown: one after it does' wait_for 60 said_at_least 2 'saved as'
	is 'cooldown: both are by the kernel' "$(for dat in $(snapshot_files json); do json "$dat" taken; done | paste -sd,)" armed,armed
	snapshot_holds 'cooldown: the second' "$(snapshot_files dat | tail -n 1)"
	daemon_stop
}

# ---- programs ----

# tell FOLDER-NAME: all that a program can know of how it was started
programs_make() {
	cat > "$work/tell" <<-END
		#!/bin/bash -p
		out=\$(mktemp -d $work/told.XXXXXX)
		printf '%s\0' "\$@" > "\$out/argv"
		cat /proc/\$\$/environ > "\$out/environ"
		cat > "\$out/stdin"
		ps -o pgid= -p \$\$ | tr -d ' ' > "\$out/pgid"
		echo \$\$ > "\$out/pid"
		cat $instance/tracing_on > "\$out/tracing_on"
		ls -l /proc/\$\$/fd | sed -n 's/.* \([0-9]*\) -> .*/\1/p' | paste -sd' ' > "\$out/fds"
		mv "\$out" "\$out.done"
	END
	cat > "$work/hang" <<-END
		#!/bin/bash
		trap 'echo TERM >> $work/hung' TERM
		(trap '' TERM; echo \$BASHPID >> $work/hung.pids; while :; do sleep 0.1; done) &
		echo \$\$ >> $work/hung.pids
		while :; do sleep 0.1; done
	END
	cat > "$work/polite" <<-END
		#!/bin/bash
		trap 'echo polite >> $work/hung; exit 0' TERM
		while :; do sleep 0.1; done
	END
	chmod 0755 "$work" "$work"/{tell,hang,polite}
}

told() { find "$work" -maxdepth 1 -name 'told.*.done' | sort; }
told_at_least() { [ "$(told | wc -l)" -ge "$1" ]; }

order_config() {
	# shellcheck disable=SC2016
	config '[exec]' 'max-running = 64' '[rule many]' 'qid = 1' 'cooldown = 1h' 'action = exec /nonexistent/program' 'action = log' \
		'action = freeze' "action = exec $work/tell \"two words\" '\$HOME; * |' plain \"\"" 'action = exec /bin/false'
}

# The kernel stops the trace at the hit, so all of the actions come behind that; what the log tells of is their order.
programs() {
	local dir hit
	order_config
	daemon_start 'exec'
	lap
	check 'exec: the program ran' wait_for 60 told_at_least 1
	check 'exec: the one behind it too, and failed' wait_said "exec for nvme0: '/bin/false' ended with status 1"
	check 'exec: the log tells that it ended well' wait_said "'$work/tell' ended well after [0-9]+ ms"
	check 'exec: a program that is not there is told' wait_said "cannot run '/nonexistent/program': No such file"
	is 'order: a failure does not stop the next, and they come in order' "$(logged | grep -nE \
		"rule 'many': nvme0: qid=1|freeze for nvme0" |
		grep -oE 'freeze for|: nvme0: qid' | paste -sd,)" ': nvme0: qid,freeze for'
	dir=$(told | head -n 1)
	is 'exec: the arguments are those of the configuration' "$(tr '\0' '|' < "$dir/argv")" "two words|\$HOME; * ||plain||"
	hit=$(logged | grep -m 1 "rule 'many': nvme0: qid=1" | sed -E 's/.*cmdid=([0-9]+), .*/\1/')
	is 'exec: the environment is the hit' "$(tr '\0' '\n' < "$dir/environ" |
		grep -E '^(DUPCQE_(RULE|COUNT|DEVICE|QID|CID|SERIAL|MODEL|REASON|TEST)|HOME)=' | sort | paste -sd,)" \
		"DUPCQE_CID=$hit,DUPCQE_COUNT=1,DUPCQE_DEVICE=nvme0,DUPCQE_MODEL=QEMU NVMe Ctrl,DUPCQE_QID=1,DUPCQE_REASON=stale generation,$(
		)DUPCQE_RULE=many,DUPCQE_SERIAL=lab,DUPCQE_TEST=0"
	is 'exec: and nothing of the daemon'\''s own' "$(tr '\0' '\n' < "$dir/environ" | grep -vc '^DUPCQE_')" 1
	is 'exec: the hit as JSON on its standard input' "$(json "$dir/stdin" cid qid ctrl_id)" "$(printf '%s\n' "$hit" 1 0)"
	is 'exec: a process group of its own' "$(cat "$dir/pgid")" "$(cat "$dir/pid")"
	is 'exec: no descriptor of the daemon'\''s' "$(tr ' ' '\n' < "$dir/fds" | awk '$1 > 2 && $1 != 255' | paste -sd' ')" ''
	is 'freeze: the history is frozen' "$(cat $instance/tracing_on)" 0
	is 'freeze: one hit, and nothing behind it' "$(grep -v '^#' $instance/trace | grep -c nvme_dup_cqe:)" 1
	lap
	wait_said 'cooling' 1
	is 'freeze: it stays so' "$(cat $instance/tracing_on)" 0
	daemon_stop
}

hung_gone() {
	local pid
	while read -r pid; do
		! kill -0 "$pid" 2> /dev/null || return 1
	done < "$work/hung.pids"
}

limits() {
	config '[exec]' 'time-limit = 1s' 'kill-after = 1s' 'max-running = 2' \
		'[rule hang]' 'qid = 1' "action = exec $work/hang" '[rule late]' 'qid = 0' 'cooldown = 1h' "action = exec $work/polite"
	daemon_start 'time limit'
	lap
	check 'max-running: what is beyond it is refused' wait_for 60 said_at_least $(($(posted) - 2)) \
		"'$work/hang' was not started: 2 programs are running"
	check 'time limit: both are ended' wait_for 60 said_at_least 2 "'$work/hang' was ended at its time limit, after [0-9]+ ms"
	is 'time limit: they had been asked to' "$(cat "$work/hung" | paste -sd,)" TERM,TERM
	is 'time limit: they were two, of two processes each' "$(wc -l < "$work/hung.pids")" 4
	check 'time limit: and all of their groups are gone' wait_for 10 hung_gone
	rm -f "$work/hung"
	replay --queue 0 --lap
	check 'time limit: one that ends when asked' wait_said "'$work/polite' was ended at its time limit"
	is 'time limit: had been asked to' "$(sort -u "$work/hung")" polite
	daemon_stop
}

# ---- the controller ----

dmesg_queues() { dmesg | grep -c 'nvme nvme0: .*default/read/poll queues'; }

# The replay leaves the queue out of step: a reset is what it needs.
reset() {
	local before
	config '[rule reset]' 'controller = nvme0' 'qid = 1' 'cooldown = 1min' 'action = reset' 'action = log'
	daemon_start 'reset'
	before=$(dmesg_queues)
	replay --queue 1 --one --resync none
	check 'reset: the log tells it' wait_said "rule 'reset': reset for nvme0: the controller was reset"
	check 'reset: the kernel log too' wait_for 10 eval "[ \$(dmesg_queues) -gt $before ]"
	is 'reset: the controller lives' "$(cat /sys/class/nvme/nvme0/state)" live
	check 'reset: the disk works' timeout 30 dd if=/dev/nvme0n1 of=/dev/null bs=4k count=100 iflag=direct status=none
	check 'reset: and so does the queue' lap
	daemon_stop
}

# ---- nothing at all ----

all_actions() {
	config '[panic]' 'allow-panic = yes' 'require-crash-kernel = no' 'min-uptime = 1min' \
		'[rule all]' 'cooldown = 1h' 'action = log' 'action = snapshot' 'action = freeze' \
		"action = exec $work/tell dry" 'action = reset' 'action = panic'
}

dry_run() {
	local before
	rm -rf "$snapshots" "$work"/told.*
	all_actions
	before=$(dmesg_queues)
	daemon_start 'dry run' --dry-run
	is 'dry run: nothing is armed' "$(grep -v '^#' "$trigger")" ''
	lap
	check 'dry run: the last action is reached' wait_said 'panic for nvme0:'
	is 'dry run: each is logged in its place' "$(logged | sed -nE \
		"s/.*rule 'all': (snapshot|freeze|exec|reset) for nvme0: dry run: would .*/\1/p; s/.*rule 'all': nvme0: qid=1.*/log/p" | paste -sd,)" \
		log,snapshot,freeze,exec,reset
	sleep 1
	is 'dry run: no snapshot, no program, no reset, no freeze' \
		"$(snapshot_count) $(find "$work" -name 'told.*' | wc -l) $(($(dmesg_queues) - before)) $(cat $instance/tracing_on)" '0 0 0 1'
	daemon_stop
}

# ---- a made-up hit ----

test_fire() {
	local status=0 dat
	config '[rule other]' 'action = exec /bin/false' '[rule try]' 'qid = 77' 'threshold = 100 in 1s' 'action = log' \
		'action = snapshot' "action = exec $work/tell made up"
	: > "$log"; mark=0
	"$daemon" --foreground --config "$conf" --test-fire try 2>> "$log" || status=$?
	is 'test fire: it ends by itself, and well' $status 0
	has 'test fire: the log says that it is a test' "$(logged)" "rule 'try': test hit, not a real one: nvme: qid=1, cmdid=4097"
	is 'test fire: the other rule did not fire' "$(said_times /bin/false)" 0
	dat=$(snapshot_files dat)
	is 'test fire: a snapshot is saved' "$(grep -c . <<< "$dat")" 1
	is 'test fire: whose JSON says so' "$(json "${dat%.dat}.json" test rule)" "$(printf '1\ntry')"
	check 'test fire: which opens' trace-cmd report "$dat"
	is 'test fire: the program ran, and was told' "$(tr '\0' '\n' < "$(told | tail -n 1)/environ" | grep -E '^DUPCQE_(TEST|RULE)=' |
		sort | paste -sd,)" DUPCQE_RULE=try,DUPCQE_TEST=1
	is 'test fire: nothing of it is left in tracefs' "$(ls $tracefs/instances)" ''
	fails 'test fire: a rule that is not there' 2 "there is no rule 'nobody'" \
		"$daemon" --foreground --config "$conf" --test-fire nobody
}

tool=${BUILD:-build}/nvme-dupcqe
check 'a folder for snapshots' var_lib
programs_make
dmesg -C
doctor
shipped
again
cooldown
programs
limits
reset
dry_run
test_fire
is 'the kernel has no complaint' "$(dmesg | grep -E 'BUG|WARNING|Oops|lockup|stall|hung')" ''
finish
