#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin as a file: what it exports, what it needs of the program that loads it, and its options in trace-cmd.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

build=${BUILD:-build}
plugin=$build/plugin/plugin_nvme.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work
mkdir "$work/plugins"
cp "$plugin" "$work/plugins/" || exit 1

exported=$(nm -D --defined-only "$plugin" | awk '{ print $3 }' | sort | xargs)
is 'exports its loader symbols and nothing else' "$exported" 'tep_plugin_loader tep_plugin_unloader'

needed=$(readelf -d "$plugin" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | xargs)
is 'links the C library only' "$needed" 'libc.so.6'

# without those of the C library, which have a version
nm -D --undefined-only "$plugin" | awk '$1 == "U" && $2 !~ /@/ { print $2 }' | sort > "$work/needs"
check 'needs symbols of the trace library' grep -q tep_register_event_handler "$work/needs"

# missing FILE: the symbols that the plugin needs and that FILE does not export
missing() {
	nm -D --defined-only "$1" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort > "$work/has"
	comm -23 "$work/needs" "$work/has" | xargs
}

library=$(ldconfig -p | awk '/libtraceevent\.so\.1 / { print $NF; exit }')
is 'libtraceevent has all that it needs' "$(missing "$library")" ''
# perf brings a library of its own and exports a part of it, or uses the shared one
perf=$(command -v perf)
perf=$(readlink -f "$perf")
if nm -D --defined-only "$perf" 2>/dev/null | grep -q ' tep_'; then
	is 'perf exports all that it needs' "$(missing "$perf")" ''
else
	has 'perf uses the shared library' "$(ldd "$perf" 2>&1)" 'libtraceevent'
fi

options() {
	TRACEEVENT_PLUGIN_DIR=$1 trace-cmd list -O 2>&1
}

# the plugin can be installed on this machine as well
mkdir "$work/empty"
before=$(options "$work/empty" | grep -c 'plugin:.nvme$')
after=$(options "$work/plugins" | grep -c 'plugin:.nvme$')
is 'loading it adds three options' "$((after - before))" 3
options=$(options "$work/plugins" | grep -A 2 'plugin:.nvme')
has 'trace-cmd list -O shows the option verbose' "$options" '^ *option:.verbose$'
has 'trace-cmd list -O shows the option raw' "$options" '^ *option:.raw$'
has 'trace-cmd list -O shows the option kernel' "$options" '^ *option:.kernel$'
finish
