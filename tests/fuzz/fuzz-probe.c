// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include "dupcqe/note.h"
#include "targets.h"
#include "../unit/event-format.h"

static void init_hit(bool big_endian, struct dupcqe_decoder *ret_decoder)
{
	struct tep_handle *tep;
	struct tep_event *event = event_parse(event_probe_format, big_endian, 8, &tep);

	if (dupcqe_decoder_init(event, ret_decoder))
		abort();
	tep_free(tep);
}

static void init_why(const char *format, bool big_endian, struct dupcqe_note_decoder *ret_decoder)
{
	struct tep_handle *tep;
	struct tep_event *event = event_parse(format, big_endian, 8, &tep);

	if (dupcqe_note_decoder_init(event, ret_decoder))
		abort();
	tep_free(tep);
}

int fuzz_probe(const uint8_t *data, size_t size)
{
	static struct dupcqe_note_decoder why[2], entry[2];
	static struct dupcqe_decoder hit[2];
	int big;

	for (big = 0; big < 2; big++) {
		if (!hit[big].found) {
			init_hit(big, &hit[big]);
			init_why(event_why_format, big, &why[big]);
			init_why(event_why_entry_format, big, &entry[big]);
		}
		check_record(&hit[big], data, size);
		check_note(&why[big], &hit[big], data, size);
		check_note(&entry[big], &hit[big], data, size);
	}
	return 0;
}
