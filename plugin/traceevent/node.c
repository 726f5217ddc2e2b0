// SPDX-License-Identifier: LGPL-2.1-or-later
/* Making nodes: what all ways to build a program's arguments share. */
#include <errno.h>
#include <stdlib.h>
#include <traceevent/event-parse.h>
#include "program.h"

static bool gives_text(const struct program *program, const struct node *node)
{
	if (node->kind == NODE_CHOICE)
		return program->node[node->left].text;
	return node->kind >= NODE_STRING;
}

/* No text where a number is needed. */
static bool fits(const struct program *program, const struct node *node)
{
	const struct node *left = &program->node[node->left], *right = &program->node[node->right];

	switch (node->kind) {
	case NODE_CHOICE:
		return !program->node[node->condition].text && left->text == right->text;
	case NODE_OPERATOR:
	case NODE_WORDS:
		return !left->text && !right->text;
	case NODE_CONTROLLER:
	case NODE_SYMBOL:
		return !left->text;
	default:
		return true;
	}
}

int program_new_node(struct program *program, struct node node)
{
	if (program->nodes == PROGRAM_NODES || !fits(program, &node))
		return -EINVAL;
	node.text = gives_text(program, &node);
	program->node[program->nodes] = node;
	return program->nodes++;
}

int program_new_place(struct program *program, const struct tep_format_field *field,
		      struct node node)
{
	if (field->offset < 0 || field->size < 1 || field->size > UINT16_MAX ||
	    field->offset > UINT16_MAX - field->size)
		return -EINVAL;
	node.offset = field->offset;
	node.size = field->size;
	if (program->need < node.offset + node.size)
		program->need = node.offset + node.size;
	return program_new_node(program, node);
}

static bool is_number(const struct tep_format_field *field)
{
	if (field->flags & (TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_STRING | TEP_FIELD_IS_DYNAMIC))
		return false;
	return field->size == 1 || field->size == 2 || field->size == 4 || field->size == 8;
}

int program_new_number(struct program *program, const struct tep_format_field *field)
{
	struct node node = {.kind = NODE_FIELD, .is_signed = field->flags & TEP_FIELD_IS_SIGNED};

	return is_number(field) ? program_new_place(program, field, node) : -EINVAL;
}

bool program_is_bytes(const struct tep_format_field *field)
{
	return (field->flags & TEP_FIELD_IS_ARRAY) && !(field->flags & TEP_FIELD_IS_DYNAMIC) &&
	       field->elementsize == 1;
}

int program_new_words(struct program *program, struct tep_event *event, const char *words,
		      int opcode, bool fabrics)
{
	const struct tep_format_field *field = tep_find_any_field(event, words);
	const struct tep_format_field *qid = tep_find_any_field(event, "qid");
	struct node node = {.kind = NODE_WORDS, .left = opcode, .fabrics = fabrics};
	int right = qid ? program_new_number(program, qid) : -EINVAL;

	if (right < 0)
		return right;
	if (!field || !program_is_bytes(field) || field->size < DUPCQE_CDW_BYTES)
		return -EINVAL;
	node.right = right;
	return program_new_place(program, field, node);
}

struct symbols *program_new_symbols(struct program *program)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));

	if (!symbols)
		return NULL;
	symbols->next = program->symbols;
	program->symbols = symbols;
	return symbols;
}

void symbols_add(struct symbols *symbols, uint64_t value, const char *name)
{
	if (value < 256 && !symbols->name[value])
		symbols->name[value] = name;
}

/* A piece that only ends in a per cent sign has no conversion. */
static unsigned int next_conversion(const struct program *program, unsigned int at)
{
	while (at < program->pieces && !program->piece[at].conversion.kind)
		at++;
	return at;
}

int program_set_argument(struct program *program, int node, unsigned int *at)
{
	struct piece *piece;

	if (node < 0)
		return node;
	*at = next_conversion(program, *at);
	if (*at == program->pieces)
		return -EINVAL;
	piece = &program->piece[(*at)++];
	piece->node = node;
	return (piece->conversion.kind == 's') == program->node[node].text ? 0 : -EINVAL;
}

bool program_all_set(const struct program *program, unsigned int at)
{
	return next_conversion(program, at) == program->pieces;
}
