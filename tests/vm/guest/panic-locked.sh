#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, with lockdown=confidentiality and a panic trigger for the first program on the kernel's command line.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh

mount -t securityfs securityfs /sys/kernel/security
has "the trigger was asked for" "$(cat /proc/cmdline)" 'trace_trigger=sched_process_exec.panic'
has "the kernel is locked down" "$(cat /sys/kernel/security/lockdown)" '\[confidentiality\]'
has "tracing is off" "$(dmesg)" 'Tracing disabled due to lockdown'
check "and has no files" [ ! -e /sys/kernel/tracing/events ]
finish
