// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is asked for is found out, made, or taken away; one caller at a time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "probe_make.h"

/*
 * Ours is there, but not whole, or for other modules. In use it still is good for what it was made for; what is missing can
 * be made all the same.
 */
static enum dupcqe_probe_answer renew(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	enum dupcqe_probe_answer answer;

	if (!found->outdated)
		return DUPCQE_PROBE_THERE;
	if (probe_is_stale(place, found) && !probe_remove_ours(place))
		memset(found->was_there, 0, sizeof(found->was_there));
	answer = probe_make(place, found);
	found->outdated = probe_is_outdated(place, found);
	return answer;
}

enum dupcqe_probe_answer dupcqe_probe_look(const struct dupcqe_probe_place *given,
					   struct dupcqe_probe_found *ret_found)
{
	struct probe_place place;

	probe_place_init(given, &place);
	probe_look(&place, ret_found);
	probe_look_symbols(&place, ret_found);
	if (ret_found->outdated)
		ret_found->outdated = probe_is_outdated(&place, ret_found);
	return ret_found->answer;
}

static enum dupcqe_probe_answer add(const struct probe_place *place, struct dupcqe_probe_found *found)
{
	probe_look(place, found);
	if (found->answer == DUPCQE_PROBE_THERE)
		found->answer = renew(place, found);
	else if (found->answer == DUPCQE_PROBE_ADDED)
		found->answer = probe_make(place, found);
	/* somebody may have taken the filters away, as trace-cmd does */
	if (found->answer == DUPCQE_PROBE_THERE)
		probe_set_filters(place->tracefs);
	return found->answer;
}

/* A folder that cannot be opened has no lock; to look at it says why. */
static bool has_lock(int lock)
{
	return lock >= 0 || lock == -ENOENT || lock == -ENOTDIR || lock == -EACCES || lock == -EPERM;
}

static enum dupcqe_probe_answer add_locked(const struct dupcqe_probe_place *given, struct dupcqe_probe_found *found)
{
	struct probe_place place;
	int lock;

	probe_place_init(given, &place);
	lock = probe_lock(place.tracefs);
	if (has_lock(lock)) {
		add(&place, found);
	} else {
		memset(found, 0, sizeof(*found));
		found->answer = DUPCQE_PROBE_FAILED;
		found->err = lock;
	}
	probe_unlock(lock);
	return found->answer;
}

enum dupcqe_probe_answer dupcqe_probe_add(const struct dupcqe_probe_place *given,
					  struct dupcqe_probe_found *ret_found)
{
	struct dupcqe_probe_found *own = ret_found ? ret_found : malloc(sizeof(*own));
	enum dupcqe_probe_answer answer;

	if (!own)
		return DUPCQE_PROBE_FAILED;
	answer = add_locked(given, own);
	if (!ret_found)
		free(own);
	return answer;
}

static enum dupcqe_probe_answer removed(int err)
{
	if (err == -EBUSY)
		return DUPCQE_PROBE_BUSY;
	if (err == -EACCES || err == -EPERM)
		return DUPCQE_PROBE_NOT_ROOT;
	return err ? DUPCQE_PROBE_FAILED : DUPCQE_PROBE_REMOVED;
}

static enum dupcqe_probe_answer take_away(const struct probe_place *place)
{
	enum dupcqe_probe_answer answer;
	int err;

	answer = probe_look_owners(place, &err);
	if (answer == DUPCQE_PROBE_ADDED)
		return DUPCQE_PROBE_ABSENT;
	/* beside the driver's own event our second one may have been left */
	if (answer != DUPCQE_PROBE_THERE &&
	    (answer != DUPCQE_PROBE_PATCHED || probe_owner(place->tracefs, DUPCQE_PROBE_WHY) != PROBE_OURS))
		return answer;
	return removed(probe_remove_ours(place));
}

enum dupcqe_probe_answer dupcqe_probe_remove(const struct dupcqe_probe_place *given)
{
	enum dupcqe_probe_answer answer = DUPCQE_PROBE_FAILED;
	struct probe_place place;
	int lock;

	probe_place_init(given, &place);
	lock = probe_lock(place.tracefs);
	if (has_lock(lock))
		answer = take_away(&place);
	probe_unlock(lock);
	return answer;
}
