# SPDX-License-Identifier: GPL-2.0-or-later
# Compare the events with what the controller was made to do, field by field.
# First file: the output of cqe-replay; second: the kernel's own trace text.
# -v qid, depth, name: what was replayed. Prints a check a field.

function get(line, key,    rest) {
	if (!match(line, "[ ,]" key "=(\\{[^}]*\\}|[^,]*)"))
		return "missing"
	rest = substr(line, RSTART + 1, RLENGTH - 1)
	return substr(rest, length(key) + 2)
}

function words(text, out) {
	gsub(/[{} ]/, "", text)
	return text == "" ? 0 : split(text, out, ",")
}

function kv(line, key) {
	if (!match(" " line, " " key "=[^ ]*"))
		return "missing"
	return substr(line, RSTART + length(key) + 1, RLENGTH - length(key) - 2)
}

function fail(field, got, wanted) {
	bad[field]++
	if (bad[field] <= 3)
		printf "# %s: %s: got %s, expected %s\n", name, field, got, wanted
}

function field(what, got, wanted) {
	seen[what]++
	if (got "" != wanted "")
		fail(what, got, wanted)
}

function hex(text) {
	return strtonum(text)
}

BEGIN {
	state["unknown-tag"] = "unknown tag"; state["stale"] = "stale generation"; state["match"] = "not in flight"
}

FNR == NR && /^cqe=/ {
	cid = hex(kv($0, "cid"))
	want[cid] = $0
	left[cid]++
	posted++
}

FNR == NR { next }

!/nvme_dup_cqe:/ { next }

{
	events++
	cid = get($0, "cmdid")
	if (!(cid in want) || left[cid]-- <= 0) {
		fail("command id", cid, "one that was replayed")
		next
	}
	w = want[cid]
	class = kv(w, "class")
	wstatus = hex(kv(w, "status")); wresult = hex(kv(w, "result"))
	wop = hex(kv(w, "opcode")); wnsid = hex(kv(w, "nsid"))
	field("command id", cid, hex(kv(w, "cid")))
	field("reason", get($0, "reason"), state[class])
	field("qid", get($0, "qid"), qid)
	field("sq_id", get($0, "sqid"), qid)
	field("depth", get($0, "depth"), depth)
	field("tag", get($0, "tag"), cid % 4096)
	field("generation", get($0, "genctr"), int(cid / 4096))
	field("expected generation", get($0, "expected"), class == "unknown-tag" ? -1 : kv(w, "expected"))
	field("status", hex(get($0, "status")), wstatus)
	field("result", hex(get($0, "res")), wresult)
	field("request state", get($0, "rq_state"), class == "unknown-tag" ? "none" : "idle")
	field("transport", get($0, "transport"), "pcie")
	field("address", get($0, "addr"), bdf)

	# the ring's window: the refused entry is its word 4 * before
	n = words(get($0, "cq"), cq)
	entries = depth < 16 ? depth : 16
	before = entries - 1 < 12 ? entries - 1 : 12
	field("window size", n, entries * 4)
	head = get($0, "cq_head")
	field("window slot", get($0, "cq_slot"), (head + depth - before) % depth)
	at = before * 4
	field("window CQE", hex(cq[at + 1]) " " hex(cq[at + 3]) " " hex(cq[at + 4]),
	      (wresult % 4294967296) " " (get($0, "sqhd") + 65536 * qid) " " \
	      (cid + 65536 * (wstatus * 2 + get($0, "phase"))))
	field("phase", get($0, "phase"), get($0, "cq_phase"))

	# the submission entry; slots never written are zeroes and carry no command, other than a Flush with command id 0
	n = words(get($0, "sqe"), sqe)
	if (cid == 0 && wop == 0 && wnsid == 0) {
		field("submission entry", n " " get($0, "sq_slot"), "0 -1")
	} else {
		field("submission slot", get($0, "sq_slot"), kv(w, "slot"))
		# without the flags (bits 15:8 of the first word): how the data is described is up to the driver
		field("submission entry", n " " and(hex(sqe[1]), 0xffff00ff) " " hex(sqe[2]), "16 " (wop + 65536 * cid) " " wnsid)
	}
}

END {
	if (posted == 0 || events != posted)
		fail("number of records", events + 0, posted + 0)
	seen["number of records"]++
	for (f in bad)
		seen[f]++
	for (f in seen)
		printf "%s - %s: %s (%d records)\n", f in bad ? "not ok" : "ok", name, f, events | "sort"
	close("sort")
	exit length(bad) > 0
}
