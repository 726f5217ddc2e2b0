// SPDX-License-Identifier: GPL-2.0-or-later
#include <traceevent/event-parse.h>
#include "dupcqe/decode.h"
#include "make-format.h"
#include "targets.h"

enum { BIG_ENDIAN_MACHINE = 1 << 0, MACHINE_32_BIT = 1 << 1 };

int fuzz_format(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t machine = take_byte(&input);
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event = NULL;
	struct dupcqe_decoder decoder;
	struct made_names names;
	struct dupcqe_text text;
	char format[16384];

	dupcqe_text_init(&text, format, sizeof(format));
	put_format(&text, &input, "nvme_dup_cqe", &names);
	dupcqe_text_puts(&text, "\nprint fmt: \"%d\", REC->common_pid\n");
	tep_set_loglevel(TEP_LOG_NONE);
	tep_set_file_bigendian(tep,
			       machine & BIG_ENDIAN_MACHINE ? TEP_BIG_ENDIAN : TEP_LITTLE_ENDIAN);
	tep_set_long_size(tep, machine & MACHINE_32_BIT ? 4 : 8);
	tep_parse_format(tep, &event, format, text.len, "nvme");
	if (event && !dupcqe_decoder_init(event, &decoder))
		check_record(&decoder, input.at, input.left);
	tep_free(tep);
	return 0;
}
