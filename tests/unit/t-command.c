// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "dupcqe/command.h"

#define W61	DUPCQE_WORDING_6_1
#define W612	DUPCQE_WORDING_6_12
#define W73	DUPCQE_WORDING_7_3
#define ADMIN	DUPCQE_SET_ADMIN
#define NVM	DUPCQE_SET_NVM
#define FABRICS DUPCQE_SET_FABRICS
#define HOST	DUPCQE_HOST
#define TARGET	DUPCQE_TARGET

/* Each byte is its own number, from 0x81 on: a field that is read at a wrong place shows. */
static const uint8_t counting[DUPCQE_CDW_BYTES] = {
	0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c,
	0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98,
};

static const char counting_bytes[] =
	"=81 82 83 84 85 86 87 88 89 8a 8b 8c 8d 8e 8f 90 91 92 93 94 95 96 97 98";

static const char read_write[] =
	"slba=9837979819026121345, len=35465, ctrl=0x8c8b, dsmgmt=2425327245, reftag=2492699281";

static const struct sample {
	enum dupcqe_driver driver;
	enum dupcqe_wording wording;
	enum dupcqe_command_set set;
	uint8_t opcode;
	const char *text; /* NULL: the bytes */
} samples[] = {
	{HOST, W61, ADMIN, 0x00, "sqid=33409"},
	{HOST, W61, ADMIN, 0x01, "sqid=33409, qsize=33923, sq_flags=0x8685, cqid=34951"},
	{HOST, W61, ADMIN, 0x02, NULL},
	{HOST, W61, ADMIN, 0x04, "cqid=33409"},
	{HOST, W61, ADMIN, 0x05, "cqid=33409, qsize=33923, cq_flags=0x8685, irq_vector=34951"},
	{HOST, W61, ADMIN, 0x06, "cns=129, ctrlid=33923"},
	{HOST, W61, ADMIN, 0x09, "fid=0x81, sv=0x0, cdw11=0x88878685"},
	{HOST, W61, ADMIN, 0x0a, "fid=0x81, sel=0x2, cdw11=0x88878685"},
	{HOST, W61, ADMIN, 0x80, "lbaf=1, mset=0, pi=4, pil=0, ses=1"},
	{HOST, W61, ADMIN, 0x86, "slba=0x8887868584838281, mndw=0x8c8b8a89, rl=0x8e8d, atype=144"},
	{HOST, W61, NVM, 0x01, read_write},
	{HOST, W61, NVM, 0x02, read_write},
	{HOST, W61, NVM, 0x08, read_write},
	{HOST, W61, NVM, 0x7d, read_write},
	{HOST, W61, NVM, 0x09, "nr=2223211137, attributes=2290583173"},
	{HOST, W61, NVM, 0x79, "slba=9837979819026121345, zsa=141, all=142"},
	{HOST, W612, NVM, 0x79, "slba=9837979819026121345, zsa=141:reserved, all=142"},
	{HOST, W61, NVM, 0x7a,
	 "slba=9837979819026121345, numd=2357955209, zra=141, zrasf=142, pr=143"},
	{HOST, W612, NVM, 0x7a,
	 "slba=9837979819026121345, numd=2357955209, zra=141, zrasf=142:reserved, pr=143"},
	{HOST, W61, NVM, 0x0d, NULL},
	{HOST, W612, NVM, 0x0d, "rrega=1, iekey=0, ptpl=2"},
	{HOST, W73, NVM, 0x0d, "rrega=1:unregister, iekey=0, ptpl=2"},
	{HOST, W61, NVM, 0x11, NULL},
	{HOST, W612, NVM, 0x11, "racqa=1, iekey=0, rtype=130"},
	{HOST, W73, NVM, 0x11, "racqa=1:preempt, iekey=0, rtype=130:reserved"},
	{HOST, W61, NVM, 0x15, NULL},
	{HOST, W612, NVM, 0x15, "rrela=1, iekey=0, rtype=130"},
	{HOST, W73, NVM, 0x15, "rrela=1:clear, iekey=0, rtype=130:reserved"},
	{HOST, W61, NVM, 0x0e, NULL},
	{HOST, W612, NVM, 0x0e, "numd=2223211137, eds=1"},
	{HOST, W73, NVM, 0x0c, NULL},
	{HOST, W73, NVM, 0xff, NULL},
	{HOST, W61, FABRICS, 0x00, "attrib=129, ofst=0x88878685, value=0x908f8e8d8c8b8a89"},
	{HOST, W61, FABRICS, 0x01,
	 "recfmt=33409, qid=33923, sqsize=34437, cattr=135, kato=2357955209"},
	{HOST, W61, FABRICS, 0x04, "attrib=129, ofst=0x88878685"},
	{HOST, W61, FABRICS, 0x05, "spsp0=82, spsp1=83, secp=84, tl=2290583173"},
	{HOST, W61, FABRICS, 0x06, "spsp0=82, spsp1=83, secp=84, al=2290583173"},
	{HOST, W73, FABRICS, 0x02, NULL},

	{TARGET, W73, ADMIN, 0x00, NULL},
	{TARGET, W73, ADMIN, 0x80, NULL},
	{TARGET, W61, ADMIN, 0x06, "cns=129, ctrlid=33923"},
	{TARGET, W61, NVM, 0x01, read_write},
	{TARGET, W61, NVM, 0x7d, NULL},
	{TARGET, W612, NVM, 0x7d, read_write},
	{TARGET, W61, NVM, 0x79, NULL},
	{TARGET, W612, NVM, 0x79, "slba=9837979819026121345, zsa=141:reserved, all=142"},
	{TARGET, W612, NVM, 0x0d, NULL},
	{TARGET, W73, NVM, 0x0d, "rrega=1:unregister, iekey=0, ptpl=2"},
	{TARGET, W61, FABRICS, 0x05, NULL},
	{TARGET, W612, FABRICS, 0x05, "spsp0=82, spsp1=83, secp=84, tl=2290583173"},
};

static const char *words(enum dupcqe_driver driver, enum dupcqe_wording wording,
			 enum dupcqe_command_set set, uint8_t opcode, const uint8_t *bytes)
{
	static char buffer[512];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_command_words(&text, driver, wording, set, opcode, bytes);
	assert_false(text.cut);
	return buffer;
}

static void texts_of_commands(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];
		char bytes[128] = "";

		strcat(strcat(bytes, sample->set == FABRICS ? "specific" : "cdw10"),
		       counting_bytes);
		assert_string_equal(words(sample->driver, sample->wording, sample->set,
					  sample->opcode, counting),
				    sample->text ? sample->text : bytes);
	}
}

static const char *with(enum dupcqe_command_set set, uint8_t opcode, unsigned int at, uint8_t value)
{
	uint8_t bytes[DUPCQE_CDW_BYTES] = {0};

	bytes[at] = value;
	return words(HOST, W73, set, opcode, bytes);
}

static void values_with_names(void **state)
{
	(void)state;
	assert_string_equal(with(NVM, 0x79, 12, 0x04), "slba=0, zsa=4:reset zone, all=0");
	assert_string_equal(with(NVM, 0x79, 12, 0x10),
			    "slba=0, zsa=16:set zone descriptor extension, all=0");
	/* a hole in the list, and the first number behind it */
	assert_string_equal(with(NVM, 0x79, 12, 0x06), "slba=0, zsa=6:reserved, all=0");
	assert_string_equal(with(NVM, 0x79, 12, 0x11), "slba=0, zsa=17:reserved, all=0");
	assert_string_equal(with(NVM, 0x7a, 13, 0x08),
			    "slba=0, numd=0, zra=0, zrasf=8:reserved, pr=0");
	assert_string_equal(with(NVM, 0x7a, 13, 0x09),
			    "slba=0, numd=0, zra=0, "
			    "zrasf=9:list the zones that have the zone attribute, pr=0");
	assert_string_equal(with(NVM, 0x11, 1, 6),
			    "racqa=0:acquire, iekey=0, rtype=6:exclusive access all registrants");
	assert_string_equal(with(NVM, 0x11, 1, 0), "racqa=0:acquire, iekey=0, rtype=0:reserved");
	assert_string_equal(with(NVM, 0x0d, 0, 0x0b), "rrega=3:reserved, iekey=1, ptpl=0");
}

static void bits_of_format(void **state)
{
	const uint8_t bytes[DUPCQE_CDW_BYTES] = {0xff, 0xff};

	(void)state;
	assert_string_equal(words(HOST, W61, ADMIN, 0x80, bytes),
			    "lbaf=15, mset=1, pi=7, pil=1, ses=7");
	assert_string_equal(words(HOST, W612, ADMIN, 0x80, bytes),
			    "lbaf=63, mset=1, pi=7, pil=1, ses=7");
	assert_string_equal(with(ADMIN, 0x09, 3, 0xff), "fid=0x0, sv=0x8, cdw11=0x0");
}

static void set_of_a_command(void **state)
{
	(void)state;
	assert_int_equal(dupcqe_command_set(0, 0x06), ADMIN);
	assert_int_equal(dupcqe_command_set(1, 0x06), NVM);
	assert_int_equal(dupcqe_command_set(-1, 0x06), NVM);
	assert_int_equal(dupcqe_command_set(0, 0x7f), FABRICS);
	assert_int_equal(dupcqe_command_set(3, 0x7f), FABRICS);
}

static void names_of_opcodes(void **state)
{
	(void)state;
	assert_string_equal(dupcqe_command_kernel_name(ADMIN, 0x06), "nvme_admin_identify");
	assert_string_equal(dupcqe_command_kernel_name(ADMIN, 0x7c), "nvme_admin_dbbuf");
	assert_string_equal(dupcqe_command_kernel_name(NVM, 0x12), "nvme_cmd_io_mgmt_recv");
	assert_string_equal(dupcqe_command_kernel_name(FABRICS, 0x04),
			    "nvme_fabrics_type_property_get");
	assert_null(dupcqe_command_kernel_name(ADMIN, 0xc0));
	assert_null(dupcqe_command_kernel_name(NVM, 0xff));
	assert_null(dupcqe_command_kernel_name(DUPCQE_SETS, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_commands), cmocka_unit_test(values_with_names),
		cmocka_unit_test(bits_of_format),    cmocka_unit_test(set_of_a_command),
		cmocka_unit_test(names_of_opcodes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
