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

kshark=$(sed -n 's/^#define KS_PLUGIN_INSTALL_PREFIX "\/\(.*\)"$/\1/p' "$(pkg-config --variable=includedir libkshark)/KsCmakeDef.hpp")

wanted="644 etc/nvme-dupcqed.conf
644 $kshark/plugin-nvme_dup_cqe.so
644 ${plugins#/}/plugin_nvme.so
755 usr/bin/nvme-dupcqe
644 usr/lib/systemd/system/nvme-dupcqed.service
755 usr/sbin/nvme-dupcqed
$(for page in docs/man/*.[1-8]; do echo "644 usr/share/man/man${page##*.}/${page##*/}"; done)"
wanted=$(sort -k2 <<<"$wanted")
printed=$(make install 2>&1)
is "what is installed, and how" "$(files)" "$wanted"
is "it says what it put where" "$(sort <<<"$printed")" "$(sed -E "s|^[0-7]+ |$dest/|" <<<"$wanted" | sort)"
check "the folder for drop-ins" test -d "$dest/etc/nvme-dupcqed.conf.d"
is "the unit starts what is installed" "$(sed -n 's/^ExecStart=//p' "$dest/usr/lib/systemd/system/nvme-dupcqed.service")" /usr/sbin/nvme-dupcqed
has "the daemon runs from there" "$("$dest/usr/sbin/nvme-dupcqed" --version)" '^nvme-dupcqed [0-9]'
has "the tool runs from there" "$("$dest/usr/bin/nvme-dupcqe" --version)" '^nvme-dupcqe [0-9]'
check "the configuration is one" "$dest/usr/sbin/nvme-dupcqed" --check-config --config "$dest/etc/nvme-dupcqed.conf"
has "trace-cmd loads what was installed" \
	"$(TRACEEVENT_PLUGIN_DIR=$dest$plugins trace-cmd list -O 2>&1 | grep -A2 'plugin:[[:space:]]*nvme$')" 'option:[[:space:]]*verbose'
make install > /dev/null
is "twice is harmless" "$(files)" "$wanted"
make uninstall
is "uninstall leaves nothing" "$(files)" ""
is "nor the folder for drop-ins" "$(ls "$dest/etc")" ""

make install-plugin > /dev/null
is "the plugins alone, for who only reads traces" "$(files)" "$(grep -E 'plugin_nvme.so|plugin-nvme_dup_cqe.so|plugin.7$' <<<"$wanted")"
make uninstall

# a configuration of one's own
mkdir -p "$dest/etc/nvme-dupcqed.conf.d"
echo mine > "$dest/etc/nvme-dupcqed.conf"
touch "$dest/etc/nvme-dupcqed.conf.d/mine.conf"
has "a changed configuration: said" "$(make install)" "^$dest/etc/nvme-dupcqed.conf.new \\($dest/etc/nvme-dupcqed.conf is as it was"
is "a changed configuration: kept by install" "$(cat "$dest/etc/nvme-dupcqed.conf")" mine
check "the new one lies beside it" cmp daemon/nvme-dupcqed.conf "$dest/etc/nvme-dupcqed.conf.new"
is "uninstall says what it keeps" "$(make uninstall)" "$dest/etc/nvme-dupcqed.conf was changed and is kept
$dest/etc/nvme-dupcqed.conf.d is not empty and is kept"
is "and keeps that alone" "$(files)" "$(stat -c '%a etc/nvme-dupcqed.conf' "$dest/etc/nvme-dupcqed.conf")
$(stat -c '%a etc/nvme-dupcqed.conf.d/mine.conf' "$dest/etc/nvme-dupcqed.conf.d/mine.conf")"
rm -r "${dest:?}/etc"

make PREFIX="$dest/own" DESTDIR= TRACEEVENT_PLUGINS="$dest/plugins" KSHARK_PLUGINDIR="$dest/kshark" CONF="$dest/x.conf" install > /dev/null
is "another PREFIX is in the unit" "$(sed -n 's/^ExecStart=//p' "$dest/own/lib/systemd/system/nvme-dupcqed.service")" "$dest/own/sbin/nvme-dupcqed"
rm -rf "${dest:?}"/*
fails "an unknown libtraceevent is said so" 2 'give TRACEEVENT_PLUGINS=DIR' make install TRACEEVENT_LIBDIR=

# a machine without KernelShark's headers
mkdir "$dest/pc"
cp "$(pkg-config --variable=pcfiledir libtraceevent)/libtraceevent.pc" "$dest/pc/"
none() { PKG_CONFIG_LIBDIR=$dest/pc make O="$dest/build" "$@" 2>&1; }
has "without KernelShark's headers the build says what it leaves out" "$(none plugin)" 'the plugin for KernelShark is not built: its headers are not installed \(libkshark-dev '
check "and builds the other plugin" test -s "$dest/build/plugin/plugin_nvme.so" -a ! -e "$dest/build/plugin/plugin-nvme_dup_cqe.so"
is "and wants them for nothing else" "$(none -n all | grep -c kshark-load)" 0
none install-plugin > /dev/null
is "and installs that" "$(find "$dest" -name 'plugin*.so' -not -path '*/build/*' -printf '%f\n')" plugin_nvme.so

for page in docs/man/*.[1-8]; do
	is "$page: groff has nothing to say" "$(groff -man -Tutf8 -ww "$page" 2>&1 > /dev/null)" ""
	has "$page: of this version" "$(cat "$page")" "nvme-dupcqe $(sed -n 's/^VERSION := //p' Makefile)\""
done
finish
