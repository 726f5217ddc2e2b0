// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The arguments of the events that call functions of the kernel, for a program that read the
 * formats before it loaded the plugin: their trees are lost then, and with them what the kernel has
 * names for.
 */
#include <errno.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include "program.h"

/* A field's name; or one of the functions, by a sign that no name has. */
#define DISK	   "%disk"
#define CONTROLLER "%controller"
#define NAME	   "%name"
#define WORDS	   "%words"

static const struct {
	const char *event;
	const char *argument[10];
} known[] = {
	{"nvme_setup_cmd",
	 {"ctrl_id", DISK, "qid", "cid", "nsid", "flags", "metadata", NAME, WORDS}},
	{"nvme_complete_rq",
	 {"ctrl_id", DISK, "qid", "cid", "result", "retries", "flags", "status"}},
	{"nvme_sq", {"ctrl_id", DISK, "qid", "sq_head", "sq_tail"}},
	{"nvmet_req_init",
	 {CONTROLLER, DISK, "qid", "cid", "nsid", "flags", "metadata", NAME, WORDS}},
	{"nvmet_req_complete", {CONTROLLER, DISK, "qid", "cid", "result", "status"}},
};

struct build {
	struct program *program;
	struct tep_event *event;
};

static int add_number(const struct build *build, const char *name)
{
	const struct tep_format_field *field = tep_find_any_field(build->event, name);

	return field ? program_new_number(build->program, field) : -EINVAL;
}

static int add_disk(const struct build *build)
{
	const struct tep_format_field *field = tep_find_any_field(build->event, "disk");

	if (!field || !program_is_bytes(field))
		return -EINVAL;
	return program_new_place(build->program, field, (struct node){.kind = NODE_DISK});
}

static int add_controller(const struct build *build)
{
	int left = add_number(build, "ctrl_id");

	if (left < 0)
		return left;
	return program_new_node(build->program,
				(struct node){.kind = NODE_CONTROLLER, .left = left});
}

static int add_name_of(const struct build *build, enum dupcqe_command_set set)
{
	int opcode, left = add_number(build, set == DUPCQE_SET_FABRICS ? "fctype" : "opcode");
	struct symbols *symbols = program_new_symbols(build->program);

	if (!symbols)
		return -ENOMEM;
	if (left < 0)
		return left;
	for (opcode = 0; opcode < 256; opcode++)
		symbols_add(symbols, opcode, dupcqe_command_kernel_name(set, opcode));
	return program_new_node(
		build->program,
		(struct node){.kind = NODE_SYMBOL, .left = left, .symbols = symbols});
}

static int add_words_of(const struct build *build, enum dupcqe_command_set set)
{
	bool fabrics = set == DUPCQE_SET_FABRICS;
	int left = add_number(build, fabrics ? "fctype" : "opcode");

	return left < 0 ? left
			: program_new_words(build->program, build->event, "cdw10", left, fabrics);
}

static int add_choice(const struct build *build, int condition, int left, int right)
{
	if (condition < 0 || left < 0 || right < 0)
		return -EINVAL;
	return program_new_node(build->program, (struct node){.kind = NODE_CHOICE,
							      .condition = condition,
							      .left = left,
							      .right = right});
}

static int add_is_fabrics(const struct build *build)
{
	int left = add_number(build, "opcode");
	int right =
		program_new_node(build->program, (struct node){.kind = NODE_CONSTANT,
							       .value = DUPCQE_FABRICS_COMMAND});

	if (left < 0 || right < 0)
		return -EINVAL;
	return program_new_node(
		build->program,
		(struct node){.kind = NODE_OPERATOR, .op = OP_EQUAL, .left = left, .right = right});
}

/* By the set that the command is of, as the kernel's macros choose it. */
static int add_by_set(const struct build *build,
		      int (*add)(const struct build *build, enum dupcqe_command_set set))
{
	int nvm = add(build, DUPCQE_SET_NVM), admin = add(build, DUPCQE_SET_ADMIN);
	int other = add_choice(build, add_number(build, "qid"), nvm, admin);

	return add_choice(build, add_is_fabrics(build), add(build, DUPCQE_SET_FABRICS), other);
}

static int add_argument(const struct build *build, const char *argument)
{
	if (!strcmp(argument, DISK))
		return add_disk(build);
	if (!strcmp(argument, CONTROLLER))
		return add_controller(build);
	if (!strcmp(argument, NAME))
		return add_by_set(build, add_name_of);
	if (!strcmp(argument, WORDS))
		return add_by_set(build, add_words_of);
	return add_number(build, argument);
}

int program_build_known(struct program *program, struct tep_event *event)
{
	const struct build build = {program, event};
	unsigned int event_at = 0, count = sizeof(known) / sizeof(known[0]), at = 0;
	const char *const *argument;
	int err = 0;

	while (event_at < count && strcmp(event->name, known[event_at].event))
		event_at++;
	if (event_at == count)
		return -EINVAL;
	program->wording = DUPCQE_WORDING_LATEST;
	program->names = true;
	for (argument = known[event_at].argument; *argument && !err; argument++)
		err = program_set_argument(program, add_argument(&build, *argument), &at);
	if (!err && !program_all_set(program, at))
		err = -EINVAL;
	return err;
}
