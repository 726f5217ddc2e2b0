#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the guest: a systemd of its own, in a process namespace, runs the daemon from its unit. What the daemon must reach from
# within the sandbox it reaches, with real hits; what it must not it does not.
set -u
. tests/lib.sh
. tests/vm/guest/daemon-lib.sh

unit=nvme-dupcqed.service
units=/run/dupcqe-units
# the sandbox hides /tmp, where the tree may lie
binary=$work/nvme-dupcqed
cp "$daemon" "$binary"
tool=$(realpath "${BUILD:-build}")/nvme-dupcqe

var_lib || exit 1
rmdir /var/lib/nvme-dupcqed
config '[daemon]' 'metrics-file = /var/lib/nvme-dupcqed/metrics.prom' '[snapshots]' 'min-free = 0' \
	'[rule all]' 'cooldown = 1h' 'action = log' 'action = snapshot' 'action = reset' \
	'action = exec /usr/bin/systemctl start --no-block outside.service' 'action = exec /usr/bin/cat /proc/self/status' \
	'[rule panic]' 'cooldown = 1h' 'action = panic' '[panic]' 'allow-panic = yes' 'require-crash-kernel = no' 'min-uptime = 365d'

# no unit but these; there is no journal, and the host may be a container
mkdir -p "$units"
for target in sysinit basic shutdown multi-user start; do
	printf '[Unit]\nDefaultDependencies=no\n' > "$units/$target.target"
done
printf '[Service]\nType=oneshot\nExecStart=/usr/bin/mkdir %s/outside\n' "$work" > "$units/outside.service"
sed -e "s|@sbindir@/nvme-dupcqed|$binary --config $conf|" -e '/^ConditionVirtualization=/d' \
	-e "s|^Type=|StandardOutput=append:$log\nStandardError=append:$log\n&|" daemon/nvme-dupcqed.service.in > "$units/$unit"
: > "$log"

insmod "$LAB_PANIC_MODULE"
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
env -i PATH="$PATH" SYSTEMD_UNIT_PATH="$units" unshare -p -f -m --mount-proc /lib/systemd/systemd --system --unit=start.target \
	--log-target=console --show-status=no > "$work/systemd" 2>&1 &
wait_for 60 test -S /run/systemd/private
manager=$(pgrep -x systemd | head -n 1)
inside() { nsenter -t "$manager" -p -m "$@"; }
property() { inside systemctl show -P "$1" "$unit"; }
main() { pgrep -x nvme-dupcqed; }
is_property() { [ "$(property "$1")" = "$2" ]; }

check "systemd starts it" inside systemctl start "$unit"
check "it said that it is ready" said 'nvme-dupcqed: started'
has "and what it does" "$(property StatusText)" '^watching nvme:nvme_dup_cqe: 0 hits'
is "with two capabilities, 1 and 22" "$(sed -n 's/^CapEff:[[:space:]]*0*//p' "/proc/$(main)/status")" 400002
is "and a filter of system calls" "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$(main)/status")" 2
check "it reads its configuration anew" inside systemctl reload "$unit"
check "and said so" said "read '$conf' anew"
can() { nsenter -t "$(main)" -m sh -c 'if [ -w "$1" ]; then echo yes; else echo no; fi' sh "$1"; }
for path in /proc/sysrq-trigger /dev/kmsg /var/lib/nvme-dupcqed /run/nvme-dupcqed /sys/kernel/tracing/instances \
	/sys/module/nvme_dup_cqe_panic/parameters/armed; do
	is "it can write $path" "$(can $path)" yes
done
for path in /proc/sys/kernel/sysrq /run /var/lib /sys/module /sys/kernel/debug /dev/nvme0; do
	[ $path = /dev/nvme0 ] || is "it cannot write $path" "$(can $path)" no
done

# uevents reach a network of its own
log_mark
rmmod nvme_dup_cqe_panic
rmmod nvme && rmmod nvme_core && modprobe nvme
check "the driver is unloaded and loaded again: seen" wait_said 'watching the event nvme:nvme_dup_cqe'
wait_for 30 test -e /dev/nvme0n1

log_mark
dd if=/dev/nvme0n1 of=/dev/null bs=4k count=16 iflag=direct status=none
lap
for what in "log nvme0: qid=1" 'snapshot saved as' 'reset the controller was reset' "exec '/usr/bin/cat' ended well"; do
	check "an action that is done: ${what%% *}" wait_said "rule 'all': .*${what#* }"
done
check "a program starts a service outside of the sandbox" wait_for 30 test -d "$work/outside"
has "a program lives in the sandbox" "$(logged)" '^Seccomp:[[:space:]]*2'
check "panic: refused by a guard, not by the sandbox" wait_said "rule 'panic': panic for nvme0: refused: the machine has not been up"
is "nothing is refused to the daemon" "$(grep -iE 'not permitted|denied|read-only' "$log")" ""
check "metrics" wait_for 30 grep -q '^nvme_dupcqe_actions_total{action="reset",result="ok"} 1$' /var/lib/nvme-dupcqed/metrics.prom
is "the folder of snapshots is root's alone" "$(stat -c '%a %U' /var/lib/nvme-dupcqed /var/lib/nvme-dupcqed/snapshots)" $'700 root\n700 root'
has "the tool sees it run" "$(inside "$tool" status)" '^nvme-dupcqed .*: running since '
has "the tool shows the last hit" "$(inside "$tool" status)" 'last hit .*: nvme0: qid=1, .*, serial '

# killed: it comes back and takes over
log_mark
kill -KILL "$(main)"
check "killed: systemd starts it again" wait_said 'nvme-dupcqed: started' 60
has "and it takes over what was there" "$(logged)" "took over the trace instance"
has "with the count of hits" "$(inside "$tool" status --json)" '"hits":[1-9]'
check "it ends when it is told to" inside systemctl stop "$unit"
is "as it should" "$(property Result)" success
is "and leaves no trace instance" "$(find $tracefs/instances -name 'nvme-dupcqed*')" ""
inside "$tool" status 2> /dev/null
is "the tool knows nothing of it then" "$?" 4

# on a driver without the event the sandbox lets it make a probe, and take that away
modprobe -r nvme nvme_core && stock_modules && modprobe nvme
wait_for 30 test -e /dev/nvme0n1
log_mark
check "no patched driver: it starts" inside systemctl start "$unit"
check "no patched driver: a probe is made" wait_said 'watching the event nvme:nvme_dup_cqe, by the probe'
dd if=/dev/nvme0n1 of=/dev/null bs=4k count=16 iflag=direct status=none
lap
check "no patched driver: hits are seen" wait_said "rule 'all': nvme0: qid=1, .*source=probe"
check "no patched driver: a snapshot is saved" wait_said "rule 'all': snapshot for nvme0: saved as"
check "no patched driver: it ends" inside systemctl stop "$unit"
is "no patched driver: the probe goes with it" "$(cat $tracefs/kprobe_events)" ""

# a configuration that is wrong is not tried again
echo 'bad = x' >> "$conf"
log_mark
inside systemctl start "$unit" 2> /dev/null
is "a wrong configuration: it does not start" "$(property ExecMainStatus) $(property ActiveState)" '2 failed'
has "a wrong configuration: said where" "$(logged)" "$conf:[0-9]+: "
is "a wrong configuration: not tried again" "$(property NRestarts)" 0
finish
