#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# nvme-dupcqe probe, on made-up machines: one clear line for each thing that is in the way, and the next best way. What it makes
# is tried in the lab, tests/vm/t-probe.sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

export LC_ALL=C
dir=$(mktemp -d)
trap 'chmod -R u+rwX "$dir"; rm -rf "$dir"' EXIT
chmod 0755 "$dir"
tool=$dir/nvme-dupcqe # where an unprivileged user can run it, too
cp "${BUILD:-build}/nvme-dupcqe" "$tool"
base=$dir/base root=$dir/root
trace=sys/kernel/tracing

# ---- type information of a kernel that never was, by pahole ----

cat > "$dir/vmlinux.c" <<'END'
struct kobject { const char *name; };
struct device { int before; struct { struct kobject kobj; }; void *driver_data; };
struct device *all(void) { static struct device one; return &one; }
END
cat > "$dir/nvme.c" <<'END'
struct kobject { const char *name; };
struct device { int before; struct { struct kobject kobj; }; void *driver_data; };
struct nvme_ctrl { char before[40]; int instance; struct device *device, *dev; struct nvmf_ctrl_options *opts; };
struct nvme_completion { unsigned int dw[4]; };
struct nvme_dev { struct nvme_queue *queues; char before[92]; struct nvme_ctrl ctrl; };
typedef unsigned short u16;
struct nvme_queue {
	struct nvme_dev *dev; struct nvme_completion *cqes; unsigned long long sq_dma_addr, cq_dma_addr;
	unsigned int q_depth; u16 cq_vector, sq_tail, cq_head; volatile u16 qid; unsigned char cq_phase; unsigned long flags;
	unsigned int bits : 3;
};
struct nvme_queue *queue(void) { static struct nvme_queue one; return &one; }
END
for name in vmlinux nvme; do
	gcc -g -c -o "$dir/$name.o" "$dir/$name.c"
done
pahole --btf_encode_detached="$dir/vmlinux.btf" "$dir/vmlinux.o"
pahole --btf_base="$dir/vmlinux.btf" --btf_encode_detached="$dir/nvme.btf" "$dir/nvme.o"

put() {
	mkdir -p "${1%/*}"
	printf '%b\n' "$2" > "$1"
}

# a machine where it can be made
mkdir -p "$base"/{sys/kernel/btf,sys/module/nvme_core,$trace/events/nvme,proc}
(
	cd "$base" || exit
	cp "$dir/vmlinux.btf" sys/kernel/btf/vmlinux
	cp "$dir/nvme.btf" sys/kernel/btf/nvme
	touch $trace/{kprobe_events,uprobe_events,dynamic_events}
	put proc/kallsyms '0 T _dev_warn\n0 T _dev_err\n0 T _printk\n0 t nvme_irq\t[nvme]'
	put sys/kernel/security/lockdown '[none] integrity confidentiality'
)

# machine COMMAND...: a new one, changed by COMMAND in its folder
machine() {
	rm -rf "$root"
	cp -r "$base" "$root"
	(cd "$root" && eval "$1")
}

# says NAME CHANGE STATUS REGEX: 'test' on the changed machine; 'add' answers the same where nothing can be made
says() {
	machine "$2"
	fails "$1" "$3" "$4" "$tool" probe test --root="$root"
	[ "$3" = 0 ] || fails "$1: add" "$3" "$4" "$tool" probe add --root="$root"
	[ "$3" = 0 ] || is "$1: nothing was written" "$(cd "$root" && cat $trace/kprobe_events 2> /dev/null)" "$(cd "$root" && cat before 2> /dev/null)"
}

machine :
offsets=$("$tool" probe test --root="$root")
if [ "$(uname -m)" = x86_64 ]; then
	has "it can be made" "$offsets" '^the probe can be made'
	has "registers" "$offsets" '^  registers  bx bp r12 r13 r14 r15$'
	has "a member of a structure without a name" "$offsets" ' device.kobj.name +8$'
	has "a member of a member" "$offsets" ' nvme_dev.ctrl.device +152$'
	has "a member behind qualifiers and a typedef" "$offsets" ' nvme_queue.qid +42$'
	has "a member that this kernel does not have" "$offsets" ' nvme_queue.last_sq_tail +not known$'
	has "a function that it does not have" "$offsets" '_printk_deferred .* \(this kernel does not have it\)$'
	check "test changes nothing" diff -r "$base" "$root"
	says "without nvme-pci: the certain fields" 'rm sys/kernel/btf/nvme; cp ../nvme.btf sys/kernel/btf/nvme_core' 0 'can be made'
	machine 'sed -i s/_dev_warn/dev_warn/ proc/kallsyms'
	fails "no _dev_warn" 1 'no function _dev_warn that can be probed; install the patched' "$tool" probe test --root="$root"
fi

says "no tracefs" "rm -r $trace" 1 '^nvme-dupcqe: there is no tracefs; mount -t tracefs nodev /sys/kernel/tracing$'
says "no kprobes" "rm $trace/kprobe_events" 1 '^nvme-dupcqe: this kernel has no kprobe events \(CONFIG_KPROBE_EVENTS\); install the patched driver'
says "kprobes are switched off" "put sys/kernel/debug/kprobes/enabled 0" 1 'switched off.*: /sys/kernel/debug/kprobes/enabled is 0; sysctl kernel.ftrace'
says "kprobes are on" "put sys/kernel/debug/kprobes/enabled 1; put proc/sys/kernel/ftrace_enabled 1" 0 'can be made'
if [ "$(uname -m)" = x86_64 ]; then
	says "ftrace is switched off" "put proc/sys/kernel/ftrace_enabled 0" 1 'switched off.*: /proc/sys/kernel/ftrace_enabled is 0; sysctl kernel.ftrace'
fi
says "no BTF" 'rm -r sys/kernel/btf' 1 '^nvme-dupcqe: this kernel has no type information \(CONFIG_DEBUG_INFO_BTF\); install the patched driver'
says "BTF that is none" 'head -c 5000 /dev/urandom > sys/kernel/btf/vmlinux' 1 'type information cannot be used'
says "BTF that is cut" 'truncate -s 200 sys/kernel/btf/vmlinux' 1 'type information cannot be used'
says "BTF that is empty" ': > sys/kernel/btf/vmlinux' 1 'type information cannot be used'
says "BTF of the module that is none" 'echo garbage > sys/kernel/btf/nvme' 1 'type information cannot be used'
says "no driver" 'rm -r sys/kernel/btf/nvme sys/module/nvme_core' 1 'driver is not loaded.*; modprobe nvme, then again$'
says "lockdown, confidentiality" "echo 'none integrity [confidentiality]' > sys/kernel/security/lockdown" 1 'locked down for confidentiality.*; boot without'
says "lockdown, integrity" "echo 'none [integrity] confidentiality' > sys/kernel/security/lockdown" 0 'can be made'
says "the driver's own event" "put $trace/events/nvme/nvme_dup_cqe/format x" 0 'nothing is needed$'
says "the driver's own event, no kprobes, no BTF" "put $trace/events/nvme/nvme_dup_cqe/format x; rm -r sys/kernel/btf $trace/kprobe_events" 0 'nothing is needed$'
foreign='p:nvme/nvme_dup_cqe vfs_read'
says "another's kprobe of the name" "put $trace/kprobe_events '$foreign'; cp $trace/kprobe_events before; cp before $trace/dynamic_events" 1 'somebody else has made an event nvme:nvme_dup_cqe'
says "another's uprobe of the name" "put $trace/dynamic_events 'u:nvme/nvme_dup_cqe /bin/true:0x10'; put $trace/events/nvme/nvme_dup_cqe/format x" 1 'somebody else'
says "another's event of the second name" "put $trace/dynamic_events 'p:nvme/nvme_dup_cqe_why vfs_read'" 1 'somebody else'
says "an event of a name that only begins so" "put $trace/dynamic_events 'p:nvme/nvme_dup_cqe2 vfs_read'" 0 'can be made'

# ours is there
ours='p:nvme/nvme_dup_cqe _dev_warn fmt=+0(%si):string probe=\\\\1:u8'
says "ours" "put $trace/dynamic_events '$ours'; put $trace/kprobe_events '$ours'" 0 'there already'
says "ours, and kprobes are switched off" "put $trace/dynamic_events '$ours'; put $trace/kprobe_events '$ours'; cp $trace/kprobe_events before
	put sys/kernel/debug/kprobes/enabled 0" 1 'switched off'
fails "show, and kprobes are switched off" 1 'switched off' "$tool" probe show --root="$root"
check "remove, and kprobes are switched off" "$tool" probe remove --root="$root"
says "the driver's own event, and kprobes are switched off" "put $trace/events/nvme/nvme_dup_cqe/format x; put sys/kernel/debug/kprobes/enabled 0" 0 'nothing is needed$'
says "ours, and the driver's behind it" "put $trace/dynamic_events '$ours'; put $trace/kprobe_events '$ours'; cp $trace/kprobe_events before
	put $trace/available_events 'nvme:nvme_sq\\nnvme:nvme_dup_cqe\\nnvme:nvme_dup_cqe'" 1 "in its way; 'nvme-dupcqe probe remove', then load"
fails "remove: another's" 1 'somebody else' sh -c "cp '$dir/base/$trace/kprobe_events' /dev/null; printf '%s\n' '$foreign' > '$root/$trace/dynamic_events'; '$tool' probe remove --root='$root'"
machine :
has "remove: there is none" "$("$tool" probe remove --root="$root")" '^there is no probe'
machine "put $trace/dynamic_events '$ours'; put $trace/kprobe_events '$ours'; put $trace/instances/mine/events/nvme/nvme_dup_cqe/enable '0*'"
fails "remove: an instance has a trigger on it" 1 'in use: mine; stop recording' "$tool" probe remove --root="$root"
has "show: who uses it" "$("$tool" probe show --root="$root")" '^  recorded   by mine$'

# ---- made: a plain file for the kernel's list keeps the lines as the kernel does ----

kernel_list="ln -sf kprobe_events $trace/dynamic_events; for event in nvme_dup_cqe nvme_dup_cqe_why; do put $trace/events/nvme/\$event/filter none; done"
list=$root/$trace/kprobe_events
if [ "$(uname -m)" = x86_64 ]; then
	machine "$kernel_list"
	exec 9< "$root/$trace"
	flock 9
	"$tool" probe add --root="$root" > "$dir/add" 9<&- &
	sleep 0.5
	is "while another makes it: it waits" "$(wc -l < "$list")" 0
	exec 9<&-
	wait
	has "then it makes it" "$(cat "$dir/add")" 'nvme_dup_cqe is there$'
	machine "$kernel_list"
	for i in 1 2 3 4 5 6 7 8; do
		"$tool" probe add --root="$root" > "$dir/add.$i" 2>&1 &
	done
	wait
	is "eight at once: one makes it, the others find it" "$(cat "$dir"/add.* | grep '^the probe' | sort | uniq -c | tr -s ' ')" \
		" 1 the probe nvme:nvme_dup_cqe is there
 7 the probe nvme:nvme_dup_cqe is there already"
	is "eight at once: each line is there once" "$(sort "$list" | uniq -d | wc -l) of $(wc -l < "$list")" '0 of 4'
	# this kernel has no _printk_deferred
	sed -i '/ _printk_deferred /d' "$list"
	whole=$("$tool" probe show --root="$root")
	is "show: it is whole without what this kernel does not have" "$(grep -c 'not whole' <<< "$whole")" 0
	has "show: what this kernel does not have" "$whole" '_printk_deferred .* \(this kernel does not have it\)$'
	sed -i 's/ queue_size=[^ ]*/ queue_size=\\1:u32/' "$list"
	has "show: it was made for another module" "$("$tool" probe show --root="$root")" "^it is not whole, or was made for other modules .*: 'probe add'"
	mkdir -p "$root/$trace/instances/mine/events/nvme/nvme_dup_cqe"
	echo 1 > "$root/$trace/instances/mine/events/nvme/nvme_dup_cqe/enable"
	before=$(grep -v _printk_deferred "$list")
	has "add: outdated, and in use" "$("$tool" probe add --root="$root")" '^it was made for other modules .* is in use'
	is "add: in use, no second probe is put beside it" "$(grep -v _printk_deferred "$list")" "$before"

	# the hit was taken away by hand
	sed -i '/nvme_dup_cqe /d' "$list"
	has "show: half of it" "$("$tool" probe show --root="$root")" '^it is not whole'
	has "add: half of it, and in use" "$("$tool" probe add --root="$root")" 'nvme_dup_cqe is there$'
	is "add: the hit is there again" "$(grep -c '^p:nvme/nvme_dup_cqe _dev_warn ' "$list")" 1
	machine "$kernel_list; put $trace/kprobe_events 'p:nvme/nvme_dup_cqe_why _printk probe=\\\\1:u8'"
	has "remove: what was left of it" "$("$tool" probe remove --root="$root")" 'is removed$'
	has "remove: it is told to the kernel" "$(cat "$list")" '^-:nvme/nvme_dup_cqe_why$'
	machine "$kernel_list; put $trace/events/nvme/nvme_dup_cqe/format x; put $trace/kprobe_events 'p:nvme/nvme_dup_cqe_why _printk probe=\\\\1:u8'"
	has "remove: what was left of it beside the driver's event" "$("$tool" probe remove --root="$root")" 'is removed$'
	is "remove: the driver's event is left alone" "$(grep -c '^-:nvme/nvme_dup_cqe$' "$list")" 0
fi

if [ "$(id -u)" = 0 ]; then
	machine "chmod 0700 $trace"
	fails "not root" 1 'not open to this user; run it as root' setpriv --reuid=65534 --regid=65534 --clear-groups "$tool" probe test --root="$root"
else
	machine "chmod 0000 $trace"
	fails "not root" 1 'not open to this user; run it as root' "$tool" probe test --root="$root"
fi

fails "no action" 2 '^usage: nvme-dupcqe probe ACTION' "$tool" probe
fails "unknown action" 2 "'frob' is not an action of probe" "$tool" probe frob
fails "unknown option" 2 "'--frob' is not an option of probe add" "$tool" probe add --frob
fails "one argument too many" 2 "'more' is not an option of probe add" "$tool" probe add more
for action in add remove show test filter; do
	has "help of $action" "$("$tool" probe $action --help)" '^exit status: 0'
done
has "filter" "$("$tool" probe filter)" '^fmt ~ "invalid id %d completed on queue\*" \|\| fmt ~ "got bad cqe.command_id\*"$'
is "filter hit is the same" "$("$tool" probe filter hit)" "$("$tool" probe filter)"
has "filter why" "$("$tool" probe filter why)" '^fmt ~ "request %#x genctr mismatch\*" \|\| fmt ~ "\*could not locate request for tag\*" \|\| func == "nvme_handle_cqe"$'
fails "filter of an unknown event" 2 "'what' is not an event of the probe: hit, why" "$tool" probe filter what
has "help says what it costs" "$("$tool" probe --help)" 'each line that the kernel prints'
finish
