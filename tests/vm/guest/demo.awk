# SPDX-License-Identifier: GPL-2.0-or-later
# One short line for each record of `trace-cmd report -N`, and in words what they say.

function get(key) {
	return match($0, "[ ,]" key "=[^,]*") ? substr($0, RSTART + length(key) + 2, RLENGTH - length(key) - 2) : "?"
}

BEGIN {
	printf "%-13s %-5s %-8s %-5s %-11s %-17s %-9s %s\n", "time", "queue", "command", "tag", "generation", \
		"reason", "request", "age"
}

/nvme_dup_cqe:/ {
	age = (get("expected") - get("genctr") + 16) % 16
	time = $3
	sub(":$", "", time)
	printf "%-13s %-5s 0x%04x   %-5s %-2s want %-3s %-17s %-9s %s\n", time, get("qid"), get("cmdid"), get("tag"), \
		get("genctr"), get("expected"), get("reason"), get("rq_state"), age
	n++
	if (age == 1)
		fresh++
}

END {
	printf "\n%d completions that no request was waiting for. Each carries the tag of a request that is long\n", n
	print "done: its generation is behind the one that the driver expects next, by the uses of the tag in `age`."
	if (fresh)
		print "Age 1 is the completion that was accepted last, come a second time."
	print "On a kernel without the patches all that is left of this is two lines each in dmesg."
	exit n == 0
}
