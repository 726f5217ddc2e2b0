# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

lockdown=/sys/kernel/security/lockdown

# lock_down LEVEL: for the rest of the guest's life
lock_down() {
	[ -e $lockdown ] || mount -t securityfs securityfs ${lockdown%/*}
	echo "$1" > $lockdown
	has "locked down: $1" "$(cat $lockdown)" "\[$1\]"
}
