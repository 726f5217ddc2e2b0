// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The kernel's functions that the formats of its nvme events call. libtraceevent has to know them
 * to parse the formats; that gives tree.c its tree. They are run only where the default rendering
 * is.
 */
#include <errno.h>
#include <stdint.h>
#include "plugin.h"
#include "program.h"

/* (p, characters) */
static unsigned long long disk_name(struct trace_seq *s, unsigned long long *args)
{
	const char *name = (const char *)(uintptr_t)args[1];
	char buffer[256];
	struct dupcqe_text text;

	if (!name || !*name)
		return 0;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_text_puts(&text, "disk=");
	put_escaped(&text, name, UINT32_MAX);
	dupcqe_text_puts(&text, ", ");
	trace_seq_puts(s, buffer);
	return 0;
}

/* (p, number) */
static unsigned long long controller_id(struct trace_seq *s, unsigned long long *args)
{
	char buffer[24] = "_";
	struct dupcqe_text text;

	if (args[1]) {
		dupcqe_text_init(&text, buffer, sizeof(buffer));
		dupcqe_text_dec(&text, args[1]);
	}
	trace_seq_puts(s, buffer);
	return 0;
}

/* (p, opcode, bytes): libtraceevent has no way to pass bytes. */
static unsigned long long command_words(struct trace_seq *s, unsigned long long *args)
{
	(void)args;
	trace_seq_putc(s, '?');
	return 0;
}

static const struct {
	char *name;
	tep_func_handler function;
	enum tep_func_arg_type second;
	enum tep_func_arg_type third;
} functions[] = {
	{"nvme_trace_disk_name", disk_name, TEP_FUNC_ARG_STRING, TEP_FUNC_ARG_VOID},
	{"nvme_trace_parse_admin_cmd", command_words, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_PTR},
	{"nvme_trace_parse_nvm_cmd", command_words, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_PTR},
	{"nvme_trace_parse_fabrics_cmd", command_words, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_PTR},
	{"nvmet_trace_disk_name", disk_name, TEP_FUNC_ARG_STRING, TEP_FUNC_ARG_VOID},
	{"nvmet_trace_ctrl_id", controller_id, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_VOID},
	{"nvmet_trace_parse_admin_cmd", command_words, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_PTR},
	{"nvmet_trace_parse_nvm_cmd", command_words, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_PTR},
	{"nvmet_trace_parse_fabrics_cmd", command_words, TEP_FUNC_ARG_INT, TEP_FUNC_ARG_PTR},
};

enum { FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

int functions_register(struct tep_handle *tep)
{
	int i, err = 0;

	for (i = 0; i < FUNCTIONS && !err; i++)
		err = tep_register_print_function(tep, functions[i].function, TEP_FUNC_ARG_STRING,
						  functions[i].name, TEP_FUNC_ARG_PTR,
						  functions[i].second, functions[i].third,
						  TEP_FUNC_ARG_VOID);
	if (err)
		functions_unregister(tep);
	return err ? -ENOMEM : 0;
}

void functions_unregister(struct tep_handle *tep)
{
	int i;

	for (i = 0; i < FUNCTIONS; i++)
		tep_unregister_print_function(tep, functions[i].function, functions[i].name);
}
