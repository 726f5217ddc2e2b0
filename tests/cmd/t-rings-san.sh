#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same with the sanitizers watching; but for the signals that libkdumpfile has coming on damaged dumps.
export ASAN_OPTIONS=handle_segv=0:handle_sigbus=0
TOOL=$(realpath "${BUILD:-build}")/san/nvme-dupcqe exec "$(dirname "$0")/t-rings.sh"
