// SPDX-License-Identifier: GPL-2.0-or-later
#include "make-format.h"
#include "make-print.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ARGUMENTS_MAX = 12, DEPTH_MAX = 6 };

#define NAMES(nvm, admin, fabrics)                                                                 \
	"((REC->opcode) == nvme_fabrics_command ? __print_symbolic(REC->fctype, " fabrics ") : "   \
	"((REC->qid) ? __print_symbolic(REC->opcode, " nvm                                         \
	") : __print_symbolic(REC->opcode, " admin ")))"

#define HOST_NAMES                                                                                 \
	NAMES("{ nvme_cmd_flush, \"nvme_cmd_flush\" }, { nvme_cmd_write, \"nvme_cmd_write\" }, "   \
	      "{ nvme_cmd_zone_append, \"nvme_cmd_zone_append\" }",                                \
	      "{ nvme_admin_identify, \"nvme_admin_identify\" }, { 0x80, "                         \
	      "\"nvme_admin_format_nvm\" }",                                                       \
	      "{ nvme_fabrics_type_connect, \"nvme_fabrics_type_connect\" }")

#define WORDS(driver)                                                                              \
	"((REC->opcode) == nvme_fabrics_command ? " driver "_trace_parse_fabrics_cmd(p, "          \
	"REC->fctype, REC->cdw10) : ((REC->qid) ? " driver "_trace_parse_nvm_cmd(p, REC->opcode, " \
	"REC->cdw10) : " driver "_trace_parse_admin_cmd(p, REC->opcode, REC->cdw10)))"

/* In the shape that events/nvme and events/nvmet have, the lists of names cut short. */
static const char *const prints[] = {
	"\"nvme%d: %sqid=%d, cmdid=%u, nsid=%u, flags=0x%x, meta=0x%x, cmd=(%s %s)\", "
	"REC->ctrl_id, "
	"nvme_trace_disk_name(p, REC->disk), REC->qid, REC->cid, REC->nsid, REC->flags, "
	"REC->metadata, " HOST_NAMES ", " WORDS("nvme"),
	"\"nvme%d: %sqid=%d, cmdid=%u, res=%#llx, retries=%u, flags=0x%x, status=%#x\", "
	"REC->ctrl_id, nvme_trace_disk_name(p, REC->disk), REC->qid, REC->cid, REC->result, "
	"REC->retries, REC->flags, REC->status",
	"\"nvme%d: %sqid=%d, head=%u, tail=%u\", REC->ctrl_id, nvme_trace_disk_name(p, REC->disk), "
	"REC->qid, REC->sq_head, REC->sq_tail",
	"\"nvme%d: NVME_AEN=%#08x [%s]\", REC->ctrl_id, REC->result, __print_symbolic(REC->result "
	"& "
	"0x7, { NVME_AER_ERROR, \"NVME_AER_ERROR\" }, { 2, \"NVME_AER_NOTICE\" })",
	"\"nvmet%s: %sqid=%d, cmdid=%u, nsid=%u, flags=%#x, meta=%#llx, cmd=(%s, %s)\", "
	"nvmet_trace_ctrl_id(p, REC->ctrl_id), nvmet_trace_disk_name(p, REC->disk), REC->qid, "
	"REC->cid, REC->nsid, REC->flags, REC->metadata, " HOST_NAMES ", " WORDS("nvmet"),
	"\"nvmet%s: %sqid=%d, cmdid=%u, res=%#llx, status=%#x\", nvmet_trace_ctrl_id(p, "
	"REC->ctrl_id), nvmet_trace_disk_name(p, REC->disk), REC->qid, REC->cid, REC->result, "
	"REC->status",
};

static const char *const conversions[] = {
	"%d",	 "%u",	"%s",	"%x",	 "%#x",	 "%#llx", "%llu",   "%ld",     "%08x",
	"%-10s", "%5d", "%02u", "%#08x", "%hhu", "%hx",	  "%i",	    "%c",      "%o",
	"%p",	 "%+d", "% d",	"%.3d",	 "%.2s", "%-3lx", "%*d",    "%ph",     "%pU",
	"%lld",	 "%zu", "%Lx",	"%200d", "%",	 "%%",	  "%.200x", "%99999d",
};

static const char *const operators[] = {
	"+",  "-",  "*",  "/", "%", "&",  "|",	"^",  "<<",
	">>", "==", "!=", "<", ">", "<=", ">=", "&&", "||",
};

static const char *const atoms[] = {
	"0",
	"1",
	"7",
	"0xff",
	"24",
	"255",
	"256",
	"4294967295",
	"0x8000000000000000",
	"18446744073709551615",
	"nvme_cmd_write",
	"nvme_fabrics_command",
	"NVME_AER_SMART",
	"NOT_KNOWN",
	"64",
	"-1",
};

static const char *const functions[] = {
	"nvme_trace_parse_admin_cmd",  "nvme_trace_parse_nvm_cmd",  "nvme_trace_parse_fabrics_cmd",
	"nvmet_trace_parse_admin_cmd", "nvmet_trace_parse_nvm_cmd", "nvmet_trace_parse_fabrics_cmd",
};

struct make {
	struct dupcqe_text *text;
	struct input *input;
	const struct made_names *names;
};

static const char *one_of(const struct make *make, uint8_t index)
{
	unsigned int count = make->names->count;

	return count ? make->names->name[index % count] : "common_pid";
}

static void put_expression(struct make *make, int depth);

static void put_atom(struct make *make)
{
	uint8_t byte = take_byte(make->input);

	if (byte & 1)
		dupcqe_text_puts(make->text, atoms[(byte >> 1) % COUNT(atoms)]);
	else
		dupcqe_text_printf(make->text, "REC->%s", one_of(make, byte >> 1));
}

static void put_symbols(struct make *make, int depth)
{
	unsigned int count = take_byte(make->input) % 6;

	dupcqe_text_puts(make->text, "__print_symbolic(");
	put_expression(make, depth);
	while (count--) {
		dupcqe_text_puts(make->text, ", { ");
		dupcqe_text_puts(make->text, atoms[take_byte(make->input) % (COUNT(atoms) - 1)]);
		dupcqe_text_puts(make->text, ", \"name\" }");
	}
	dupcqe_text_putc(make->text, ')');
}

static void put_choice(struct make *make, int depth)
{
	dupcqe_text_putc(make->text, '(');
	put_expression(make, depth);
	dupcqe_text_puts(make->text, " ? ");
	put_expression(make, depth);
	dupcqe_text_puts(make->text, " : ");
	put_expression(make, depth);
	dupcqe_text_putc(make->text, ')');
}

static void put_operator(struct make *make, int depth)
{
	dupcqe_text_putc(make->text, '(');
	put_expression(make, depth);
	dupcqe_text_printf(make->text, " %s ",
			   operators[take_byte(make->input) % COUNT(operators)]);
	put_expression(make, depth);
	dupcqe_text_putc(make->text, ')');
}

static void put_words(struct make *make, int depth)
{
	dupcqe_text_printf(make->text, "%s(p, ",
			   functions[take_byte(make->input) % COUNT(functions)]);
	put_expression(make, depth);
	dupcqe_text_printf(make->text, ", REC->%s)", one_of(make, take_byte(make->input)));
}

/* An expression behind what begins a call or a cast and wants a parenthesis at its end. */
static void put_call(struct make *make, int depth, const char *before)
{
	dupcqe_text_puts(make->text, before);
	put_expression(make, depth);
	dupcqe_text_putc(make->text, ')');
}

static void put_expression(struct make *make, int depth)
{
	switch (depth < DEPTH_MAX ? take_byte(make->input) % 12 : 0) {
	case 1:
		return put_operator(make, depth + 1);
	case 2:
		return put_choice(make, depth + 1);
	case 3:
		return put_symbols(make, depth + 1);
	case 4:
		return put_words(make, depth + 1);
	case 5:
		return put_call(make, depth + 1, "nvmet_trace_ctrl_id(p, ");
	case 6:
		return dupcqe_text_printf(make->text, "nvme_trace_disk_name(p, REC->%s)",
					  one_of(make, take_byte(make->input)));
	case 7:
		return dupcqe_text_printf(make->text, "__get_str(%s)",
					  one_of(make, take_byte(make->input)));
	case 8:
		return put_call(make, depth + 1, "((int)");
	case 9:
		return put_call(make, depth + 1, "nvmet_trace_disk_name(p, ");
	default:
		return put_atom(make);
	}
}

static void put_made(struct make *make)
{
	unsigned int count = take_byte(make->input) % ARGUMENTS_MAX, conversion, i;

	dupcqe_text_puts(make->text, "\"of it: ");
	for (i = 0; i < count; i++) {
		conversion = take_byte(make->input);
		dupcqe_text_puts(make->text, conversions[conversion % COUNT(conversions)]);
		dupcqe_text_puts(make->text, conversion & 0x80 ? ", a=" : "");
	}
	dupcqe_text_putc(make->text, '"');
	for (count += take_byte(make->input) % 3; count; count--) {
		dupcqe_text_puts(make->text, ", ");
		put_expression(make, 0);
	}
}

void put_print(struct dupcqe_text *text, struct input *input, const struct made_names *names)
{
	struct make make = { text, input, names };
	unsigned int which = take_byte(input) % (2 * COUNT(prints));

	dupcqe_text_puts(text, "print fmt: ");
	if (which < COUNT(prints))
		dupcqe_text_puts(text, prints[which]);
	else
		put_made(&make);
	dupcqe_text_putc(text, '\n');
}
