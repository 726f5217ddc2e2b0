#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the lab, on a patched kernel: the driver's event and the probe, under another name, of the same hits. Both say the
# same wherever both have it.
set -u
cd "$(dirname "$0")/../../.." || exit 1
. tests/lib.sh
. tests/vm/guest/probe-lib.sh

has "the driver's own event wins: nothing is needed" "$($tool probe add)" 'nothing is needed'
is "and nothing was made" "$(cat "$list")" ''

"$records_tool" define > "$work/lines"
while read -r line; do
	echo "$line" >> "$list"
done < "$work/lines"
event=$tracefs/instances/event
mkdir "$event"

# beside NAME OPTION...
beside() {
	local name=$1
	shift
	echo 1 > "$event/events/nvme/nvme_dup_cqe/enable"
	record_start beside
	check "$name: the controller repeats itself" replay_to "$work/replay" "$@"
	record_stop beside
	echo 0 > "$event/events/nvme/nvme_dup_cqe/enable"
	cp "$work/records" "$work/probe.json"
	"$records_tool" read "$event" nvme 2> /dev/null | sort -n | cut -d ' ' -f 2- > "$work/event.json"
	is "$name: the event has all" "$(wc -l < "$work/event.json")" "$(posted)"
	[ "$LAB_KERNEL" = 7.3 ] || is "$name: the probe has all" "$hits" "$(posted)"
	jq -nr --slurpfile probe "$work/probe.json" --slurpfile event "$work/event.json" \
		-f tests/vm/guest/probe-compare.jq > "$work/differences"
	diag "$(tail -n 1 "$work/differences")"
	is "$name: no field differs" "$(sed '$d' "$work/differences")" ''
	has "$name: there was something to compare" "$(tail -n 1 "$work/differences")" '^records=([89]|[1-9][0-9]+) fields=2[0-9] '
}

beside "I/O queue, stale" --queue 1 --lap --fill refused
[ "$LAB_KERNEL" != 7.3 ] || sleep 6
beside "admin queue, stale" --queue 0 --lap
[ "$LAB_KERNEL" != 7.3 ] || sleep 6
beside "I/O queue, tags without a request" --queue 2 --lap --forget
finish
