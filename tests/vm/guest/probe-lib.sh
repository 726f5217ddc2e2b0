# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Recording a probe in the guest, and what the library makes of it.

. tests/vm/guest/trace.sh

tool=build/nvme-dupcqe
records_tool=build/tests/vm/probe-records
list=$tracefs/kprobe_events

# record_start SYSTEM: into an instance of its own; the filters are set for it, as each instance has to
record_start() {
	local event
	mkdir -p "$instance"
	echo 0 > "$instance/tracing_on"
	echo > "$instance/trace"
	echo 8192 > "$instance/buffer_size_kb"
	for event in nvme_dup_cqe nvme_dup_cqe_why; do
		[ ! -s "$work/filter.$event" ] || cat "$work/filter.$event" > "$instance/events/$1/$event/filter"
		echo 1 > "$instance/events/$1/$event/enable"
	done
	echo 1 > "$instance/tracing_on"
}

# record_stop SYSTEM: hits=, others=, undecodable= and suppressed= are set, the hits are in $work/records
record_stop() {
	echo 0 > "$instance/tracing_on"
	echo 0 > "$instance/events/$1/enable"
	lost=$(trace_lost)
	"$records_tool" read "$instance" "$1" > "$work/timed" 2> "$work/counts"
	sort -n "$work/timed" | cut -d ' ' -f 2- > "$work/records"
	hits=0 others=0 undecodable=0 suppressed=0
	# shellcheck disable=SC2046
	declare -g $(cat "$work/counts")
}

posted() { sed -nE 's/^posted=([0-9]+) .*/\1/p' "$work/replay"; }

# what the controller was made to do, and what the library says of it: a line a completion
was_posted() {
	gawk 'function kv(key) { match(" " $0, " " key "=[^ ]*"); return substr($0, RSTART + length(key) + 1, RLENGTH - length(key) - 2) }
		/^cqe=/ { unknown = kv("class") == "unknown-tag"
			print strtonum(kv("cid")), strtonum(kv("status")), strtonum(kv("result")), unknown ? 1 : 2, \
				unknown ? "-" : kv("expected") }' "$work/replay" | sort
}
was_read() {
	jq -r 'def hex: ltrimstr("0x") | explode | reduce .[] as $c (0; . * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		"\(.cid) \(if .status then .status / 2 | floor else "-" end) \(if .result then .result | hex else "-" end) \(.reason // "-") \(.expected_genctr // "-")"' "$work/records" | sort
}

# what is the same in all records, and how they prove themselves: one line if all is well
was_proved() {
	jq -r '"nvme\(.ctrl_id) \(.transport) \(.addr) qid=\(.qid) depth=\(.q_depth) flags=\(.q_flags) sq_id=\(.sq_id)"
		+ " phase=\(if .status then .status % 2 == .cq_phase else "absent" end)"
		+ " ring=\(if .cqw then .cqw[.cqw_hit][3] % 65536 == .cid else "absent" end)"
		+ " proof=\(if .proof then "yes" else "no" end) source=\(.source)"' "$work/records" | sort -u
}
