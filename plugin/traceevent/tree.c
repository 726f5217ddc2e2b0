// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libtraceevent's tree of a format's arguments, turned into nodes.
 *
 * Functions in that tree have no name that can be asked for; but only those that the plugin
 * registered (functions.c) can be in it, and their arguments tell them apart: a disk's name (p,
 * characters), a controller's number (p, number), words of a command (p, opcode or command type,
 * bytes).
 */
#include <errno.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include "program.h"

enum { DEPTH_MAX = 32 };

struct build {
	struct program *program;
	struct tep_event *event;
	int depth;
};

static int build_argument(struct build *build, const struct tep_print_arg *arg);

static const struct {
	const char *text;
	enum node_op op;
} operators[] = {
	{"==", OP_EQUAL},  {"!=", OP_NOT_EQUAL},  {"<", OP_LESS},
	{">", OP_GREATER}, {"<=", OP_LESS_EQUAL}, {">=", OP_GREATER_EQUAL},
	{"&&", OP_AND},	   {"||", OP_OR},	  {"&", OP_BIT_AND},
	{"|", OP_BIT_OR},  {"<<", OP_SHIFT_LEFT}, {">>", OP_SHIFT_RIGHT},
	{"+", OP_ADD},	   {"-", OP_SUBTRACT},
};

static struct tep_format_field *find_field(struct build *build, const struct tep_print_arg *arg)
{
	if (!arg || arg->type != TEP_PRINT_FIELD)
		return NULL;
	return tep_find_any_field(build->event, arg->field.name);
}

static int build_field(struct build *build, const struct tep_print_arg *arg)
{
	const struct tep_format_field *field = find_field(build, arg);

	if (!field)
		return -EINVAL;
	if (program_is_bytes(field))
		return program_new_place(build->program, field, (struct node){.kind = NODE_STRING});
	return program_new_number(build->program, field);
}

/* libtraceevent takes every enumerator for 0. */
static void note_name(struct program *program, const char *value)
{
	if (value[0] < '0' || value[0] > '9')
		program->names = true;
}

static int build_constant(struct build *build, const struct tep_print_arg *arg)
{
	struct node node = {.kind = NODE_CONSTANT};

	if (!enumerator_value(arg->atom.atom, &node.value))
		return -EINVAL;
	note_name(build->program, arg->atom.atom);
	return program_new_node(build->program, node);
}

static int build_choice(struct build *build, const struct tep_print_arg *arg)
{
	const struct tep_print_arg *either = arg->op.right;
	int condition, left, right;

	if (!either || either->type != TEP_PRINT_OP || strcmp(either->op.op, ":"))
		return -EINVAL;
	condition = build_argument(build, arg->op.left);
	if (condition < 0)
		return condition;
	left = build_argument(build, either->op.left);
	if (left < 0)
		return left;
	right = build_argument(build, either->op.right);
	if (right < 0)
		return right;
	return program_new_node(build->program, (struct node){.kind = NODE_CHOICE,
							      .condition = condition,
							      .left = left,
							      .right = right});
}

static int build_operator(struct build *build, const struct tep_print_arg *arg)
{
	unsigned int i = 0, count = sizeof(operators) / sizeof(operators[0]);
	int left, right;

	if (!strcmp(arg->op.op, "?"))
		return build_choice(build, arg);
	while (i < count && strcmp(arg->op.op, operators[i].text))
		i++;
	if (i == count)
		return -EINVAL;
	left = build_argument(build, arg->op.left);
	if (left < 0)
		return left;
	right = build_argument(build, arg->op.right);
	if (right < 0)
		return right;
	return program_new_node(build->program, (struct node){.kind = NODE_OPERATOR,
							      .op = operators[i].op,
							      .left = left,
							      .right = right});
}

/*
 * The kernel's version is not in a format; the names in its lists tell it roughly. nvme_cmd_verify
 * is there since 6.3 (commit 8e19b87cfce2), the words that are assumed with it since 6.9;
 * nvme_cmd_io_mgmt_recv since 6.16, its words since 6.13. So for 6.3 to 6.8 and for 6.13 to 6.15
 * this is wrong, and the option `kernel` is there for them.
 */
static void note_wording(struct program *program, const char *name)
{
	if (!strcmp(name, "nvme_cmd_io_mgmt_recv"))
		program->wording = DUPCQE_WORDING_7_3;
	else if (!strcmp(name, "nvme_cmd_verify") && program->wording < DUPCQE_WORDING_6_12)
		program->wording = DUPCQE_WORDING_6_12;
}

/* Like the kernel, the first name of a number wins. A name of an unknown number cannot be used. */
static void add_symbol(struct program *program, struct symbols *symbols,
		       const struct tep_print_flag_sym *symbol)
{
	uint64_t value;

	note_wording(program, symbol->str);
	note_name(program, symbol->value);
	if (enumerator_value(symbol->value, &value))
		symbols_add(symbols, value, symbol->str);
}

static int build_symbol(struct build *build, const struct tep_print_arg *arg)
{
	const struct tep_print_flag_sym *symbol;
	struct symbols *symbols = program_new_symbols(build->program);
	int left = build_argument(build, arg->symbol.field);

	if (!symbols)
		return -ENOMEM;
	if (left < 0)
		return left;
	for (symbol = arg->symbol.symbols; symbol; symbol = symbol->next)
		if (symbol->value && symbol->str)
			add_symbol(build->program, symbols, symbol);
	return program_new_node(
		build->program,
		(struct node){.kind = NODE_SYMBOL, .left = left, .symbols = symbols});
}

static int build_words(struct build *build, const struct tep_print_arg *opcode, const char *words)
{
	bool fabrics = opcode->type == TEP_PRINT_FIELD && !strcmp(opcode->field.name, "fctype");
	int left = build_argument(build, opcode);

	return left < 0 ? left
			: program_new_words(build->program, build->event, words, left, fabrics);
}

static int build_controller(struct build *build, const struct tep_print_arg *arg)
{
	int left = build_argument(build, arg);

	return left < 0 ? left
			: program_new_node(build->program,
					   (struct node){.kind = NODE_CONTROLLER, .left = left});
}

static int build_function(struct build *build, const struct tep_print_arg *arg)
{
	const struct tep_print_arg *second = arg->func.args ? arg->func.args->next : NULL;
	const struct tep_print_arg *last = second && second->next ? second->next : second;
	const struct tep_format_field *field = find_field(build, last);

	if (!last || last->next)
		return -EINVAL;
	if (last != second)
		return field ? build_words(build, second, field->name) : -EINVAL;
	if (field && program_is_bytes(field))
		return program_new_place(build->program, field, (struct node){.kind = NODE_DISK});
	return build_controller(build, last);
}

static int build_by_type(struct build *build, const struct tep_print_arg *arg)
{
	switch (arg->type) {
	case TEP_PRINT_ATOM:
		return build_constant(build, arg);
	case TEP_PRINT_FIELD:
		return build_field(build, arg);
	case TEP_PRINT_OP:
		return build_operator(build, arg);
	case TEP_PRINT_SYMBOL:
		return build_symbol(build, arg);
	case TEP_PRINT_FUNC:
		return build_function(build, arg);
	default:
		return -EINVAL;
	}
}

static int build_argument(struct build *build, const struct tep_print_arg *arg)
{
	int node;

	if (!arg || build->depth == DEPTH_MAX)
		return -EINVAL;
	build->depth++;
	node = build_by_type(build, arg);
	build->depth--;
	return node;
}

int program_build_tree(struct program *program, struct tep_event *event)
{
	struct build build = {.program = program, .event = event};
	const struct tep_print_arg *arg = event->print_fmt.args;
	unsigned int at = 0;
	int err = 0;

	for (; arg && !err; arg = arg->next)
		err = program_set_argument(program, build_argument(&build, arg), &at);
	if (!err && !program_all_set(program, at))
		err = -EINVAL;
	return err;
}
