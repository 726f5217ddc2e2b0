# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The kernel's own NVMe target on the loopback interface, and a controller of ours connected to it.

target_nqn=nqn.2026-01.org.example:plugin
target_config=/sys/kernel/config/nvmet
target_namespaces=$target_config/subsystems/$target_nqn/namespaces
target_port=$target_config/ports/1
target_group=$target_port/ana_groups/1

# a kernel with all of it built in has no such modules
target_modules() {
	local module
	for module in configfs nvmet nvmet-tcp nvme-tcp; do
		[ -d "/sys/module/${module/-/_}" ] || modprobe "$module" 2> /dev/null
	done
	[ -d $target_config ] || mount -t configfs configfs /sys/kernel/config 2> /dev/null
	[ -d $target_config ]
}

# target_namespace NSID FILE
target_namespace() {
	local dir=$target_namespaces/$1
	mkdir "$dir" && echo -n "$2" > "$dir/device_path" || return
	# of a file in memory the kernel wants no direct I/O; a disk would become a file by it
	[ -b "$2" ] || echo 1 > "$dir/buffered_io" || return
	# reservations: since 6.13
	[ ! -e "$dir/resv_enable" ] || echo 1 > "$dir/resv_enable" || return
	echo 1 > "$dir/enable"
}

# a zoned disk of the kernel's own making, which may have made others
target_zoned_disk() {
	local dir=/sys/kernel/config/nullb/nullb9
	[ -d /sys/kernel/config/nullb ] || modprobe null_blk nr_devices=0 2> /dev/null
	mkdir $dir && echo 4096 > $dir/blocksize && echo 64 > $dir/size && echo 4 > $dir/zone_size &&
		echo 1 > $dir/zoned && echo 1 > $dir/power
}

# prints its node: its number is not always that of the folder
target_zoned_node() {
	grep -lx host-managed /sys/block/nullb*/queue/zoned | cut -d / -f 4 | sed 's|^|/dev/|'
}

target_listen() {
	mkdir $target_port && echo 127.0.0.1 > $target_port/addr_traddr && echo tcp > $target_port/addr_trtype &&
		echo 4420 > $target_port/addr_trsvcid && echo ipv4 > $target_port/addr_adrfam &&
		ln -s "${target_namespaces%/*}" "$target_port/subsystems/$target_nqn"
}

# The second one's name is longer than the event's field for it.
target_start() {
	local long=/tmp/a-name-longer-than-a-disk-can-have
	truncate -s 16M /tmp/short $long &&
		mkdir "${target_namespaces%/*}" && echo 1 > "${target_namespaces%/*}/attr_allow_any_host" &&
		target_namespace 1 /tmp/short && target_namespace 2 $long &&
		target_zoned_disk && target_namespace 3 "$(target_zoned_node)" && target_listen
}

# wait_for COMMAND...
wait_for() {
	local tries=100
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# prints the controller's name, such as nvme1
target_ctrl() {
	grep -lx $target_nqn /sys/class/nvme/*/subsysnqn | head -n 1 | cut -d / -f 5
}

target_has_disk() {
	[ -b "/dev/$(target_ctrl)n3" ]
}

target_connect() {
	nvme connect -t tcp -a 127.0.0.1 -s 4420 -n $target_nqn --keep-alive-tmo=30 && wait_for target_has_disk
}

# What the target has to tell by itself, to a host and to one that listens to its discovery service.
target_events() {
	local discovery
	discovery=$(nvme connect -t tcp -a 127.0.0.1 -s 4420 -n nqn.2014-08.org.nvmexpress.discovery --keep-alive-tmo=30 \
		-o json | grep -o 'nvme[0-9]*')
	sleep 0.3
	echo 0 > "$target_namespaces/2/enable"
	sleep 0.5
	echo 1 > "$target_namespaces/2/enable"
	sleep 0.5
	echo inaccessible > $target_group/ana_state
	# without multipath the driver tries it again, five times
	dd if="/dev/$(target_ctrl)n1" of=/dev/null bs=4k count=1 iflag=direct 2> /dev/null
	echo optimized > $target_group/ana_state
	sleep 0.5
	rm "$target_port/subsystems/$target_nqn"
	sleep 0.3
	[ -z "$discovery" ] || nvme disconnect -d "$discovery" > /dev/null
}
