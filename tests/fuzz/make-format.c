// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include "make-format.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const all_names[] = {
	"result",
	"sq_dma",
	"cq_dma",
	"ctrl_id",
	"q_depth",
	"q_flags",
	"nsid",
	"present",
	"qid",
	"cid",
	"sq_head",
	"sq_id",
	"status",
	"tag",
	"sq_tail",
	"last_sq_tail",
	"cq_head",
	"cq_vector",
	"rq_cid",
	"cqw_slot",
	"sqe_slot",
	"cq_phase",
	"reason",
	"genctr",
	"expected_genctr",
	"rq_state",
	"opcode",
	"cqw",
	"sqe",
	"transport",
	"addr",
	"trsvcid",
	/* of the other events of nvme and nvmet */
	"disk",
	"flags",
	"fctype",
	"metadata",
	"cdw10",
	"retries",
	"cmd",
	"aer_type",
	/* of no event */
	"foo",
	"__probe_ip",
	"",
};

static const char *const types[] = {
	"u8",
	"u16",
	"u32",
	"u64",
	"s8",
	"s16",
	"s32",
	"s64",
	"int",
	"unsigned int",
	"char",
	"bool",
	"unsigned long",
	"long",
	"__le32",
	"struct nvme_command *",
	"const char *",
	"struct foo",
	"enum foo",
	"unsigned char",
	"unsigned short",
	"void *",
	"long long",
};

static const long long sizes[] = { 256, 1024, 4096, 65535, 65536, 0x7fffffff };
static const long long offsets[] = { 65535, 65536, 65544, 0x7fffffff, 0x80000000, 0xfffffff8 };

static const char *field_name(uint8_t index)
{
	const char *name = all_names[index % COUNT(all_names)];

	return *name ? name : "bar";
}

/* The last values of a byte or of two stand for the table's. */
static long long large(unsigned int value, unsigned int max, const long long *table, size_t count)
{
	return value + count > max ? table[max - value] : (long long)value;
}

static void put_declaration(struct dupcqe_text *text, const char *type, const char *name,
			    enum made_how how, uint8_t count)
{
	switch (how) {
	case HOW_ARRAY:
		dupcqe_text_printf(text, "%s %s[%u]", type, name, count);
		break;
	case HOW_SYMBOL:
		dupcqe_text_printf(text, "%s %s[MAX_OF_IT]", type, name);
		break;
	case HOW_DATA_LOC:
	case HOW_REL_LOC:
		dupcqe_text_printf(text, "__%s_loc %s[] %s", how == HOW_REL_LOC ? "rel" : "data",
				   type, name);
		break;
	default:
		dupcqe_text_printf(text, "%s %s", type, name);
	}
}

static void put_field(struct dupcqe_text *text, struct input *input, const char *name)
{
	const char *type = types[take_byte(input) % COUNT(types)];
	uint8_t how = take_byte(input), size = take_byte(input);
	uint16_t offset = take_half(input);

	dupcqe_text_puts(text, "\tfield:");
	put_declaration(text, type, name, (how & 7) % HOWS, take_byte(input));
	dupcqe_text_printf(text, ";\toffset:%lld;\tsize:%lld;\tsigned:%d;\n",
			   large(offset, UINT16_MAX, offsets, COUNT(offsets)),
			   large(size, UINT8_MAX, sizes, COUNT(sizes)), how >> 7);
}

void put_format(struct dupcqe_text *text, struct input *input, const char *event,
		struct made_names *ret_names)
{
	unsigned int i;

	ret_names->count = take_byte(input) % (MADE_FIELDS_MAX + 1);
	dupcqe_text_printf(text,
			   "name: %s\nID: 1359\nformat:\n"
			   "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
			   "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n",
			   event);
	for (i = 0; i < ret_names->count; i++) {
		ret_names->name[i] = field_name(take_byte(input));
		put_field(text, input, ret_names->name[i]);
	}
}

static void put_if_missing(struct dupcqe_text *text, struct made_names *names, const char *name)
{
	unsigned int i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->name[i], name))
			return;
	names->name[names->count++] = name;
	dupcqe_text_printf(text, "\tfield:u8 %s;\toffset:8;\tsize:1;\tsigned:0;\n", name);
}

void put_needed(struct dupcqe_text *text, struct made_names *names)
{
	put_if_missing(text, names, "opcode");
	put_if_missing(text, names, "fctype");
	put_if_missing(text, names, "result");
}
