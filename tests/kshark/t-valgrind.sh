#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What valgrind.sh takes for ours: errors of a shared object that is closed again, by source and by name, and nothing else.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/kshark/valgrind.sh

build=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# errors_of OBJECT REGEX
errors_of() {
	valgrind "${VG_OPTIONS[@]}" "--log-file=$work/log" "$build/tests/kshark/faulty" "$1" > /dev/null
	vg_ours "$work/log" "$2" | grep -oE '^(Invalid read|[0-9]+ bytes in 1 blocks are definitely lost)'
}
both='Invalid read
40 bytes in 1 blocks are definitely lost'
object=$build/tests/kshark/faulty.so
strip -o "$work/plugin-faulty.so" "$object"

is "by the source: both errors" "$(errors_of "$object" '/tests/kshark/faulty\.c')" "$both"
is "without debug information, by the object: both errors" "$(errors_of "$work/plugin-faulty.so" 'plugin-faulty\.so')" "$both"
is "an error of somebody else: none" "$(errors_of "$object" "$VG_OURS")" ''
fails "a log that is not whole" 1 'is not whole' vg_ours /dev/null
finish
