#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab with bad options, without a network, with a damaged cache, a full disk, no permission: one
# line each, status 125, nothing half-made left behind. Boots nothing.
set -u

cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cache=${NVME_DUPCQE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nvme-dupcqe}
lab=tests/vm/lab

# lab with the cache $1, behind a proxy that nobody listens to
offline() {
	local where=$1
	shift
	http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 NVME_DUPCQE_CACHE=$where $lab "$@"
}

leftovers() { find "$1" -maxdepth 1 -name 'tmp.*' | wc -l; }

options() {
	fails 'an unknown kernel names the known ones' 125 "no kernel '5.10': known are 6.1, 6.12, 7.3" \
		$lab --kernel 5.10 -- true
	fails 'an unknown option' 125 "unknown option '--foo'" $lab --foo -- true
	fails 'an option without its argument' 125 '--kernel wants an argument' $lab --kernel
	fails 'a depth that is no number' 125 "--depth wants a number above 0, not 'x'" $lab --depth x -- true
	LAB_BOOT_LIMIT=x fails 'a limit that is no number' 125 "LAB_BOOT_LIMIT wants a number above 0, not 'x'" $lab -- true
	fails 'a number of reboots that is none' 125 "--reboots wants a number above 0, not '0'" $lab --reboots 0 -- true
	fails 'a dump and reboots' 125 '--dump and --reboots exclude each other' \
		$lab --dump "$dir/dump" --reboots 1 -- true
	fails 'no command' 125 'no command given' $lab --stock
	fails 'a command without --' 125 "'--' is missing before 'true'" $lab true
	has '--help' "$($lab --help)" '^usage: lab '
	has '--version' "$($lab --version)" '^lab \(nvme-dupcqe\) [0-9]'
}

no_permission() {
	fails 'a dump that cannot be written' 125 "cannot write the dump '/proc/x'" $lab --stock --dump /proc/x -- true
	fails 'a script for the crash kernel that is not there' 125 "cannot read the script '$dir/none'" $lab --stock --crash "$dir/none" -- true
	fails 'a cache that cannot be made' 125 "cannot create '/proc/x': set NVME_DUPCQE_CACHE" \
		env NVME_DUPCQE_CACHE=/proc/x $lab --stock --prepare
}

no_network() {
	fails 'no network and nothing cached' 125 'cannot reach the package mirror' \
		offline "$dir/empty" --stock --prepare
	is 'which leaves nothing half-made' "$(leftovers "$dir/empty") $(ls "$dir/empty/resolved" 2>/dev/null)" '0 '
}

# a cache with the package lists of the real one, its QEMU, and a damaged kernel package
damaged() {
	local new=$dir/damaged name version
	$lab --stock --prepare || { not_ok 'the real cache can be filled'; return; }
	mkdir -p "$new/debs"
	cp "$cache/resolved" "$new/"
	cp -r "$cache/apt" "$new/"
	[ ! -d "$cache/qemu" ] || ln -s "$cache/qemu" "$new/qemu"
	read -r _ name version _ < <(grep '^6.1/image ' "$new/resolved")
	echo damaged >"$new/debs/${name}_${version//:/%3a}.deb"
	fails 'a damaged package is not used' 125 "the cached $name .* is damaged: fetching it again" \
		offline "$new" --stock --prepare
	is 'and thrown away' "$(ls "$new/debs")" ''
	fails 'its second fetch, without a network' 125 "^lab: cannot fetch $name" offline "$new" --stock --prepare
	is 'leaves nothing half-made' "$(leftovers "$new") $(ls "$new/kernel" 2>/dev/null)" '0 '
	old_lists "$new"
}

old_lists() {
	local out
	ln -sfn "$cache/kernel" "$1/kernel"
	touch -d '9 days ago' "$1/resolved"
	out=$(offline "$1" --stock --prepare 2>&1)
	is 'old package lists do without a network' $? 0
	has 'and say so' "$out" 'cannot reach the package mirror, the versions of .* stay'
}

full_disk() {
	local new=$dir/full
	mkdir "$new"
	if [ "$(id -u)" != 0 ] || ! mount -t tmpfs -o size=20m tmpfs "$new" 2>/dev/null; then
		skip 'a full disk' 'cannot mount a small file system here'
		return
	fi
	cp "$cache/resolved" "$new/"
	[ ! -d "$cache/qemu" ] || ln -s "$cache/qemu" "$new/qemu"
	fails 'a full disk' 125 "no room for .* MB are needed, .* MB are free" offline "$new" --stock --prepare
	is 'on which nothing half-made is left' "$(leftovers "$new")" 0
	umount "$new"
}

options
no_permission
no_network
damaged
full_disk
finish
