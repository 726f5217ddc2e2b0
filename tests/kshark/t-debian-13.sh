#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin for KernelShark in Debian 13 (KernelShark 2.4.0), without it: it is built with its headers, and its libraries have all that the plugin
# leaves open, whichever headers it was built with. (libkshark-plot and -gui are the window's: their sonames carry the version, so they
# are not linked.)
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

build=${BUILD:-build}
plugin=plugin/plugin-nvme_dup_cqe.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
lib=usr/lib/x86_64-linux-gnu

check "the packages are there" tests/kshark/fetch-debian-13 "$root"

# its pkg-config files, headers and libraries before those of this machine
make_there() {
	PKG_CONFIG_LIBDIR=$root/$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root C_INCLUDE_PATH=$root/usr/include \
		CPLUS_INCLUDE_PATH=$root/usr/include LIBRARY_PATH=$root/$lib make --no-print-directory O="$work/build" "$@" "$work/build/$plugin"
}
has "it is built with those headers" "$(make_there -n V=1 | grep -m 1 '^g++ .* -isystem ')" " -isystem $root/usr/include/kernelshark "
is "and they are of another version" "$(grep -c 'define KS_VERSION_STRING "2\.[4-9]' "$root/usr/include/kernelshark/KsCmakeDef.hpp")" 1
out=$(make_there -j 2 2>&1)
is "no warning" "$(grep -E 'warning|error' <<< "$out")" ''
check "it is built" test -s "$work/build/$plugin"

# what a file needs of others and no version binds to the C and C++ libraries, and what the libraries given have
needs() { nm -D --undefined-only "$1" | awk '$1 == "U" && $2 !~ /@/ { print $2 }' | sort -u; }
haves() { nm -D --defined-only "$@" 2> /dev/null | awk 'NF >= 3 { sub(/@.*/, "", $3); print $3 }' | sort -u; }
missing() { comm -23 <(needs "$1") <(haves "${@:2}"); }

there=("$root/$lib"/libkshark{,-plot,-gui}.so.2.* "$root/$lib"/libtraceevent.so.1.*)
is "four libraries" "$(ls "${there[@]}" | wc -l)" 4
has "the plugin needs something of the window" "$(needs "$build/$plugin")" '^_ZN6KsPlot'
is "built there, they have all that it needs" "$(missing "$work/build/$plugin" "${there[@]}")" ''
is "built here, they have all that it needs" "$(missing "$build/$plugin" "${there[@]}")" ''
has "the check would see it" "$(missing "$build/$plugin" "${there[0]}")" '^_ZN6KsPlot'
linked() { readelf -d "$1" | sed -nE 's/.*\(NEEDED\).*\[(lib(kshark|Qt|GL|traceevent)[^]]*)\]/\1/p' | xargs; }
soname=$(readelf -d "${there[0]}" | sed -nE 's/.*\(SONAME\).*\[(.*)\]/\1/p')
is "built there, it links libkshark alone" "$(linked "$work/build/$plugin")" "$soname"
is "built here, it links libkshark alone, of the same soname" "$(linked "$build/$plugin")" "$soname"
here=$(ldconfig -p | awk '/libkshark(-plot|-gui)?\.so\.2|libtraceevent\.so\.1 / { print $NF }')
# shellcheck disable=SC2086
is "the libraries of this machine have it too" "$(missing "$build/$plugin" $here)" ''
finish
