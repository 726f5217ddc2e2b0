// SPDX-License-Identifier: GPL-2.0-or-later
#include "gate.h"

bool gate_pass(struct gate *gate, uint64_t now_ns)
{
	bool quiet = now_ns >= gate->start_ns && now_ns - gate->start_ns >= gate->period_ns;

	if (!gate->period_ns || (quiet && !gate->held))
		*gate = (struct gate){ .start_ns = now_ns, .period_ns = GATE_PERIOD_NS };
	if (gate->passed < GATE_BURST) {
		gate->passed++;
		return true;
	}
	gate->held++;
	return false;
}

uint64_t gate_due(const struct gate *gate)
{
	return gate->held ? gate->start_ns + gate->period_ns : UINT64_MAX;
}

uint64_t gate_flush(struct gate *gate, uint64_t now_ns)
{
	uint64_t held = gate->held;

	gate->held = 0;
	gate->start_ns = now_ns;
	if (held && gate->period_ns < GATE_PERIOD_MAX_NS)
		gate->period_ns *= 2;
	return held;
}
