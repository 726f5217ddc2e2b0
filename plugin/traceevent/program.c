// SPDX-License-Identifier: LGPL-2.1-or-later
#include <errno.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>
#include "program.h"

/* Of an event that libtraceevent failed to parse, the tree is there in part or not at all. */
static int build_arguments(struct program *program, struct tep_event *event)
{
	int err = program_build_tree(program, event);

	if (!err || !(event->flags & TEP_EVENT_FL_FAILED))
		return err;
	program->nodes = 0;
	program->need = 0;
	return program_build_known(program, event);
}

int program_compile(struct program *program, struct tep_event *event, enum dupcqe_driver driver)
{
	struct tep_handle *tep = event->tep;
	int err;

	*program = (struct program){
		.driver = driver,
		.wording = DUPCQE_WORDING_6_1,
		.swap = tep_is_file_bigendian(tep) != tep_is_local_bigendian(tep),
		.long_bits = tep_get_long_size(tep) == 4 ? 32 : 64,
	};
	if (!event->print_fmt.format)
		return -EINVAL;
	err = program_parse_format(program, event->print_fmt.format);
	return err ? err : build_arguments(program, event);
}

void program_free(struct program *program)
{
	struct symbols *next;

	for (; program->symbols; program->symbols = next) {
		next = program->symbols->next;
		free(program->symbols);
	}
}
