// SPDX-License-Identifier: LGPL-2.1-or-later
/* The findings in words. They say what is seen and what it may be, never whose fault it is. */
#include "dupcqe/reading.h"

static const char *const names[DUPCQE_FINDINGS] = {
	[DUPCQE_FRESH_DUPLICATE] = "fresh_duplicate",
	[DUPCQE_STALE] = "stale",
	[DUPCQE_TAG_NEVER_USED] = "tag_never_used",
	[DUPCQE_REQUEST_NOT_IN_FLIGHT] = "request_not_in_flight",
	[DUPCQE_ZEROED] = "zeroed",
	[DUPCQE_COPY_IN_RING] = "copy_in_ring",
	[DUPCQE_WRONG_SQ] = "wrong_sq",
	[DUPCQE_WRONG_PHASE] = "wrong_phase",
};

static const char *const meanings[DUPCQE_FINDINGS] = {
	[DUPCQE_FRESH_DUPLICATE] =
		"the completion that was accepted last for this tag has come again (counted "
		"modulo 16): it was posted, delivered or read twice; this record alone does not "
		"tell by whom",
	[DUPCQE_STALE] =
		"the entry carries an earlier use of the tag (counted modulo 16): an old answer "
		"sent again, or old memory of the ring read as new; garbage with a tag that "
		"exists looks the same",
	[DUPCQE_TAG_NEVER_USED] =
		"no request was bound to this tag since the tag set was made, or the tag lies "
		"beyond it: garbage, or an entry that was meant for another queue or an earlier "
		"driver",
	[DUPCQE_REQUEST_NOT_IN_FLIGHT] =
		"tag and generation match, but nobody waits: an entry that is a multiple of 16 "
		"uses of the tag old, the late answer to a command that the host has cancelled, "
		"or garbage that matches by chance",
	[DUPCQE_ZEROED] =
		"nothing but the phase tag can be set: memory that was cleared or never written, "
		"a write that has not arrived as a whole, or on the admin queue a true answer "
		"that happens to be all zeroes",
	[DUPCQE_COPY_IN_RING] =
		"all bytes but the phase tag came in earlier: the entry was posted again or its "
		"memory written again; equal bytes make that likely, they do not prove it",
	[DUPCQE_WRONG_SQ] =
		"the entry names a submission queue that does not complete here: garbage, or an "
		"entry that was meant for another ring; a plain repetition would name this queue",
	[DUPCQE_WRONG_PHASE] =
		"the phase tag is not that of a new entry: the entry has changed since the driver "
		"saw that it was new, for instance because it is still being written",
};

const char *dupcqe_finding_name(enum dupcqe_finding finding)
{
	return names[finding];
}

const char *dupcqe_finding_means(enum dupcqe_finding finding)
{
	return meanings[finding];
}
