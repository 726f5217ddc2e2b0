# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Checks for test scripts. Each prints one line `ok - NAME` or `not ok - NAME`;
# tests/run counts them. Source this file and end the script with `finish`.

_lib_failed=0
_lib_seen=0

ok() {
	_lib_seen=$((_lib_seen + 1))
	printf 'ok - %s\n' "$1"
}

not_ok() {
	_lib_seen=$((_lib_seen + 1))
	_lib_failed=$((_lib_failed + 1))
	printf 'not ok - %s\n' "$1"
}

# skip NAME REASON: only for what this machine truly cannot have
skip() {
	_lib_seen=$((_lib_seen + 1))
	printf 'ok - %s # SKIP %s\n' "$1" "$2"
}

diag() {
	sed 's/^/# /' <<<"$*"
}

# check NAME COMMAND...: ok if COMMAND exits with 0; what it printed is shown if not
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name"
		diag "failed: $*"
		diag "$out"
	fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		diag "     got: $2"
		diag "expected: $3"
	fi
}

# has NAME TEXT EXTENDED-REGEX
has() {
	if grep -Eq -- "$3" <<<"$2"; then
		ok "$1"
	else
		not_ok "$1"
		diag "no line matches: $3"
		diag "$2"
	fi
}

# fails NAME STATUS REGEX COMMAND...: exits with STATUS, one line of its stderr matches REGEX
fails() {
	local name=$1 status=$2 regex=$3 out got=0
	shift 3
	out=$("$@" 2>&1) || got=$?
	if [ "$got" = "$status" ] && grep -Eq -- "$regex" <<<"$out"; then
		ok "$name"
	else
		not_ok "$name"
		diag "status $got, expected $status and a line like: $regex"
		diag "$out"
	fi
}

finish() {
	[ "$_lib_seen" -gt 0 ] || { echo 'not ok - no check was run'; exit 1; }
	[ "$_lib_failed" -eq 0 ]
	exit
}
