/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A kernel event's own TP_printk, compiled once from what its format file says and run for each
 * record: the text is then what that kernel prints, whichever kernel it is.
 *
 * The format's arguments are C expressions; libtraceevent has parsed them into a tree. Here each of
 * its nodes becomes one struct node, with fields resolved to places and enumerators to numbers (the
 * format file has only their names, which libtraceevent reads as 0).
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include "dupcqe/command.h"
#include "dupcqe/text.h"

struct tep_event;

enum node_kind {
	NODE_CONSTANT,
	NODE_FIELD,    /* a number in the record */
	NODE_OPERATOR, /* of left and right */
	NODE_CHOICE,   /* condition ? left : right */
	/* those below give text */
	NODE_STRING,	 /* a character array in the record */
	NODE_DISK,	 /* likewise, as nvme_trace_disk_name() shows it */
	NODE_CONTROLLER, /* left, as nvmet_trace_ctrl_id() shows it */
	NODE_SYMBOL,	 /* left, by its name */
	NODE_WORDS,	 /* words of a command whose opcode is left and queue id is right */
};

enum node_op {
	OP_EQUAL,
	OP_NOT_EQUAL,
	OP_LESS,
	OP_GREATER,
	OP_LESS_EQUAL,
	OP_GREATER_EQUAL,
	OP_AND,
	OP_OR,
	OP_BIT_AND,
	OP_BIT_OR,
	OP_SHIFT_LEFT,
	OP_SHIFT_RIGHT,
	OP_ADD,
	OP_SUBTRACT,
	OPERATORS,
};

/* Names of the numbers below 256; all that the kernel's lists have. */
struct symbols {
	struct symbols *next;
	const char *name[256];
};

struct node {
	uint8_t kind; /* enum node_kind */
	uint8_t op;   /* enum node_op */
	bool text;    /* gives text, not a number */
	bool is_signed;
	bool fabrics;	 /* NODE_WORDS: left is not an opcode but a command type */
	uint16_t offset; /* NODE_FIELD, NODE_STRING, NODE_DISK, NODE_WORDS: place in the record */
	uint16_t size;
	uint8_t condition, left, right; /* nodes */
	union {
		uint64_t value;
		const struct symbols *symbols;
	};
};

struct conversion {
	char kind;    /* one of "diuxXos" */
	uint8_t bits; /* of the argument: 8, 16, 32, 64 */
	bool left, plus, space, alternate, zero;
	uint8_t width;
	int8_t precision; /* -1: none */
};

/* Text up to a conversion, and its argument. The last piece has no conversion. */
struct piece {
	const char *text; /* inside the event's format */
	uint16_t length;
	struct conversion conversion;
	uint8_t node;
};

enum { PROGRAM_NODES = 64, PROGRAM_PIECES = 24 };

struct program {
	uint16_t need; /* bytes that a record must have */
	bool swap;     /* the record is of the other byte order */
	bool names;    /* it has names that libtraceevent cannot resolve */
	uint8_t long_bits;
	uint8_t driver;	 /* enum dupcqe_driver */
	uint8_t wording; /* enum dupcqe_wording */
	uint8_t nodes;
	uint8_t pieces;
	struct symbols *symbols; /* all that belong to it */
	struct node node[PROGRAM_NODES];
	struct piece piece[PROGRAM_PIECES];
};

/*
 * Returns 0, or -EINVAL if the event has anything that is not understood, or -ENOMEM. The program
 * refers to the event, and is to be freed in either case.
 */
int program_compile(struct program *program, struct tep_event *event, enum dupcqe_driver driver);
void program_free(struct program *program);

/* record has at least program->need bytes. Sets text->cut if the text is too long for it. */
void program_run(const struct program *program, const void *record, struct dupcqe_text *text);

/*
 * The parts of compiling: the first gives each conversion of the format a piece, the other two each
 * piece its node, from the event's tree or, for an event whose tree is lost, as the event of that
 * name has always been. All return 0 or -errno.
 */
int program_parse_format(struct program *program, const char *format);
int program_build_tree(struct program *program, struct tep_event *event);
int program_build_known(struct program *program, struct tep_event *event);

/* Returns the index of the new node, or -EINVAL if text stands where a number is needed or there
 * are too many. */
int program_new_node(struct program *program, struct node node);
/* The same, of a field that a record then has to have. */
struct tep_format_field;
int program_new_place(struct program *program, const struct tep_format_field *field,
		      struct node node);
int program_new_number(struct program *program, const struct tep_format_field *field);
/* These fields are arrays of characters or bytes. */
bool program_is_bytes(const struct tep_format_field *field);
int program_new_words(struct program *program, struct tep_event *event, const char *words,
		      int opcode, bool fabrics);
/* NULL if there is no memory. */
struct symbols *program_new_symbols(struct program *program);
/* Give a number its name, unless it has one. */
void symbols_add(struct symbols *symbols, uint64_t value, const char *name);
/*
 * Give the next conversion from piece *at on its argument; node can be an error, which is passed
 * on. Then program_all_set() tells that there is no further conversion.
 */
int program_set_argument(struct program *program, int node, unsigned int *at);
bool program_all_set(const struct program *program, unsigned int at);

/* The value of an enumerator, or of a number written as text. */
bool enumerator_value(const char *text, uint64_t *ret_value);

/* As the kernel's vsnprintf does it. */
void put_number(struct dupcqe_text *text, const struct conversion *conversion, uint64_t value);

/* Up to size bytes of string, or to its end; control characters as \x1b. */
void put_escaped(struct dupcqe_text *text, const char *string, unsigned int size);

#endif
