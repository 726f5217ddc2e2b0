#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# the NVMe/TCP target by itself: no VM, no root, no nvme driver; a client of our own talks to it
set -eu

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

build=${BUILD:-$here/../../build}/tests/fabrics
nqn=nqn.2026-01.org.example:test
work=$(mktemp -d)
target_pid=

clean_up() {
	[ -z "$target_pid" ] || kill "$target_pid" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

# start PROGRAM [OPTION...]: sets target_pid and port
start() {
	"$@" --port 0 --nqn "$nqn" --size 8 --queues 3 --control "$work/control" \
		>"$work/log" 2>"$work/errors" &
	target_pid=$!
	for _ in $(seq 100); do
		port=$(sed -n 's/^listening=.* port=\([0-9]*\) .*/\1/p' "$work/log")
		[ -z "$port" ] || return 0
		sleep 0.05
	done
	sed 's/^/# /' "$work/errors"
	return 1
}

# stop: sets target_status
stop() {
	target_status=0
	kill "$target_pid"
	wait "$target_pid" || target_status=$?
	target_pid=
}

# refuses NAME TEXT OPTION...: exits at once, with 1 or 2, one line on stderr that has TEXT
refuses() {
	local name=$1 text=$2 status=0
	shift 2
	timeout 5 "$build/nvmet-tcp-dup" "$@" >"$work/out" 2>"$work/errors" || status=$?
	if { [ $status = 1 ] || [ $status = 2 ]; } && grep -qF -- "$text" "$work/errors" &&
		! [ -s "$work/out" ]; then
		ok "$name"
	else
		sed 's/^/# /' "$work/errors" "$work/out"
		not_ok "$name (exit code $status)"
	fi
}

# talk NAME PROGRAM: all of the client's tests against that build of the target
talk() {
	local name=$1 status=0
	echo "# $name"
	# the client knows of these two, and uses them up
	start "$2" --inject unknown --opcode 0x7e --queue 0 --nth 2 --cid 0x0abc --result 7 \
		--inject double --opcode 0x7e --queue 0 --nth 3
	"$build/client" "$port" "$nqn" "$work/control" "$work/log" || status=$?
	is "$name: the client came to its end" $status 0
	stop
	is "$name: SIGTERM ends it well" $target_status 0
	check "$name: the FIFO is gone" test ! -e "$work/control"
	sed 's/^/# /' "$work/errors"
	check "$name: nothing on standard error" test ! -s "$work/errors"
}

for program in nvmet-tcp-dup nvmet-tcp-dup-asan client; do
	if ! [ -x "$build/$program" ]; then
		echo "# $build/$program is missing, run make first"
		not_ok "the programs are there"
		finish
		exit 1
	fi
done

talk plain "$build/nvmet-tcp-dup"
talk sanitizers "$build/nvmet-tcp-dup-asan"

for address in 0.0.0.0 192.0.2.1 128.0.0.1 ::1 localhost ""; do
	refuses "address '$address' is refused" "only loopback" --address "$address" --port 0
done
refuses "port 65536 is refused" "bad port '65536'" --port 65536
refuses "port 1x is refused" "bad port '1x'" --port 1x
refuses "a size of 0 is refused" "from 1 to 4096" --size 0
refuses "a depth of 1000 is refused" "from 32 to 128" --depth 1000
refuses "a wrong name is refused" "begins with 'nqn.'" --nqn ramdisk
refuses "an unknown kind is refused" "give double, late" --inject twice
refuses "an unknown opcode is refused" "bad value 'erase'" --inject double --opcode erase
refuses "a rule's option without a rule is refused" "--inject before it" --nth 3
refuses "a stray word is refused" "unexpected 'now'" now
refuses "an unknown option is refused" "--inquire" --inquire
touch "$work/file"
refuses "a control file that is no FIFO is refused" "not a FIFO" --control "$work/file" --port 0
check "and left alone" test -f "$work/file"
refuses "a control FIFO in no folder is refused" "cannot create" --control "$work/no/fifo" --port 0

start "$build/nvmet-tcp-dup"
refuses "a port in use is refused" "in use" --port "$port"
stop


check "--help lists each option" grep -q -- '--inject KIND' <("$build/nvmet-tcp-dup" --help)
check "--version says a version" grep -qE '^nvmet-tcp-dup .*[0-9]' \
	<("$build/nvmet-tcp-dup" --version)
finish
