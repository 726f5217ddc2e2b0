// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include "dupcqe/limit.h"

/* Patch level 0 of a long-term series is a distribution's own kernel: it says nothing of what was taken over into it. */
static enum dupcqe_rate_limit of_series(int major, int minor, int patch)
{
	if (major > 7 || (major == 7 && minor >= 3))
		return DUPCQE_LIMITED;
	if (major == 6 && minor == 12 && patch >= 117)
		return DUPCQE_LIMITED;
	if (major == 6 && (minor == 1 || minor == 12) && patch > 0)
		return DUPCQE_NOT_LIMITED;
	return DUPCQE_LIMIT_UNKNOWN;
}

enum dupcqe_rate_limit dupcqe_rate_limit(const char *release)
{
	int major = 0, minor = 0, patch = 0;

	if (sscanf(release, "%d.%d.%d", &major, &minor, &patch) < 2)
		return DUPCQE_LIMIT_UNKNOWN;
	return of_series(major, minor, patch);
}
