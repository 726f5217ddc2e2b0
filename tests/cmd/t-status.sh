#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvme-dupcqe status: what it prints of a state, and what it does with a file that is none.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

export TZ=UTC LC_ALL=C
tool=$(realpath "${BUILD:-build}")/nvme-dupcqe
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$dir"' EXIT

# a process with the daemon's name
cp "$(command -v sleep)" "$dir/nvme-dupcqed"
"$dir/nvme-dupcqed" 1000 &
pid=$!
until [ "$(cat "/proc/$pid/comm")" = nvme-dupcqed ]; do sleep 0.01; done

# one that has ended
true &
gone=$!
wait "$gone"

# state FILTER: the state file, changed by jq, in ASCII as the daemon writes it
state() {
	jq -ac --argjson pid "$pid" --argjson gone "$gone" --argjson now "$(date +%s)" "$1" tests/cmd/state.json |
		sed 's/\x7f/\\u007f/' > "$dir/nvme-dupcqed.json"
}
status() { "$tool" status --run-dir "$dir" "$@"; }

# shown NAME EXIT-STATUS: the output is tests/cmd/NAME.txt, where the state's age is DAYS
shown() {
	local got exit=0
	got=$(status 2>&1) || exit=$?
	is "$1: text" "$(sed -E "s/\([0-9]+ days ago\)/(DAYS days ago)/; s/(pid|process) ($pid|$gone)\b/\1 PID/" <<<"$got")" "$(cat "tests/cmd/$1.txt")"
	is "$1: exit status" "$exit" "$2"
	exit=0
	status --json > "$dir/out" || exit=$?
	is "$1: exit status of --json" "$exit" "$2"
	is "$1: --json is the file and one key more" "$(jq -S -c 'del(.running)' "$dir/out")" "$(jq -S -c . "$dir/nvme-dupcqed.json")"
	is "$1: --json tells whether it runs" "$(jq .running "$dir/out")" "$([ "$2" = 0 ] && echo true || echo false)"
}

state '.pid = $pid'
shown running 0
state '.pid = $gone'
shown stopped 3
state '.pid = $pid | .frozen = true | .dry_run = true'
shown frozen 0
state '.pid = $pid | .event.available = false | .hits = 0 | .last_hit = null | .rules = [] | .actions[].ok = 0 | .actions[].failed = 0'
shown waiting 0
state '.pid = $pid | .config = "/etc/\u001b]0;x\u0007\u009b31m\u00e4\n.conf" | .last_hit.line = "\u001b[2J" | .last_hit.model = "M\u007f" |
	.rules[0].name = "a\rb" | .rules[0].why = "\u001b[1m" | .instance = "\u001bc" | .version = "\b" | .event.name = "\t" |
	.frozen = true | .trace = "/sys\n" | .actions["\u001b[0m"] = { ok: 1, failed: 1 }'
shown hostile 0
is "hostile: nothing for the terminal in it" "$({ status; status --json; } | LC_ALL=C tr -d ' -~\n' | od -c)" "0000000"

# the panic, of a daemon that tells of it
panic() { state ".pid = \$pid | .panic = $1" && status | grep '^  panic'; }
is "panic: no rule has it" "$(panic '{ way: null, armed: false, why: null }')" ""
is "panic: armed" "$(panic '{ way: "trigger", armed: true, why: null }')" "  panic      armed: the kernel does it at the hit, by trigger"
is "panic: reactive" "$(panic '{ way: "sysrq", armed: false, why: "the \u001b file" }')" "  panic      reactive, by sysrq; not armed: the \\x1b file"
is "panic: instant or nothing" "$(panic '{ way: null, armed: false, why: "x" }')" "  panic      refused; not armed: x"

# where hits come from, of a daemon that tells of it
event() { state ".pid = \$pid | .event += $1" && status | grep '^  event'; }
is "event: the driver's" "$(event '{ source: "event", why: null }')" "  event      nvme:nvme_dup_cqe: watching it"
is "event: the probe's" "$(event '{ source: "probe", why: null }')" "  event      nvme:nvme_dup_cqe: watching it, by the probe"
is "event: what the probe cannot" "$(event '{ source: "probe", why: "\u001b no more" }')" \
	"  event      nvme:nvme_dup_cqe: watching it, by the probe; \\x1b no more"
is "event: why there is none" "$(event '{ available: false, source: null, why: "no kprobes" }')" \
	"  event      nvme:nvme_dup_cqe: this kernel does not have it now, waiting for it; no kprobes"

# another program, and one that has ended but was not waited for, are not the daemon
state '.pid = 1'
shown_pid1=$(status 2>&1)
is "another program with its number: not running" "$?" 3
has "another program with its number: said" "$shown_pid1" 'not running: process 1 is gone'
for other_name in nvme-dupcqed-too nvme-dupcqex vme-dupcqed 'nvme-dupcqed)y'; do
	cp "$dir/nvme-dupcqed" "$dir/$other_name"
	"$dir/$other_name" 1000 &
	other=$!
	until [ "$(cat "/proc/$other/comm")" = "${other_name:0:15}" ]; do sleep 0.01; done
	state ".pid = $other"
	status > /dev/null
	is "another name, $other_name: not running" "$?" 3
	kill "$other"
done
(exec -a x perl -e 'my $p = fork // die; if (!$p) { exec $ARGV[0], 0 } open(my $o, ">", $ARGV[1]); print $o $p; close $o; sleep 1000' \
	"$dir/nvme-dupcqed" "$dir/zombie") &
parent=$!
for _ in $(seq 300); do
	[ -s "$dir/zombie" ] && grep -qs ') Z' "/proc/$(cat "$dir/zombie")/stat" && break
	sleep 0.1
done
state ".pid = $(cat "$dir/zombie")"
status > /dev/null
is "one that has ended but is still listed: not running" "$?" 3
kill "$parent"

# ages
age() { state ".pid = \$pid | .last_hit.time = \$now - $1" && status | sed -n 's/.*last hit.*(\(.*\)):.*/\1/p'; }
has "age: seconds" "$(age 10)" '^1[0-9] s ago$'
is "age: minutes" "$(age 210)" '3 min ago'
is "age: still minutes" "$(age 7100)" '118 min ago'
is "age: hours" "$(age 9000)" '2 h ago'
is "age: days" "$(age 200000)" '2 days ago'
is "age: a clock that was set back" "$(age -500)" 'the clock was set back since'
state '.pid = $pid | .last_hit.time = 9223372036854775807 | .started = -9223372036854775808'
has "times that are none" "$(status)" 'running since at an impossible time'

# what is no state
file=$dir/nvme-dupcqed.json
refused() { fails "$1" 4 "$2" status; fails "$1: --json" 4 "$2" status --json; }
for change in 'del(.pid)' '.pid = 0' '.pid = -1' '.pid = 4294967297' '.pid = "1"' '.rules = {}' '.rules[0] = 1' 'del(.rules[0].why)' \
	'.panic = 1' '.panic = { way: 1, armed: true, why: null }' '.panic = { way: null, armed: 1, why: null }' \
	'.rules[0].fired = "x"' '.actions = []' '.actions.log = null' '.actions.log.ok = null' '.event = null' '.event.available = 1' '.event.source = 1' '.event.source = "x"' \
	'.last_hit = 1' '.last_hit.line = null' 'del(.last_hit)' '.version = null' '[.]' 'null' '1' '"x"'; do
	state "$change"
	refused "damaged: $change" "^nvme-dupcqe: '$file' is damaged: "
done
state '.pid = $pid'
good=$(cat "$file")
damage() { printf '%b' "$2" > "$file"; refused "damaged: $1" "^nvme-dupcqe: '$file' is damaged: $3"; }
damage 'empty' '' 'it is not JSON'
damage 'half' "${good:0:200}" 'it is not JSON'
damage 'two' "$good$good" 'it is not JSON'
damage 'deep' "$(printf '[%.0s' $(seq 5000))" 'it is not JSON'
damage 'a raw escape' "$good\\033[2J" 'it has control characters'
damage 'a NUL' "$good\\000x" 'it has control characters'
damage 'a byte above ASCII' "$good\\233" 'it has control characters'
head -c 1048577 /dev/zero | tr '\0' ' ' > "$file"
refused "a file too large" "^nvme-dupcqe: cannot read '$file': File too large"
rm "$file"
refused "no file" "^nvme-dupcqe: there is no '$file': the daemon has not run"
mkfifo "$file"
refused "a pipe" "^nvme-dupcqe: cannot read '$file': Invalid argument"
rm "$file"
mkdir "$file"
refused "a folder" "^nvme-dupcqe: cannot read '$file': "
rmdir "$file"

# another daemon's
state '.pid = $pid | .instance = "lab"'
mv "$file" "$dir/lab.json"
has "another instance" "$(status --instance lab)" '^nvme-dupcqed 0.1.0, instance lab: running '
fails "an instance is a name, not a path" 2 "is not the name of an instance" status --instance ../lab
fails "an instance has a name" 2 "'' is not the name of an instance" status --instance ''

# the command line
fails "no command" 2 '^usage: nvme-dupcqe COMMAND' "$tool"
fails "an unknown command" 2 "^nvme-dupcqe: 'x\\\\x1b' is not a command" "$tool" $'x\e'
fails "an unknown option of the tool" 2 "^nvme-dupcqe: '--x' is not an option" "$tool" --x
fails "an unknown option of status" 2 "^nvme-dupcqe: '--x' is not an option of status" status --x
fails "an unknown letter" 2 "^nvme-dupcqe: '-x' is not an option of status" status -x
fails "an option without its value" 2 "^nvme-dupcqe: '--instance' wants a value" "$tool" status --instance
fails "a flag with a value" 2 "^nvme-dupcqe: '--json=x' is not an option of status" status --json=x
fails "more than options" 2 "^nvme-dupcqe: 'x' is not an option of status" status x
has "the version" "$("$tool" --version)" "^nvme-dupcqe $(sed -n 's/^VERSION := //p' Makefile)$"
has "help names the commands" "$("$tool" --help)" '^  status '
has "help of status names the exit statuses" "$("$tool" status --help)" '^exit status: 0 it is running, 3 it is not, 4 its state is not known, 2 '
state '.pid = $pid'
fails "what cannot be written is not told" 1 'cannot write: No space left' sh -c '"$1" status --run-dir "$2" > /dev/full' sh "$tool" "$dir"
finish
