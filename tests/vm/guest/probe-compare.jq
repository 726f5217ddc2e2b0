# SPDX-License-Identifier: GPL-2.0-or-later
# The probe's records against the driver's own of the same hits, field by field, wherever both have it; the window by slot.
# Prints a line a difference, and last how many records and values were compared.
def key: "\(.qid) \(.cid) \(.cq_head) \(.cq_phase)";
def slots: . as $r | [range(.cqw | length) | {key: (($r.cqw_slot + .) % $r.q_depth | tostring), value: $r.cqw[.]}] | from_entries;
($event | map({key: key, value: .}) | from_entries) as $own
| [$probe[] | . as $p | $own[key] as $e
	| if $e == null then {line: "no event for \(key)"} else
		(to_entries[] | select(.value != null and $e[.key] != null
				and (.key | IN("cqw", "cqw_slot", "cqw_hit", "findings", "source", "proof") | not))
			| if .value == $e[.key] then {same: .key} else {line: "\($p | key): \(.key): \(.value), event \($e[.key])"} end),
		($e | slots) as $es | ($p | select(.cqw) | slots | to_entries[] | select($es[.key])
			| if .value == $es[.key] then {same: "cqw"} else {line: "\($p | key): slot \(.key) differs"} end)
	end]
| (map(select(.line).line) | unique[]),
  "records=\($probe | length) fields=\(map(select(.same).same) | unique | length) values=\(map(select(.same)) | length)"
