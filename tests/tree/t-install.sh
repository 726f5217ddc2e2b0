#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install: what lands where, and that trace-cmd loads it.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
plugins=$(pkg-config --variable=libdir libtraceevent)/traceevent/plugins
make() { command make -s --no-print-directory DESTDIR="$dest" PREFIX=/usr "$@"; }
files() { (cd "$dest" && find . -type f -printf '%m %P\n' | sort -k2); }

wanted="644 ${plugins#/}/plugin_nvme.so
644 usr/share/man/man7/nvme-dupcqe-plugin.7"
printed=$(make install 2>&1)
is "what is installed, and how" "$(files)" "$wanted"
is "it says what it put where" "$printed" "$(sed "s|^644 |$dest/|" <<<"$wanted")"
has "trace-cmd loads what was installed" \
	"$(TRACEEVENT_PLUGIN_DIR=$dest$plugins trace-cmd list -O 2>&1 | grep -A2 'plugin:[[:space:]]*nvme$')" 'option:[[:space:]]*verbose'
make install > /dev/null
is "twice is harmless" "$(files)" "$wanted"
make uninstall
is "uninstall leaves nothing" "$(files)" ""
fails "an unknown libtraceevent is said so" 2 'give TRACEEVENT_PLUGINS=DIR' make install TRACEEVENT_LIBDIR=

for page in docs/man/*.[1-8]; do
	is "$page: groff has nothing to say" "$(groff -man -Tutf8 -ww "$page" 2>&1 > /dev/null)" ""
	has "$page: of this version" "$(cat "$page")" "nvme-dupcqe $(sed -n 's/^VERSION := //p' Makefile)\""
done
finish
