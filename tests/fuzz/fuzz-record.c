// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include "targets.h"
#include "../unit/event-format.h"

static void init_decoder(bool big_endian, struct dupcqe_decoder *ret_decoder)
{
	struct tep_handle *tep;
	struct tep_event *event = event_parse(event_real_format, big_endian, 8, &tep);

	if (dupcqe_decoder_init(event, ret_decoder))
		abort();
	tep_free(tep);
}

int fuzz_record(const uint8_t *data, size_t size)
{
	static struct dupcqe_decoder decoders[2];

	if (!decoders[0].found) {
		init_decoder(false, &decoders[0]);
		init_decoder(true, &decoders[1]);
	}
	check_record(&decoders[0], data, size);
	check_record(&decoders[1], data, size);
	return 0;
}
