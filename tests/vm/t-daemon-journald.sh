#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd's own journal: what the daemon logs is there, field by field; and a journal that hangs holds up nothing.
set -u
cd "$(dirname "$0")/../.." || exit 1
. tests/lib.sh
. tests/vm/kernels.sh

in_lab 6.1 --depth 8 --timeout 600 -- env BUILD="${BUILD:-build}" tests/vm/guest/daemon-journald.sh
finish
