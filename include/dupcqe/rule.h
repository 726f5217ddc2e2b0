/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules decide, actions act. A rule says which hits it is for, how many of them in which time make
 * it fire, and how long it keeps still afterwards; or it is for records that were lost, of which
 * nothing but their number is known. Deciding is a function of (rules, what was seen before, event,
 * time); it knows nothing of actions, files or clocks.
 */
#ifndef DUPCQE_RULE_H
#define DUPCQE_RULE_H

#include <stddef.h>
#include <stdint.h>
#include "dupcqe/event.h"
#include "dupcqe/text.h"

enum {
	DUPCQE_RULES = 64,	     /* at most, so that a set of rules is a mask */
	DUPCQE_RULE_RANGES = 8,	     /* of one criterion */
	DUPCQE_THRESHOLD_MAX = 4096, /* hits, or lost records */
	DUPCQE_RULE_KEYS = 256,	     /* controllers or queues that one rule counts at a time */
};

/* What the record does not have: from sysfs, by whoever calls. Unknown: "". */
struct dupcqe_identity {
	char model[41];
	char serial[21];
};

/* Criteria of a match; one that is not set matches everything. */
enum dupcqe_criterion {
	DUPCQE_BY_CONTROLLER, /* shell pattern: "nvme0", "nvme[12]" */
	DUPCQE_BY_ADDRESS,    /* shell pattern */
	DUPCQE_BY_MODEL,      /* shell pattern */
	DUPCQE_BY_SERIAL,     /* shell pattern */
	DUPCQE_BY_TRANSPORT,  /* shell pattern */
	DUPCQE_BY_QID,
	DUPCQE_BY_CID,
	DUPCQE_BY_STATUS, /* the Status Field: status >> 1 */
	DUPCQE_BY_REASON,
	DUPCQE_CRITERIA,
};

struct dupcqe_range {
	uint32_t first, last; /* both included */
};

struct dupcqe_match {
	uint32_t set; /* 1 << enum dupcqe_criterion */
	char pattern[DUPCQE_BY_TRANSPORT + 1][64];
	/* by qid, cid, status, reason: [criterion - DUPCQE_BY_QID] */
	struct dupcqe_range range[DUPCQE_CRITERIA - DUPCQE_BY_QID][DUPCQE_RULE_RANGES];
	uint8_t ranges[DUPCQE_CRITERIA - DUPCQE_BY_QID];
};

enum dupcqe_scope {
	DUPCQE_PER_TOTAL,
	DUPCQE_PER_CONTROLLER,
	DUPCQE_PER_QUEUE,
};

/* What a rule counts. */
enum dupcqe_on {
	DUPCQE_ON_HIT,
	DUPCQE_ON_LOST, /* records that were lost: no criteria, and nothing but the total */
};

struct dupcqe_rule {
	struct dupcqe_match match;
	enum dupcqe_on on;
	uint32_t count;		 /* of what it counts, to fire: 1 to DUPCQE_THRESHOLD_MAX */
	uint64_t window_ns;	 /* ... within this time; of no matter if count is 1 */
	uint64_t cooldown_ns;	 /* after it fired, for the same key: 0 is none */
	enum dupcqe_scope scope; /* what is counted together, and cools down together */
};

/*
 * Whether the event is one of the rule's. A criterion on a field that the event does not have, or
 * on a string that is empty, does not match, not even "*": a rule never fires on what is not known.
 * identity can be NULL: nothing is known.
 */
bool dupcqe_match(const struct dupcqe_match *match, const struct dupcqe_event *event,
		  const struct dupcqe_identity *identity);

struct dupcqe_rules; /* rules, and what they have counted */

/*
 * A copy of count (<= DUPCQE_RULES) rules, nothing counted. All memory is taken here: at most 8
 * bytes for each hit of each threshold and key, of which what is never used stays untouched.
 * Returns 0, -EINVAL (a number beyond its limits, an empty or endless pattern, a rule on lost
 * records with a criterion or a scope) or -ENOMEM; on failure *ret_rules is untouched.
 */
int dupcqe_rules_new(const struct dupcqe_rule *rules, size_t count,
		     struct dupcqe_rules **ret_rules);
void dupcqe_rules_free(struct dupcqe_rules *rules);

struct dupcqe_decision {
	uint64_t matched; /* bit n: rule n is for this event */
	uint64_t fired;	  /* ... and fires now */
	uint64_t cooling; /* ... would fire, but keeps still */
	/* of each that matched: hits in its window, this one included, at most the rule's count */
	uint32_t counted[DUPCQE_RULES];
};

/*
 * Count the event for the rules on hits, and decide. A rule fires when its last `count` hits of one key lie within
 * window_ns, both ends included, and cooldown_ns have passed since it fired for that key. Firing
 * does not start the count anew. now_ns is of any clock that does not stop; a time before the
 * last one is taken for the last one where both lie within window_ns; else that hit is not added up with others
 * (it can still fire a rule with a count of 1). Cooldowns go by the latest time of all. When a rule counts more keys than it has room for, the one seen
 * longest ago is forgotten, with its cooldown. Hits that do not tell their controller or queue are
 * not added up for a rule that counts by it: each is 1; they cool down together.
 */
void dupcqe_rules_decide(struct dupcqe_rules *rules, const struct dupcqe_event *event,
			 const struct dupcqe_identity *identity, uint64_t now_ns,
			 struct dupcqe_decision *ret_decision);

/*
 * The same for the rules on lost records: count of them, at once; that there are millions costs no
 * more than that there are DUPCQE_THRESHOLD_MAX. A rule fires once at most, however often they
 * reach its threshold. 0 records are counted by no rule.
 */
void dupcqe_rules_lost(struct dupcqe_rules *rules, uint64_t count, uint64_t now_ns,
		       struct dupcqe_decision *ret_decision);

/*
 * The rule as a filter of ftrace, for what the kernel can do alone ("armed"); appended to text. It
 * lets through exactly what dupcqe_match() does. has are the fields that the event's record has as such, DUPCQE_BIT()
 * of each: UINT64_MAX for the driver's event, less for a probe's, which has others only for who decodes it. Always a
 * condition, "reason > 0" or "cid >= 0" if nothing else:
 * a trigger without one acts before the record is in the buffer. The kernel takes a page less one
 * byte, the words before the filter included: text of 4096 bytes is enough.
 * Returns 0, or -EOPNOTSUPP if the kernel cannot tell (lost records, a count above 1, a cooldown that
 * is not of the total, a model, a serial number, ...); then text is as it was and *ret_why is what stands in
 * the way, a static string. A cooldown of the total is the caller's: it arms again when that is over.
 */
int dupcqe_rule_filter(const struct dupcqe_rule *rule, uint64_t has, struct dupcqe_text *text,
		       const char **ret_why);

#endif
