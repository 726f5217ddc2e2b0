#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The daemon in a sandbox as its unit makes one: capabilities, files and network as there. It does all of its work, and every
# system call that it makes is one that the unit allows.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

unit=daemon/nvme-dupcqed.service.in
daemon=$(realpath "${BUILD:-build}")/nvme-dupcqed
name=dupcqe-sandbox-$$
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
values() { sed -n "s/^$1=//p" "$unit" | tr ' ' '\n' | sed 's/^-//'; }

why=
[ "$(id -u)" = 0 ] || why='needs root'
[ -n "$why" ] || [ -w /sys/kernel/tracing/instances ] || why='tracefs is not mounted, or cannot be written'
[ -n "$why" ] || unshare -mn --propagation private mount -t tmpfs tmpfs /run 2> /dev/null || why='mounting is not allowed here'
[ -n "$why" ] || strace -o /dev/null true 2> /dev/null || why='strace is not there or not allowed'
if [ -n "$why" ]; then
	skip "the daemon in its sandbox" "$why"
	finish
fi

# What is done in there. Time limits are generous, and only for what went wrong.
cat > "$dir/inside" << 'INSIDE'
dir=$1 daemon=$2 name=$3
state=/run/nvme-dupcqed/$name.json
options="--foreground --config $dir/conf --instance $name"
until_true() { for _ in $(seq 300); do "$@" && return; sleep 0.1; done; echo "# waited in vain: $*"; return 1; }
written() { [ -s "$state" ]; }
anew() { [ -s "$state" ] && [ "$(stat -c %i "$state")" != "$seen" ]; }
logged() { grep -q "$1" "$dir/log"; }
can() { if [ -w "$1" ]; then echo "can write $1"; else echo "cannot write $1"; fi; }

can /proc/sysrq-trigger
can /dev/kmsg
can /sys/devices
can /sys/kernel/tracing/instances
can /proc/sys/kernel/sysrq
can /etc
can /usr
can /sys/module

strace -f -qq -o "$dir/calls" "$daemon" $options > "$dir/log" 2>&1 &
tracer=$!
trap 'pkill -TERM -P "$tracer"; wait' EXIT TERM
until_true pgrep -P "$tracer" > /dev/null
pid=$(pgrep -P "$tracer")
until_true written || { cat "$dir/log"; exit 1; }
seen=$(stat -c %i "$state")
kill -USR1 "$pid"
until_true anew && echo 'wrote its state anew'
kill -HUP "$pid"
until_true logged 'rule' && echo 'read its configuration anew'
cp "$state" "$dir/state.json"
kill "$pid"
wait "$tracer"; echo "ended with $?"
trap - EXIT TERM
[ -s /var/lib/prometheus/node-exporter/nvme_dupcqe.prom ] && echo 'wrote its metrics'
strace -f -qq -o "$dir/calls-fire" "$daemon" $options --test-fire all > "$dir/log-fire" 2>&1
# what a made-up hit must not do to this machine
strace -f -qq -o "$dir/calls-dry" "$daemon" $options --test-fire dry --dry-run > "$dir/log-dry" 2>&1
INSIDE

cat > "$dir/conf" << CONF
[daemon]
# there is always something of it
history = sched:sched_switch
metrics-file = /var/lib/prometheus/node-exporter/nvme_dupcqe.prom
[snapshots]
directory = /var/lib/nvme-dupcqed/snapshots
min-free = 0
[rule all]
action = log
action = snapshot
action = freeze
action = exec /bin/cat
[rule dry]
action = reset
action = panic
CONF
chmod 600 "$dir/conf"

out=$(timeout 300 tests/daemon/sandbox --fresh "$dir" bash "$dir/inside" "$dir" "$daemon" "$name" 2>&1)
# a machine that is a container itself may not have it either
[ -w /proc/sysrq-trigger ] && can=can || can=cannot
for line in "$can write /proc/sysrq-trigger" 'can write /dev/kmsg' 'can write /sys/devices' 'can write /sys/kernel/tracing/instances' \
	'cannot write /proc/sys/kernel/sysrq' 'cannot write /etc' 'cannot write /usr' 'cannot write /sys/module' \
	'wrote its state anew' 'read its configuration anew' 'wrote its metrics' 'ended with 0'; do
	has "in the sandbox: $line" "$out" "^$line$"
done
is "nothing is refused to the daemon" "$(grep -hiE 'not permitted|denied|read-only' "$dir"/log*)" ""
for done in 'test hit' 'freeze for' 'snapshot for .* saved' "exec for .*'/bin/cat' ended well"; do
	has "an action that is done: ${done%% *}" "$(cat "$dir/log-fire")" "$done"
done
is "its trace instances are gone" "$(find /sys/kernel/tracing/instances -maxdepth 1 -name "$name*")" ""

# the groups of system calls that it reads, as the names of the calls
expand() {
	local word
	while read -r word; do
		case $word in
		@*) systemd-analyze syscall-filter "$word" | sed -n 's/^    \([^#]\)/\1/p' | expand ;;
		*) echo "$word" ;;
		esac
	done
}
allowed=$(sed -n 's/^SystemCallFilter=\(@.*\)/\1/p' "$unit" | tr ' ' '\n' | expand | sort -u)
refused=$(sed -n 's/^SystemCallFilter=~//p' "$unit" | tr ' ' '\n' | expand | sort -u)
# the daemon's and its children's; the programs' own are theirs
made=$(sed -nE 's/^[0-9]+ +([a-z_0-9]+)\(.*/\1/p' "$dir"/calls* | sort -u)
has "its system calls were seen" "$made" '^epoll_wait$'
is "every system call is allowed" "$(comm -23 <(echo "$made") <(comm -23 <(echo "$allowed") <(echo "$refused")))" ""
finish
