// SPDX-License-Identifier: GPL-2.0-or-later
/* A rule as parameters of nvme_dup_cqe_panic: exactly the same hits, or none. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include "panic_module.h"

static struct dupcqe_rule rule;

static int setup(void **state)
{
	(void)state;
	rule = (struct dupcqe_rule){ .count = 1 };
	return 0;
}

static void pattern(enum dupcqe_criterion criterion, const char *text)
{
	rule.match.set |= 1u << criterion;
	strcpy(rule.match.pattern[criterion], text);
}

static void range(enum dupcqe_criterion criterion, uint32_t first, uint32_t last)
{
	unsigned int number = criterion - DUPCQE_BY_QID;

	rule.match.set |= 1u << criterion;
	rule.match.range[number][rule.match.ranges[number]++] = (struct dupcqe_range){ first, last };
}

static void is(const char *expected)
{
	struct panic_module module;
	struct dupcqe_text text;
	char buffer[200];

	assert_null(panic_module_from_rule(&rule, &module));
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	panic_module_text(&text, &module);
	assert_string_equal(buffer, expected);
	setup(NULL);
}

static void is_not(const char *why)
{
	struct panic_module module, before;

	memset(&module, 0xa5, sizeof(module));
	before = module;
	assert_string_equal(panic_module_from_rule(&rule, &module), why);
	assert_memory_equal(&module, &before, sizeof(module));
	setup(NULL);
}

static void what_it_can_be_told(void **state)
{
	(void)state;
	is("reasons=1,2,3");
	range(DUPCQE_BY_REASON, 2, 2);
	is("reasons=2");
	range(DUPCQE_BY_REASON, 3, 255);
	range(DUPCQE_BY_REASON, 1, 1);
	is("reasons=1,3");
	pattern(DUPCQE_BY_CONTROLLER, "nvme0");
	range(DUPCQE_BY_QID, 0, 0);
	is("reasons=1,2,3 ctrl_id=0 qid=0");
	pattern(DUPCQE_BY_CONTROLLER, "nvme*");
	range(DUPCQE_BY_QID, 65535, 65535);
	is("reasons=1,2,3 qid=65535");
	pattern(DUPCQE_BY_CONTROLLER, "nvme12");
	pattern(DUPCQE_BY_ADDRESS, "0000:01:00.0");
	range(DUPCQE_BY_REASON, 1, 2);
	is("reasons=1,2 ctrl_id=12 addr=0000:01:00.0");
}

static void what_it_cannot(void **state)
{
	(void)state;
	range(DUPCQE_BY_REASON, 4, 255);
	is_not("nvme_dup_cqe_panic does not know its reasons");
	pattern(DUPCQE_BY_CONTROLLER, "nvme[01]");
	is_not("nvme_dup_cqe_panic takes one controller, not a pattern");
	pattern(DUPCQE_BY_CONTROLLER, "nvme07");
	is_not("nvme_dup_cqe_panic takes one controller, not a pattern");
	pattern(DUPCQE_BY_CONTROLLER, "nvme9999999999");
	is_not("nvme_dup_cqe_panic takes one controller, not a pattern");
	range(DUPCQE_BY_QID, 1, 2);
	is_not("nvme_dup_cqe_panic takes one queue, not several");
	range(DUPCQE_BY_QID, 1, 1);
	range(DUPCQE_BY_QID, 3, 3);
	is_not("nvme_dup_cqe_panic takes one queue, not several");
	pattern(DUPCQE_BY_ADDRESS, "0000:01:*");
	is_not("nvme_dup_cqe_panic takes one address, not a pattern");
	pattern(DUPCQE_BY_TRANSPORT, "pcie");
	is_not("nvme_dup_cqe_panic looks at reason, controller, address and qid alone");
	range(DUPCQE_BY_CID, 0, 65535);
	is_not("nvme_dup_cqe_panic looks at reason, controller, address and qid alone");
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(what_it_can_be_told), TEST(what_it_cannot) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("panic-module", tests, NULL, NULL);
}
