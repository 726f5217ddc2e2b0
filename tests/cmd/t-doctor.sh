#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvme-dupcqe doctor, on made-up machines: each finding of each check, and what it does with files that are none.
# shellcheck disable=SC2016 # what changes a machine is evaluated in its folder
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

export LC_ALL=C HOME=/nobody
unset TRACEEVENT_PLUGIN_DIR
dir=$(mktemp -d)
trap 'chmod -R u+rwX "$dir"; rm -rf "$dir"' EXIT
chmod 0755 "$dir"
tool=$dir/nvme-dupcqe # where an unprivileged user can run it, too
cp "${BUILD:-build}/nvme-dupcqe" "$tool"
state=$PWD/tests/cmd/state.json
base=$dir/base
machine=$dir/machine
trace=sys/kernel/tracing
plugins=usr/lib/x86_64-linux-gnu/traceevent/plugins

# put FILE TEXT
put() {
	mkdir -p "${1%/*}"
	printf '%b\n' "$2" > "$1"
}

# say FILTER: the daemon's state, changed by jq
say() {
	jq -c ".pid = 123 | .panic = { allowed: false, crash_kernel: true, way: null, armed: false, why: null } | $1" "$state" > run/nvme-dupcqed/nvme-dupcqed.json
}
allow='.panic = { allowed: true, crash_kernel: true, way: "trigger", armed: true, why: null }'

# a machine that has everything
mkdir "$base" && cd "$base" || exit 1
mkdir -p run/nvme-dupcqed var/lib/nvme-dupcqed/snapshots var/crash sys/fs/pstore sys/module/nvme_core
put proc/mounts 'proc /proc proc rw 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\npstore /sys/fs/pstore pstore rw 0 0'
put proc/filesystems 'nodev\tsysfs\nnodev\ttracefs\n\text4'
put proc/cmdline 'root=/dev/vda1 crashkernel=512M reserve_mem=20M:4096:trace trace_instance=nvme-dupcqed^traceoff@trace nokaslr'
put proc/meminfo 'MemTotal:        1048576 kB\nMemFree: 1 kB'
put proc/sysrq-trigger ''
put proc/123/stat '123 (nvme-dupcqed) S 1 123 123 0 -1'
put proc/sys/kernel/osrelease 7.3.4
put proc/sys/kernel/sysrq 438
put proc/sys/kernel/ftrace_dump_on_oops nvme-dupcqed
put proc/sys/kernel/panic 30
put proc/sys/kernel/panic_on_oops 1
put $trace/snapshot ''
put $trace/tracing_on 1
put $trace/events/nvme/nvme_dup_cqe/enable 0
put $trace/events/nvme/nvme_dup_cqe/trigger '# Available triggers:\n# traceon traceoff snapshot stacktrace panic hist'
put $trace/events/nvme/nvme_dup_cqe/format 'print fmt: "nvme%d", { 2, "stale generation" }, { 3, "not in flight" })'
put $trace/instances/nvme-dupcqed/last_boot_info '0'
put $trace/instances/nvme-dupcqed/tracing_on 1
put $trace/instances/nvme-dupcqed/events/nvme/nvme_dup_cqe/enable 1
put sys/module/pstore/parameters/backend efi_pstore
put sys/module/kernel/parameters/crash_kexec_post_notifiers Y
put sys/kernel/kexec_crash_loaded 1
put sys/kernel/kexec_crash_size 536870912
put sys/kernel/security/lockdown '[none] integrity confidentiality'
put sys/class/nvme/nvme0/device/iommu_group/type identity
put usr/bin/trace-cmd ''
put $plugins/plugin_function.so '\0177ELF'
put $plugins/plugin_nvme.so '\0177ELF'
say .

doctor() { "$tool" doctor --root "$machine" "$@"; }

# parse CHECK: the text on stdin; state, finding and advice into the array got
parse() {
	local check line state found
	got=()
	while IFS= read -r line; do
		read -r state check found <<< "$line"
		if [ "$check" = "$1" ]; then
			got=("$state" "$found")
		elif [ "$state" = '->' ] && [ "${#got[@]}" = 2 ]; then
			got[2]="$check $found"
		elif [ "${#got[@]}" != 0 ]; then
			return
		fi
	done
}

seen=
# try WHAT CHANGE CHECK STATE EXIT-STATUS FOUND [ADVICE]: the machine after CHANGE. Without ADVICE there has to be none.
try() {
	local what=$1 change=$2 check=$3 wanted=$4 exit=$5 found=$6 advice=${7:-^$} status=0
	rm -rf "$machine"
	cp -a "$base" "$machine"
	cd "$machine" || exit 1
	eval "$change"
	cd "$dir" || exit 1
	doctor > "$dir/out" 2> "$dir/err" || status=$?
	parse "$check" < "$dir/out"
	seen+="$check ${got[0]-}"$'\n'
	if [ "${got[0]-}" = "$wanted" ] && [ "$status" = "$exit" ] && [ ! -s "$dir/err" ] && [[ ${got[1]-} =~ $found ]] &&
		[[ ${got[2]-} =~ $advice ]]; then
		ok "$check: $what"
	else
		not_ok "$check: $what"
		diag "wanted: $wanted, exit status $exit; /$found/, /$advice/"
		diag "got: ${got[0]-}, exit status $status; ${got[1]-}; ${got[2]-}"
		diag "$(cat "$dir/err")"
	fi
}

# the machine that has everything
try 'the event is there' : event ok 0 'has nvme:nvme_dup_cqe$'
doctor --json > "$dir/json"
is "all is well where everything is there" "$(jq -r '[.[] | select(.check | endswith("-space") | not) | .state] | unique | join(" ")' "$dir/json")" ok
is "nothing to do there" "$(jq -c '[.[] | select(.check | endswith("-space") | not) | .advice] | unique' "$dir/json")" '[null]'
is "needed are these, when the daemon runs" "$(jq -r '[.[] | select(.needed) | .check] | join(" ")' "$dir/json")" 'event recording daemon lockdown'
is "keys of --json" "$(jq -r '[.[] | keys[]] | unique | join(" ")' "$dir/json")" 'advice check found needed state'
text=$(doctor)
is "the text has the same states" "$(awk '/^[a-z]/ { print $1, $2 }' <<< "$text")" "$(jq -r '.[] | "\(.state) \(.check)"' "$dir/json")"
# tracefs: three checks need it
no_mount='put proc/mounts "proc /proc proc rw 0 0"'
try 'tracefs is not mounted' "$no_mount" event missing 1 'not mounted' '^mount -t tracefs'
try 'tracefs is not mounted' "$no_mount" recording missing 1 'not mounted' '^mount -t tracefs'
try 'tracefs is not mounted' "$no_mount" history advice 1 'not mounted' '^mount -t tracefs'
try 'a kernel without tracefs' "$no_mount; put proc/filesystems 'nodev proc\nnodev tracefsx'" event missing 1 'has no tracefs' 'CONFIG_EVENT_TRACING'
try 'tracefs is empty' "rm -r $trace/events" event missing 1 'tracefs is empty' 'check lockdown'
try 'mounted elsewhere' "mkdir mnt; mv $trace mnt/t; put proc/mounts 'x /mnt/t tracefs rw 0 0'" event ok 0 'has nvme'
try 'mounted elsewhere too' "put proc/mounts 'x /mnt tracefs rw 0 0\nx /sys/kernel/tracing tracefs rw 0 0\nx /a tracefs rw 0 0'" event ok 0 'has nvme'
try 'no list of mounts' 'rm proc/mounts' event unknown 4 "cannot look at '/proc/mounts': No such file"
try 'a list of mounts that is none' 'head -c 300000 /dev/urandom > proc/mounts; echo tracefs >> proc/mounts' event missing 1 'not mounted' mount
try 'a list of mounts that is a pipe' 'rm proc/mounts; mkfifo proc/mounts' event unknown 4 "cannot look at '/proc/mounts': Invalid"
try 'mounted on a link to nowhere' "rm -r $trace; ln -s /nowhere $trace" event missing 1 'tracefs is empty' lockdown
try 'mounted on a loop of links' "rm -r $trace; ln -s tracing $trace" event unknown 4 'Too many levels'

# event
try 'the driver is not loaded' "rm -r $trace/events/nvme sys/module/nvme_core" event missing 1 'nvme_core. is not loaded' '^modprobe nvme'
try 'the driver is not patched' "rm -r $trace/events/nvme/*" event missing 1 'has no event' '^install the patched driver'
by_probe="put $trace/kprobe_events 'p:nvme/nvme_dup_cqe _dev_warn probe=\\\\1:u8'"
try 'a probe' "$by_probe" event ok 0 'a probe gives nvme:nvme_dup_cqe'
try 'another one'\''s probe' "put $trace/kprobe_events 'p:nvme/nvme_dup_cqe do_exit'" event missing 1 'somebody else' 'who made it'
try 'a probe in the way of the driver'\''s event' "$by_probe; put $trace/available_events 'nvme:nvme_dup_cqe\\nnvme:nvme_dup_cqe'" event missing 1 \
	'has the event itself, and the probe is in its way' 'probe remove'
try 'kprobes are switched off' "$by_probe; put proc/sys/kernel/ftrace_enabled 0" event missing 1 'switched off.*ftrace_enabled is 0' 'ftrace_enabled=1'
try 'kprobes are switched off' "$by_probe; put proc/sys/kernel/ftrace_enabled 0" probe advice 1 'none can see hits' 'ftrace_enabled=1'
try 'no probe either' "rm -r $trace/events/nvme/*; put $trace/kprobe_events ''" event missing 1 'no probe: this kernel has no type information' \
	'^install the patched driver'
try 'a loop of links' "rm -r $trace/events/nvme; ln -s nvme $trace/events/nvme" event unknown 4 'Too many levels'

# probe, guard
try 'a probe that nobody records' "$by_probe; rm -r $trace/instances/nvme-dupcqed" recording advice 0 'nobody records' 'probe filter'
try 'the driver has the event' : probe ok 0 'none is needed'
try 'a probe' "$by_probe; put proc/sys/kernel/osrelease 6.12.116-x" probe ok 0 'it is there: command and device for certain'
try 'a probe, and a kernel nobody looked at' "$by_probe; put proc/sys/kernel/osrelease 6.12.0-124.el10" probe advice 0 'it is there' '^it is not known whether Linux 6.12.0-124.el10 limits'
try 'a probe, and few messages' "$by_probe; put proc/sys/kernel/osrelease 6.12.117" probe advice 0 'it is there' '^Linux 6.12.117 tells of ten hits'
try 'a probe, and few messages' "$by_probe" probe advice 0 'it is there' '^Linux 7.3.4 tells of ten hits in five seconds.*known only when the next hit comes'
try 'no kprobes' "rm -r $trace/events/nvme/*" probe advice 1 'no kprobe events' 'patched driver'
try 'no type information' "rm -r $trace/events/nvme/*; put $trace/kprobe_events ''" probe advice 1 'no type information' 'patched driver'
try 'type information that is none' "rm -r $trace/events/nvme/*; put $trace/kprobe_events ''; put sys/kernel/btf/vmlinux x" probe unknown 1 \
	'type information cannot be used' 'patched driver'
try 'locked down' "rm -r $trace/events/nvme/*; put sys/kernel/security/lockdown 'none integrity [confidentiality]'" probe advice 1 'locked down' \
	'^boot without'
try 'a list of probes that is a folder' "mkdir $trace/kprobe_events" probe unknown 0 'cannot be read.*: Is a directory'
try 'all of the patches' : guard ok 0 'refuses a completion whose request is not in flight'
try 'the event alone' "put $trace/events/nvme/nvme_dup_cqe/format x" guard advice 0 'not the guard' 'all of the patches'
try 'no patches' "$by_probe" guard advice 0 'one stale completion in sixteen' '^install the patched driver'
try 'no driver' "rm -r $trace/events/nvme sys/module/nvme_core" guard unknown 1 'is not loaded' 'modprobe nvme'

# recording
enable=events/nvme/nvme_dup_cqe/enable
off="put $trace/instances/nvme-dupcqed/$enable 0"
try 'by the daemon' : recording ok 0 'in nvme-dupcqed$'
try 'in the main buffer' "$off; put $trace/$enable 1" recording ok 0 'in the main buffer$'
try 'in many' "for i in \$(seq 99); do put $trace/instances/buffer-\$i/$enable 1; put $trace/instances/buffer-\$i/tracing_on 1; done" recording ok 0 \
	'in .*buffer-[0-9]+, \.\.\.$'
try 'by nobody' "$off" recording advice 0 'nobody records' 'nvme-dupcqed, or trace-cmd start'
try 'a trigger alone records nothing' "put $trace/instances/nvme-dupcqed/$enable '0*'" recording advice 0 'nobody records' 'trace-cmd'
try 'beside a trigger' "put $trace/instances/nvme-dupcqed/$enable '1*'" recording ok 0 'in nvme-dupcqed$'
try 'a buffer that is stopped' "put $trace/instances/nvme-dupcqed/tracing_on 0" recording advice 0 'nobody records' 'trace-cmd'
try 'by nobody, and no trace-cmd' "$off; rm usr/bin/trace-cmd" recording missing 1 'not installed$' 'install trace-cmd'
try 'trace-cmd of the local machine' "$off; rm usr/bin/trace-cmd; put usr/local/bin/trace-cmd ''" recording advice 0 'nobody records' trace-cmd
try 'no instances' "rm -r $trace/instances" recording advice 0 'nobody records' trace-cmd
try 'instances that are no folder' "rm -r $trace/instances; put $trace/instances x" recording unknown 4 'Not a directory'
try 'a name for the terminal' "mkdir -p $trace/instances/\$'\\e[2J'/$enable; $off; cp -r $trace/instances/nvme-dupcqed $trace/instances/\$'\\e[31m'
	put $trace/instances/\$'\\e[31m'/$enable 1" recording ok 0 '\[31m'
is "nothing for the terminal" "$({ doctor; doctor --json; } | tr -d ' -~\n' | od -c)" "0000000"
has "it is shown, though" "$(doctor)" 'recorded in \\x1b\[31m$'

# daemon
try 'it runs' : daemon ok 0 'running, pid 123$'
try 'it does not' 'rm run/nvme-dupcqed/nvme-dupcqed.json' daemon advice 0 'is not running' '^systemctl enable'
try 'it was killed' 'rm -r proc/123; say ".pid = 2147483647"' daemon missing 1 'was killed: process 2147483647 is gone' journalctl
try 'another program has its number' 'put proc/123/stat "123 (nvme-dupcqex) S"' daemon missing 1 'was killed' journalctl
try 'it has ended, but is listed' 'put proc/123/stat "123 (nvme-dupcqed) Z"' daemon missing 1 'was killed' journalctl
try 'a process that is garbage' 'head -c 500 /dev/urandom > proc/123/stat' daemon missing 1 'was killed' journalctl
try 'it only tells' 'say ".dry_run = true"' daemon advice 0 'only says' 'without --dry-run'
try 'it is frozen' 'say ".frozen = true"' daemon advice 0 'frozen' 'echo 1 > /sys/kernel/tracing/instances/nvme-dupcqed/tracing_on$'
try 'frozen, and where is not told' 'say ".frozen = true | .trace = null"' daemon advice 0 'frozen' 'echo 1 > TRACE-INSTANCE/'
try 'it waits' 'say ".event.available = false"' daemon advice 0 'waits for the event' 'check event'
try 'a state that is damaged' 'say "del(.rules)"' daemon unknown 4 "damaged: 'rules' is missing" restart
try 'a state that is garbage' 'head -c 5000 /dev/urandom > run/nvme-dupcqed/nvme-dupcqed.json' daemon unknown 4 'control characters' restart
try 'a state that is huge' 'truncate -s 1T run/nvme-dupcqed/nvme-dupcqed.json' daemon unknown 4 'File too large' restart
try 'a state that is a folder' 'rm run/nvme-dupcqed/*; mkdir run/nvme-dupcqed/nvme-dupcqed.json' daemon unknown 4 'Is a directory|Invalid argument' restart
try 'a state that is a link to nowhere' 'ln -sf /nowhere run/nvme-dupcqed/nvme-dupcqed.json' daemon advice 0 'not running' systemctl

# history
rest="rm $trace/instances/nvme-dupcqed/last_boot_info"
try 'a persistent buffer has no snapshots' : history ok 0 'persistent buffer, .* stopped while it is saved$'
try 'snapshots' "$rest" history ok 0 'can take a snapshot'
try 'no snapshots' "$rest; rm $trace/snapshot" history advice 0 'takes no snapshots' CONFIG_TRACER_SNAPSHOT
try 'a loop of links' "ln -sf snapshot $trace/snapshot" history unknown 0 'Too many levels|cannot look'

# persistent
try 'it is' : persistent ok 0 'outlives a warm reboot$'
try 'it is, with luck' 'put proc/cmdline nokaslrx' persistent ok 0 'outlives a warm reboot, unless KASLR'
try 'not asked for' "$rest; put proc/cmdline 'root=/dev/vda1 notrace_instance=x'" persistent advice 0 'is lost at a reboot' 'trace_instance=nvme-dupcqed'
try 'asked for in vain' "$rest" persistent advice 0 'booted with trace_instance=, but nvme-dupcqed is not' '^dmesg'
try 'an old kernel' "$rest; put proc/sys/kernel/osrelease 6.1.0-56-amd64" persistent advice 0 'Linux 6.1.0-56-amd64 has no' '6.12 or later'
try 'an older one' "$rest; put proc/sys/kernel/osrelease 5.15.3" persistent advice 0 'Linux 5.15.3 has no' '6.12'
try 'the first that can' "$rest; put proc/cmdline x; put proc/sys/kernel/osrelease 6.12.95+deb12" persistent advice 0 'is lost at' 'reserve_mem'
try 'tracefs cannot be seen' 'rm proc/mounts; mkfifo proc/mounts' persistent unknown 4 'cannot look'
try 'a command line that is garbage' "$rest; head -c 9000 /dev/urandom | tr -d 't' > proc/cmdline" persistent advice 0 'is lost at' reserve_mem

request=sys/firmware/efi/efivars/MemoryOverwriteRequestControl-e20939be-32d4-41be-a150-897f85d49829
try 'the firmware clears it' "put $request '\\07\\00\\00\\00\\01'" persistent advice 0 'firmware is to clear' 'see MemoryOverwriteRequestControl'
try 'the firmware does not clear it' "put $request '\\07\\00\\00\\00\\00'" persistent ok 0 'outlives'
try 'half a variable' "put $request '\\01\\01'" persistent ok 0 'outlives'
try 'the daemon does not use it' 'say ".persistent = false"' persistent advice 0 'history is not in it' journalctl
try 'the daemon uses it' 'say ".persistent = true"' persistent ok 0 'outlives'

# plugin
try 'it is there' : plugin ok 0 "trace-cmd finds plugin_nvme.so in /$plugins\$"
try 'it is not' "rm $plugins/plugin_nvme.so" plugin advice 0 'there is no plugin_nvme.so' "^make install-plugin TRACEEVENT_PLUGINS=/$plugins\$"
try 'a link to nowhere' "ln -sf /nowhere $plugins/plugin_nvme.so" plugin advice 0 'there is no' install-plugin
try 'no library' "put $plugins/plugin_nvme.so text" plugin advice 0 "/$plugins/plugin_nvme.so is not a library" install-plugin
try 'empty' ": > $plugins/plugin_nvme.so" plugin advice 0 'is not a library' install-plugin
try 'where trace-cmd does not look' "mkdir -p usr/local/lib/traceevent/plugins; mv $plugins/plugin_nvme.so usr/local/lib/traceevent/plugins" plugin advice 0 \
	'in /usr/local/lib/traceevent/plugins, and trace-cmd looks in /usr/lib/x86_64' "TRACEEVENT_PLUGINS=/$plugins\$"
try 'libtraceevent without plugins' "rm $plugins/plugin_function.so" plugin ok 0 "in /$plugins\$"
try 'lib64' "mkdir -p usr/lib64/traceevent; mv $plugins usr/lib64/traceevent/" plugin ok 0 'in /usr/lib64/traceevent/plugins$'
try 'two machines, one has it' "cp -r usr/lib/x86_64-linux-gnu usr/lib/a; rm usr/lib/a/traceevent/plugins/plugin_nvme.so
	cp -r usr/lib/a usr/lib/z" plugin ok 0 "in /$plugins\$"
try 'no libtraceevent' 'rm -r usr/lib' plugin advice 0 'there is no' '^make install-plugin$'
move_to() { mkdir -p "$1" && mv "$plugins/plugin_nvme.so" "$1"; }
try 'in the own home' 'move_to nobody/.local/lib/traceevent/plugins' plugin ok 0 'in /nobody/.local/lib/traceevent/plugins, for this user alone$'
TRACEEVENT_PLUGIN_DIR=/p/q
export TRACEEVENT_PLUGIN_DIR
try 'in the folder that the environment names' 'move_to p/q' plugin ok 0 'in /p/q, for this user alone$'
try 'not in that, either' "rm $plugins/plugin_nvme.so" plugin advice 0 'there is no' install-plugin
unset TRACEEVENT_PLUGIN_DIR

# lockdown
locked() { put sys/kernel/security/lockdown "$1"; }
try 'it is not' : lockdown ok 0 'is not locked down'
try 'not in this kernel' 'rm -r sys/kernel/security' lockdown ok 0 'is not locked down'
try 'nobody can tell' 'rm -r sys/kernel/security; put proc/filesystems "nodev\ttracefs\nnodev\tsecurityfs"' lockdown unknown 4 \
	'securityfs is not mounted' '^mount -t securityfs'
try 'nobody says so' 'rm -r sys/kernel/security; put proc/filesystems "nodev\ttracefs\nnodev\tsecurityfs"
	echo "s /sys/kernel/security securityfs rw 0 0" >> proc/mounts' lockdown ok 0 'is not locked down'
try 'integrity' 'locked "none [integrity] confidentiality"' lockdown advice 0 'Secure Boot' '^sign'
try 'confidentiality' 'locked "none integrity [confidentiality]"' lockdown missing 1 'nothing can be traced' 'lockdown=integrity'
try 'garbage' 'locked "\033[2Jx"' lockdown unknown 4 'says '
try 'a folder' 'rm sys/kernel/security/lockdown; mkdir sys/kernel/security/lockdown' lockdown unknown 4 'Invalid|Is a directory'

# panic
way() { say "$allow | .panic.way = $1 | .panic.why = $2"; }
try 'not allowed' : panic ok 0 'may not panic the machine'
try 'by the trigger' 'way "\"trigger\"" null' panic ok 0 'can panic the machine by the kernel.s trigger'
doctor --json > "$dir/json"
is "needed are these, when a panic is allowed" "$(jq -r '[.[] | select(.needed) | .check] | join(" ")' "$dir/json")" \
	'event recording daemon lockdown panic crash-kernel'
try 'by the module' 'way "\"module\"" null' panic ok 0 'by the module nvme_dup_cqe_panic'
try 'by sysrq' 'way "\"sysrq\"" null' panic ok 0 'through sysrq, once it has woken up'
try 'a way of a later daemon' 'way "\"smoke\"" null' panic ok 0 'can panic the machine smoke'
try 'not now' 'way "\"trigger\"" "\"too young\""' panic advice 0 'not at the hit: too young$' 'nvme-dupcqed\(8\)'
try 'in no way' 'way null "\"no way\""' panic missing 1 'cannot: no way' 'instant-panic and crash'
try 'no rule does' 'way null null' panic ok 0 'but no rule does$'
try 'not allowed, and so in no way' 'way null "\"x\""; sed -i s/.allowed.:true/\"allowed\":false/ run/nvme-dupcqed/*' panic ok 0 'allow-panic = no'
try 'a daemon that does not say' 'say "del(.panic)"' panic unknown 0 'does not say' 'grep allow-panic'
try 'nonsense' 'say ".panic.allowed = 1"' panic unknown 0 'does not say' 'grep allow-panic'
try 'no daemon' 'rm run/nvme-dupcqed/*' panic unknown 0 'no running daemon' 'check daemon'
try 'a killed one' 'rm -r proc/123; say ".pid = 2147483647"' panic unknown 1 'no running daemon' 'check daemon'

# instant-panic
trigger=$trace/events/nvme/nvme_dup_cqe/trigger
none="put $trigger '# Available triggers:\n# traceon panicky'"
dep=lib/modules/7.3.4/modules.dep
try 'trigger' : instant-panic ok 0 "trigger 'panic' can stop"
try 'trigger that is set' "put $trigger 'panic:unlimited if reason == 2'" instant-panic ok 0 "trigger 'panic'"
try 'trigger, told by another event' "put $trigger 'snapshot:count=1'; put $trace/events/sched/sched_switch/trigger '# Available triggers:\n# panic'" \
	instant-panic ok 0 "trigger 'panic'"
try 'neither' "$none" instant-panic advice 0 'neither' 'modprobe nvme_dup_cqe_panic before'
try 'module that is installed' "$none; put $dep 'kernel/a.ko: kernel/b.ko\nupdates/nvme_dup_cqe_panic.ko.xz: kernel/nvme-core.ko'" instant-panic advice 0 \
	'installed, and not loaded' '^modprobe'
try 'module that others need' "$none; put $dep 'kernel/a.ko: updates/nvme_dup_cqe_panic.ko'" instant-panic advice 0 neither modules_install
try 'module of another kernel' "$none; put lib/modules/7.3.5/modules.dep 'updates/nvme_dup_cqe_panic.ko:'" instant-panic advice 0 neither modules_install
try 'list of modules that is huge' "$none; mkdir -p lib/modules/7.3.4; truncate -s 1T $dep" instant-panic advice 0 neither modules_install
try 'list of modules that is a pipe' "$none; mkdir -p lib/modules/7.3.4; mkfifo $dep" instant-panic advice 0 neither modules_install
try 'a kernel by the name of a path' "$none; put proc/sys/kernel/osrelease ../x; put lib/x/modules.dep a/nvme_dup_cqe_panic.ko:" instant-panic advice 0 neither modules_install
try 'a kernel without a name' "$none; rm proc/sys/kernel/osrelease; put lib/modules/modules.dep a/nvme_dup_cqe_panic.ko:" instant-panic advice 0 \
	neither modules_install
try 'module that is loaded' "$none; put sys/module/nvme_dup_cqe_panic/parameters/armed 0" instant-panic ok 0 'the module nvme_dup_cqe_panic can stop.* hit$'
try 'module that is armed' "$none; put sys/module/nvme_dup_cqe_panic/parameters/armed 1" instant-panic ok 0 'the module .* hit, and is armed$'
try 'trigger and module' "put sys/module/nvme_dup_cqe_panic/parameters/armed 0" instant-panic ok 0 "trigger 'panic' can stop.* hit\$"
try 'trigger and armed module' "put sys/module/nvme_dup_cqe_panic/parameters/armed 1" instant-panic ok 0 'the module .*, and is armed$'
mine=$trace/instances/nvme-dupcqed/events/nvme/nvme_dup_cqe/trigger
try 'trigger that is armed' "put $mine 'snapshot:count=1 if reason > 0\npanic:count=1 if reason > 0'" instant-panic ok 0 "trigger 'panic' .* hit, and is armed\$"
killed='rm -r proc/123; say ".pid = 2147483647"'
try 'trigger that is not armed' "put $mine '# Available triggers:\n# panic'" instant-panic ok 0 "trigger 'panic' .* hit\$"
try 'trigger that is armed, and nobody looks after it' "put $mine 'panic:count=1 if reason > 0'; $killed" instant-panic advice 1 'is armed to panic .* killed' 'AFTER A CRASH'
try 'module that is armed, and nobody looks after it' "$none; put sys/module/nvme_dup_cqe_panic/parameters/armed 1; $killed" instant-panic advice 1 \
	'is armed to panic .* killed' 'AFTER A CRASH'
try 'module that somebody else has armed' "$none; put sys/module/nvme_dup_cqe_panic/parameters/armed 1; rm run/nvme-dupcqed/*" instant-panic ok 0 'and is armed'
try 'module that cannot be armed' "$none; mkdir -p sys/module/nvme_dup_cqe_panic" instant-panic advice 0 'cannot be armed' 'load it anew'
try 'no event tells' "put $trigger 'snapshot:count=1'" instant-panic unknown 0 'no event tells' '^look again'
try 'garbage' "head -c 5000 /dev/urandom | tr -d '#p' > $trigger" instant-panic unknown 0 'no event tells' 'look again'

# sysrq
try 'it is there' : sysrq ok 0 'whatever kernel.sysrq \(438\)'
try 'its mask does not matter' 'put proc/sys/kernel/sysrq 0' sysrq ok 0 'whatever kernel.sysrq \(0\)'
try 'it is not' 'rm proc/sysrq-trigger' sysrq advice 0 'no /proc/sysrq-trigger' CONFIG_MAGIC_SYSRQ
try 'a loop of links' 'ln -sf sysrq-trigger proc/sysrq-trigger' sysrq unknown 0 'Too many levels'

# crash-kernel
no_crash='put sys/kernel/kexec_crash_loaded 0'
try 'it is loaded' : crash-kernel ok 0 'is loaded, 512 MiB'
try 'reserved, not loaded' "$no_crash" crash-kernel advice 0 'although 512 MiB' kdump-tools
try 'reserved, not loaded, and a panic is allowed' "$no_crash; say '$allow'" crash-kernel missing 1 'although 512 MiB' kdump-tools
try 'a panic is allowed, without a dump' "$no_crash; say '$allow | .panic.crash_kernel = false'" crash-kernel advice 0 'although 512 MiB' kdump-tools
try 'a panic is allowed, but no rule does' "$no_crash; say '$allow | .panic.way = null'" crash-kernel advice 0 'although 512 MiB' kdump-tools
try 'not reserved, but asked for' "$no_crash; put sys/kernel/kexec_crash_size 0" crash-kernel advice 0 'although crashkernel= asks' '^dmesg'
try 'not asked for' "$no_crash; put sys/kernel/kexec_crash_size 0; put proc/cmdline xcrashkernel=1" crash-kernel advice 0 'and no memory' 'crashkernel=512M'
try 'not in this kernel' 'rm sys/kernel/kexec_*' crash-kernel advice 0 'cannot load a crash kernel' CONFIG_KEXEC
try 'garbage' 'put sys/kernel/kexec_crash_loaded 1x' crash-kernel unknown 0 'Bad message'
try 'garbage, and a panic is allowed' "put sys/kernel/kexec_crash_loaded ''; say '$allow'" crash-kernel unknown 4 'Bad message'
try 'huge' 'rm sys/kernel/kexec_crash_loaded; truncate -s 1T sys/kernel/kexec_crash_loaded' crash-kernel unknown 0 'Bad message'

# space: a link to the real /proc is a full disk
read -r blocks size < <(stat -f -c '%a %S' "$base")
room=$([ $((blocks * size >> 20)) -ge 512 ] && echo ok || echo advice)
some='[0-9]+ MiB free for '
try 'room' : snapshot-space "$room" 0 "${some}/var/lib/nvme-dupcqed/snapshots\$" "$([ "$room" = ok ] || echo 'make room')"
try 'full' 'rmdir var/lib/nvme-dupcqed/snapshots; ln -s /proc var/lib/nvme-dupcqed/snapshots' snapshot-space advice 0 '^0 MiB free' 'min-free \(512 MiB'
try 'the folder is not there yet' 'rm -r var; ln -s /proc var' snapshot-space advice 0 '^0 MiB free' 'min-free'
try 'something waits for it' 'mkdir run/nvme-dupcqed/nvme-dupcqed.lastboot' snapshot-space advice 0 'not saved yet' 'journalctl'
try 'as the configuration has it' 'ln -s /proc srv; say ".snapshots = \"/srv\""' snapshot-space advice 0 '^0 MiB free for /srv$' 'min-free'
try 'nonsense is not taken' 'ln -s /proc srv; say ".snapshots = \"srv\""' snapshot-space "$room" 0 'for /var/lib' "$([ "$room" = ok ] || echo 'make room')"
try 'a loop of links' 'ln -s x srv; ln -s srv x; say ".snapshots = \"/srv\""' snapshot-space unknown 0 'Too many levels'
try 'room' : crash-space ok 0 "${some}/var/crash, 1024 MiB of memory\$"
try 'less than a tenth' 'put proc/meminfo "MemTotal: 9007199254740992 kB"' crash-space advice 0 "$some" 'makedumpfile -d 31'
try 'full' 'rmdir var/crash; ln -s /proc var/crash' crash-space advice 0 '^0 MiB' 'make room'
try 'memory is not told' 'put proc/meminfo "MemTotal: much"' crash-space unknown 0 'not known'
try 'no meminfo' 'rm proc/meminfo' crash-space unknown 0 'not known'
try 'a loop of links' 'rmdir var/crash; ln -s crash var/crash' crash-space unknown 0 'Too many levels'

# iommu
group=sys/class/nvme/nvme0/device/iommu_group
try 'identity' : iommu ok 0 'no IOMMU translates'
try 'no group' "rm -r $group" iommu ok 0 'no IOMMU translates'
try 'no controller' 'rm -r sys/class/nvme' iommu ok 0 'no controller'
try 'DMA' "put $group/type DMA" iommu advice 0 'translates for nvme0:' 'iommu=pt'
try 'DMA-FQ of two' "put $group/type DMA-FQ; cp -r sys/class/nvme/nvme0 sys/class/nvme/nvme1" iommu advice 0 'for (nvme0, nvme1|nvme1, nvme0):' 'iommu=pt'
try 'cannot be told' "rm $group/type" iommu unknown 0 'for nvme0 cannot be read'
try 'not a folder' 'rm -r sys/class/nvme; put sys/class/nvme x' iommu unknown 0 'Not a directory'

# pstore
backend=sys/module/pstore/parameters/backend
try 'a backend' : pstore ok 0 'pstore \(efi_pstore\) keeps'
try 'no backend' "put $backend '(null)'" pstore advice 0 'no backend' ramoops
try 'an empty backend' "put $backend ''" pstore advice 0 'no backend' ramoops
try 'not in this kernel' 'rm -r sys/module/pstore' pstore advice 0 'has no pstore' ramoops
try 'something is in it' 'put sys/fs/pstore/dmesg-efi-1 x' pstore advice 0 'earlier crash: 1$' 'read and remove'
try 'not mounted' 'put proc/mounts "x /sys/kernel/tracing tracefs rw 0 0"' pstore advice 0 'not mounted' '^mount -t pstore'
try 'a folder' "rm $backend; mkdir $backend" pstore unknown 0 'Invalid argument|Is a directory'

# trace-dump
dump() { put proc/sys/kernel/ftrace_dump_on_oops "$1"; }
try 'the instance' : trace-dump ok 0 'prints the history'
try 'the instance among others' 'dump 1,a,nvme-dupcqed=2' trace-dump ok 0 'prints the history'
try 'off' 'dump 0' trace-dump advice 0 'oops=0\)' '^sysctl kernel.ftrace_dump_on_oops=nvme-dupcqed'
try 'another buffer' 'dump 1' trace-dump advice 0 'another buffer' '^sysctl'
try 'another instance' 'dump nvme-dupcqed-hits' trace-dump advice 0 'another buffer' '^sysctl'
try 'yet another' 'dump xnvme-dupcqed' trace-dump advice 0 'another buffer' '^sysctl'
try 'not in this kernel' 'rm proc/sys/kernel/ftrace_dump_on_oops' trace-dump advice 0 'cannot print'
try 'a folder' 'rm proc/sys/kernel/ftrace_dump_on_oops; mkdir proc/sys/kernel/ftrace_dump_on_oops' trace-dump unknown 0 'Invalid|Is a directory'
try 'garbage' 'head -c 5000 /dev/urandom > proc/sys/kernel/ftrace_dump_on_oops' trace-dump advice 0 'another buffer' sysctl

first='put sys/module/kernel/parameters/crash_kexec_post_notifiers N'
try 'the crash kernel is sooner' "$first" trace-dump advice 0 'does not come to print' crash_kexec_post_notifiers
try 'the crash kernel is sooner' "$first" pstore advice 0 'told nothing' crash_kexec_post_notifiers
try 'it would be sooner, but is not loaded' "$first; put sys/kernel/kexec_crash_loaded 0" trace-dump ok 0 'prints the history'

# reboot, oops
try 'in a while' : reboot ok 0 'reboots in 30 s'
try 'at once' 'put proc/sys/kernel/panic -1' reboot ok 0 'at once'
try 'not, but the crash kernel does' 'put proc/sys/kernel/panic 0' reboot ok 0 'takes over'
try 'not at all' 'put proc/sys/kernel/panic 0; put sys/kernel/kexec_crash_loaded 0' reboot advice 0 'stays down' 'kernel.panic=30'
try 'garbage' 'put proc/sys/kernel/panic 99999999999999999999' reboot unknown 0 'Bad message'
try 'stops' : oops ok 0 'panic_on_oops=1'
try 'does not stop' 'put proc/sys/kernel/panic_on_oops 0' oops advice 0 'does not stop' 'panic_on_oops=1'
try 'not told' 'rm proc/sys/kernel/panic_on_oops' oops unknown 0 'No such file'

# every check was seen in each of these states
for check in event recording daemon lockdown panic crash-kernel; do
	check "$check was seen missing, and not" [ "$(grep -Ec "^$check (missing|ok)\$" <<< "$seen")" -ge 2 ]
done
for check in $(jq -r '.[].check' "$dir/json"); do
	is "$check was seen well, not well and closed" "$(grep "^$check " <<< "$seen" | sed 's/ missing/ advice/' | sort -u)" \
		"$(printf "$check %s\n" advice ok unknown | grep -v 'plugin unknown')"
done

# an empty machine
mkdir "$dir/empty"
"$tool" doctor --root "$dir/empty" --json > "$dir/json" 2> "$dir/err"
is "an empty folder: what is needed could not be looked at" "$?" 4
is "an empty folder: no word on stderr" "$(cat "$dir/err")" ""
is "an empty folder: every check says something" "$(jq '[.[] | select(.found == "")] | length' "$dir/json")" 0

# without root: what it could not look at is unknown
rm -rf "$machine"
cp -a "$base" "$machine"
chmod 0 "$machine/$trace" "$machine/var/lib/nvme-dupcqed" "$machine/sys/fs/pstore"
others=()
[ "$(id -u)" != 0 ] || others=(setpriv --reuid 65534 --regid 65534 --clear-groups)
"${others[@]}" "$tool" doctor --root "$machine" --json > "$dir/json"
is "without root: exit status" "$?" 4
is "without root: what it could not look at" "$(jq -r '[.[] | select(.state == "unknown") | .check] | join(" ")' "$dir/json")" \
	'event probe guard recording history snapshot-space instant-panic persistent pstore'
is "without root: it says so" "$(jq -r '[.[] | select(.state == "unknown") | .advice] | unique | join(" ")' "$dir/json")" 'run this as root'
chmod 0755 "$machine/$trace" "$machine/var/lib/nvme-dupcqed" "$machine/sys/fs/pstore"

# it changes nothing
listing() { find "$machine" -printf '%p %y %m %s %T@ %C@ %n\n' | sort; }
before=$(listing)
strace -f -o "$dir/calls" "$tool" doctor --root "$machine" > "$dir/out"
is "nothing is changed" "$(listing)" "$before"
check "what it called was watched" grep -q 'openat(.*tracing' "$dir/calls"
called() { grep -E "$1" "$dir/calls"; }
is "nothing is opened for writing" "$(called 'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(')" ""
is "nothing is loaded, mounted, made, removed, started or sent" \
	"$(called '^[0-9]+ +(u?mount|f?init_module|delete_module|unlink|rename|mkdir|mknod|rmdir|(sym)?link|f?ch(mod|own)|utime|v?fork|clone|socket|kill)')" ""
is "and only the output is written" "$(grep -E '^[0-9]+ +p?write' "$dir/calls" | grep -vc 'write(1, ')" 0

# the command line
bare() { "$tool" doctor "$@"; }
fails "an unknown option" 2 "'--x' is not an option of doctor" bare --x
fails "more than options" 2 "'x' is not an option of doctor" bare x
fails "a folder that is not there" 2 "cannot open '/nowhere': No such file" bare --root /nowhere
fails "a file for a folder" 2 "cannot open '.*': Not a directory" bare --root "$tool"
fails "an instance is a name, not a path" 2 'is not the name of an instance' bare --instance ../x
fails "an instance has a name" 2 "'' is not the name of an instance" bare --instance ''
fails "an instance does not hide" 2 'is not the name of an instance' bare --instance .x
fails "an instance has a name that is not endless" 2 'is not the name of an instance' bare --instance "$(printf 'x%.0s' $(seq 65))"
has "help names the exit statuses" "$(bare --help)" '^exit status: 0 all that is needed is there, 1 '
fails "what cannot be written is not told" 1 'cannot write: No space left' sh -c '"$1" doctor --root "$2" > /dev/full' sh "$tool" "$machine"
mv "$machine/run/nvme-dupcqed/nvme-dupcqed.json" "$machine/run/nvme-dupcqed/lab.json"
mv "$machine/$trace/instances/nvme-dupcqed" "$machine/$trace/instances/lab"
has "another instance" "$(bare --root "$machine" --instance lab)" '^ok +persistent '
has "another instance: its daemon" "$(bare --root "$machine" --instance lab)" '^ok +daemon '
finish
