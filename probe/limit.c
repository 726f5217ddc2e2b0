// SPDX-License-Identifier: LGPL-2.1-or-later
#include <stdio.h>
#include "dupcqe/limit.h"

bool dupcqe_is_rate_limited(const char *release)
{
	int major = 0, minor = 0, patch = 0;

	if (sscanf(release, "%d.%d.%d", &major, &minor, &patch) < 2)
		return false;
	if (major == 6 && minor == 12)
		return patch >= 117;
	return major > 7 || (major == 7 && minor >= 3);
}
