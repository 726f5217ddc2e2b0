// SPDX-License-Identifier: LGPL-2.1-or-later
/* A program run on one record. Nothing is looked up here, and nothing can fail. */
#include <string.h>
#include "program.h"

struct run {
	const struct program *program;
	const uint8_t *record;
	struct dupcqe_text *text;
};

static uint64_t read_number(const uint8_t *at, unsigned int size, bool swap)
{
	uint64_t eight;
	uint32_t four;
	uint16_t two;

	switch (size) {
	case 1:
		return *at;
	case 2:
		memcpy(&two, at, sizeof(two));
		return swap ? __builtin_bswap16(two) : two;
	case 4:
		memcpy(&four, at, sizeof(four));
		return swap ? __builtin_bswap32(four) : four;
	default:
		memcpy(&eight, at, sizeof(eight));
		return swap ? __builtin_bswap64(eight) : eight;
	}
}

static uint64_t field_value(const struct run *run, const struct node *node)
{
	uint64_t value = read_number(run->record + node->offset, node->size, run->program->swap);
	int unused = 64 - 8 * node->size;

	return node->is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value;
}

static uint64_t operate(enum node_op op, uint64_t left, uint64_t right)
{
	switch (op) {
	case OP_EQUAL:
		return left == right;
	case OP_NOT_EQUAL:
		return left != right;
	case OP_LESS:
		return left < right;
	case OP_GREATER:
		return left > right;
	case OP_LESS_EQUAL:
		return left <= right;
	case OP_GREATER_EQUAL:
		return left >= right;
	case OP_AND:
		return left && right;
	case OP_OR:
		return left || right;
	case OP_BIT_AND:
		return left & right;
	case OP_BIT_OR:
		return left | right;
	case OP_SHIFT_LEFT:
		return right < 64 ? left << right : 0;
	case OP_SHIFT_RIGHT:
		return right < 64 ? left >> right : 0;
	case OP_ADD:
		return left + right;
	case OP_SUBTRACT:
		return left - right;
	default:
		return 0;
	}
}

static uint64_t number(const struct run *run, unsigned int index)
{
	const struct node *node = &run->program->node[index];

	switch (node->kind) {
	case NODE_CONSTANT:
		return node->value;
	case NODE_FIELD:
		return field_value(run, node);
	case NODE_OPERATOR:
		return operate(node->op, number(run, node->left), number(run, node->right));
	case NODE_CHOICE:
		return number(run, number(run, node->condition) ? node->left : node->right);
	default:
		return 0;
	}
}

static void put_disk(const struct run *run, const struct node *node)
{
	const char *name = (const char *)run->record + node->offset;

	if (!*name)
		return;
	dupcqe_text_write(run->text, "disk=", 5);
	put_escaped(run->text, name, node->size);
	dupcqe_text_write(run->text, ", ", 2);
}

/* A controller has no number before it is connected. */
static void put_controller(const struct run *run, const struct node *node)
{
	uint64_t value = number(run, node->left);

	if (value)
		dupcqe_text_dec(run->text, value);
	else
		dupcqe_text_putc(run->text, '_');
}

static void put_symbol(const struct run *run, const struct node *node)
{
	uint64_t value = number(run, node->left);
	const char *name = value < 256 ? node->symbols->name[value] : NULL;

	if (name) {
		dupcqe_text_puts(run->text, name);
		return;
	}
	if (run->program->long_bits == 32)
		value = (uint32_t)value;
	dupcqe_text_write(run->text, "0x", 2);
	dupcqe_text_hex(run->text, value, 1);
}

static void put_words(const struct run *run, const struct node *node)
{
	uint8_t opcode = number(run, node->left);
	enum dupcqe_command_set set = DUPCQE_SET_FABRICS;

	if (!node->fabrics)
		set = number(run, node->right) ? DUPCQE_SET_NVM : DUPCQE_SET_ADMIN;
	dupcqe_command_words(run->text, run->program->driver, run->program->wording, set, opcode,
			     run->record + node->offset);
}

static void put_text(const struct run *run, unsigned int index)
{
	const struct node *node = &run->program->node[index];

	switch (node->kind) {
	case NODE_CHOICE:
		put_text(run, number(run, node->condition) ? node->left : node->right);
		break;
	case NODE_STRING:
		put_escaped(run->text, (const char *)run->record + node->offset, node->size);
		break;
	case NODE_DISK:
		put_disk(run, node);
		break;
	case NODE_CONTROLLER:
		put_controller(run, node);
		break;
	case NODE_SYMBOL:
		put_symbol(run, node);
		break;
	case NODE_WORDS:
		put_words(run, node);
		break;
	}
}

void program_run(const struct program *program, const void *record, struct dupcqe_text *text)
{
	const struct run run = {program, record, text};
	const struct piece *piece = program->piece;
	int i;

	for (i = 0; i < program->pieces; i++, piece++) {
		dupcqe_text_write(text, piece->text, piece->length);
		if (piece->conversion.kind == 's')
			put_text(&run, piece->node);
		else if (piece->conversion.kind)
			put_number(text, &piece->conversion, number(&run, piece->node));
	}
}
