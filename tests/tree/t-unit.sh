#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The service unit: systemd accepts it, it is sandboxed, what stays open is explained, and what it names is installed.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh

dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
make -s --no-print-directory DESTDIR= PREFIX="$dest" TRACEEVENT_PLUGINS="$dest/plugins" CONF="$dest/nvme-dupcqed.conf" install > /dev/null
unit=$dest/lib/systemd/system/nvme-dupcqed.service
value() { sed -n "s/^$1=//p" "$unit"; }
security() { systemd-analyze security --offline=true --no-pager "$@"; }

is "systemd has nothing to say" "$(systemd-analyze verify --man=no "$unit" 2>&1)" ""
check "exposure is 2.0 or better" security --threshold=20 "$unit"
fails "and the check would see it" 1 'Overall exposure level' security --threshold=5 "$unit"

# every setting that is not as tight as it could be stands in the unit, at least in a comment
loose=$(security "$unit" 2> /dev/null | sed -nE 's/^✗ ([A-Za-z]+)=.*/\1/p' | sort -u)
has "there are some that stay open" "$loose" '^ProtectKernelTunables$'
for setting in $loose; do
	check "what stays open is explained: $setting=" grep -q "$setting=" "$unit"
done

for program in $(value ExecStart) $(value ExecReload); do
	case $program in /*) check "a program that is there: $program" test -x "$program" ;; esac
done
for page in $(value Documentation); do
	section=${page##*\(} name=${page#man:}
	check "a manual page that is installed: $page" test -f "$dest/share/man/man${section%)}/${name%%(*}.${section%)}"
done

# the drop-in of the manual page
mkdir "$unit.d"
sed -n '/^    # systemctl edit/,/^\.fi/p' docs/man/nvme-dupcqed.8 | grep -v '^\.fi' | sed 's/^    //; s/\\-/-/g' > "$unit.d/manual.conf"
has "the manual page shows a drop-in" "$(cat "$unit.d/manual.conf")" '^\[Service\]$'
is "which systemd accepts" "$(systemd-analyze verify --man=no "$unit" 2>&1)" ""
rm -r "$unit.d"

# what other parts of the tree say
is "its own folders are what the daemon uses: /run" "$(grep -h '#define SOURCE_RUN' daemon/*.h daemon/*.c | cut -d'"' -f2)" "/run/$(value RuntimeDirectory)"
has "its own folders are what the daemon uses: /var/lib" "$(cat daemon/main.c)" "state_dir = \"/var/lib/$(value StateDirectory)\""
is "accounts outlive a restart" "$(value RuntimeDirectoryPreserve)" yes
is "a wrong configuration is not tried again" "$(value RestartPreventExitStatus)" 2
is "a unit that starts is one whose daemon is ready" "$(value Type)" notify
finish
