// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libnvme is the oracle for status codes and commands: what it names is named here and the other
 * way round, but for the lists below, each with its reason.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <libnvme.h>
#include "dupcqe/event.h"
#include "dupcqe/names.h"

enum { SPECIFIC = 1, VENDOR = 7 };

/* Known here and not to libnvme 1.3, which is of the base specification 2.0 without its later
 * revisions. */
static const struct {
	uint8_t sct, first, last;
	const char *why;
} newer[] = {
	{0, 0x25, 0x2a, "base specification 2.0: key per I/O, dispersed namespaces, FDP"},
	{0, 0x85, 0x89, "Key Value Command Set"},
	{1, 0x2e, 0x2e, "base specification 2.0: dispersed namespaces"},
	{1, 0x35, 0x3b, "base specification 2.1: exported subsystems, controller data queues"},
	{1, 0x84, 0x89, "NVM Command Set 1.1"},
	{1, 0x90, 0x91, "libnvme knows them of Fabrics commands only"},
};

/* Where the titles differ: those of libnvme are not the specification's. */
static const struct {
	uint16_t status;
	const char *ours;
} titles[] = {
	{0x129, "I/O Command Set Not Supported"},
	{0x12a, "I/O Command Set Not Enabled"},
	{0x12b, "I/O Command Set Combination Rejected"},
	{0x12c, "Invalid I/O Command Set"},
	{0x12f, "Invalid Discovery Information"},
	{0x130, "Zoning Data Structure Locked"},
	{0x131, "Zoning Data Structure Not Found"},
	{0x132, "Insufficient Discovery Resources"},
	{0x133, "Requested Function Disabled"},
	{0x134, "ZoneGroup Originator Invalid"},
	{0x180, "Connect Incompatible Format"},
	{0x181, "Connect Controller Busy"},
	{0x1b8, "Zone Boundary Error"},
};

static const uint8_t admin_commands[] = {
	nvme_admin_delete_sq,
	nvme_admin_create_sq,
	nvme_admin_get_log_page,
	nvme_admin_delete_cq,
	nvme_admin_create_cq,
	nvme_admin_identify,
	nvme_admin_abort_cmd,
	nvme_admin_set_features,
	nvme_admin_get_features,
	nvme_admin_async_event,
	nvme_admin_ns_mgmt,
	nvme_admin_fw_commit,
	nvme_admin_fw_download,
	nvme_admin_dev_self_test,
	nvme_admin_ns_attach,
	nvme_admin_keep_alive,
	nvme_admin_directive_send,
	nvme_admin_directive_recv,
	nvme_admin_virtual_mgmt,
	nvme_admin_nvme_mi_send,
	nvme_admin_nvme_mi_recv,
	nvme_admin_capacity_mgmt,
	nvme_admin_discovery_info_mgmt,
	nvme_admin_fabric_zoning_recv,
	nvme_admin_lockdown,
	nvme_admin_fabric_zoning_lookup,
	nvme_admin_fabric_zoning_send,
	nvme_admin_dbbuf,
	nvme_admin_fabrics,
	nvme_admin_format_nvm,
	nvme_admin_security_send,
	nvme_admin_security_recv,
	nvme_admin_sanitize_nvm,
	nvme_admin_get_lba_status,
};

static const uint8_t io_commands[] = {
	nvme_cmd_flush,		nvme_cmd_write,		nvme_cmd_read,
	nvme_cmd_write_uncor,	nvme_cmd_compare,	nvme_cmd_write_zeroes,
	nvme_cmd_dsm,		nvme_cmd_verify,	nvme_cmd_resv_register,
	nvme_cmd_resv_report,	nvme_cmd_resv_acquire,	nvme_cmd_io_mgmt_recv,
	nvme_cmd_resv_release,	nvme_cmd_copy,		nvme_cmd_io_mgmt_send,
	nvme_zns_cmd_mgmt_send, nvme_zns_cmd_mgmt_recv, nvme_zns_cmd_append,
};

static const uint8_t fabrics_commands[] = {
	nvme_fabrics_type_property_set, nvme_fabrics_type_connect,
	nvme_fabrics_type_property_get, nvme_fabrics_type_auth_send,
	nvme_fabrics_type_auth_receive, nvme_fabrics_type_disconnect,
};

static bool is_newer(uint8_t sct, unsigned int sc)
{
	size_t i;

	for (i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
		if (newer[i].sct == sct && sc >= newer[i].first && sc <= newer[i].last)
			return true;
	return false;
}

static const char *oracle(enum dupcqe_command_set set, uint8_t sct, unsigned int sc)
{
	const char *name = nvme_status_to_string(sct << 8 | sc, set == DUPCQE_SET_FABRICS);

	return !strcmp(name, "unrecognized") || !strcmp(name, "Unknown status") ? NULL : name;
}

static void compare(enum dupcqe_command_set set, uint8_t sct, unsigned int sc)
{
	const char *theirs = oracle(set, sct, sc), *ours = dupcqe_status_name(set, sct, sc);
	bool wanted = theirs || is_newer(sct, sc);

	if (sct == VENDOR) /* has no names; the type's name is shown with the number */
		wanted = false;
	if (sct == SPECIFIC && sc == 4) /* reserved in every revision of the specification */
		wanted = false;
	if (sct == SPECIFIC && set == DUPCQE_SET_FABRICS && sc >= 0x86 && sc <= 0x89)
		wanted = false; /* newer, but of the NVM commands */
	if (wanted != !!ours)
		fail_msg("set %d, type %u, code %#x: '%s', libnvme: '%s'", set, sct, sc, ours,
			 theirs);
}

static void statuses_as_in_libnvme(void **state)
{
	unsigned int sc;
	int set, sct, named = 0;

	(void)state;
	for (set = 0; set < DUPCQE_SETS; set++) {
		for (sct = 0; sct < 8; sct++) {
			for (sc = 0; sc < 256; sc++) {
				compare(set, sct, sc);
				named += !!oracle(set, sct, sc);
			}
		}
	}
	assert_in_range(named, 3 * (110 + 256), 3 * (200 + 256));
}

/* libnvme has "Title: sentence". */
static void titles_as_in_libnvme(void **state)
{
	size_t i, length, used = 0;
	int set, status;

	(void)state;
	for (set = 0; set < DUPCQE_SETS; set++) {
		for (status = 0; status < 0x700; status++) {
			const char *theirs = oracle(set, status >> 8, status & 0xff);
			const char *ours = dupcqe_status_name(set, status >> 8, status);

			if (!theirs || !ours || is_newer(status >> 8, status & 0xff))
				continue;
			length = strcspn(theirs, ":");
			if (strlen(ours) == length && !memcmp(ours, theirs, length))
				continue;
			for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
				if (titles[i].status == status && !strcmp(titles[i].ours, ours))
					break;
			if (i == sizeof(titles) / sizeof(titles[0]))
				fail_msg("%#x: '%s', libnvme: '%s'", status, ours, theirs);
			used++;
		}
	}
	assert_true(used >= sizeof(titles) / sizeof(titles[0]));
}

static void all_named(enum dupcqe_command_set set, const uint8_t *opcodes, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!dupcqe_opcode_name(set, opcodes[i]))
			fail_msg("set %d, opcode %#x has no name", set, opcodes[i]);
}

static void commands_of_libnvme_have_names(void **state)
{
	(void)state;
	all_named(DUPCQE_SET_ADMIN, admin_commands, sizeof(admin_commands));
	all_named(DUPCQE_SET_NVM, io_commands, sizeof(io_commands));
	all_named(DUPCQE_SET_FABRICS, fabrics_commands, sizeof(fabrics_commands));
}

static void commands_by_name(void **state)
{
	(void)state;
	assert_string_equal(dupcqe_opcode_name(DUPCQE_SET_NVM, 1), "Write");
	assert_string_equal(dupcqe_opcode_name(DUPCQE_SET_NVM, 0x7d), "Zone Append");
	assert_string_equal(dupcqe_opcode_name(DUPCQE_SET_ADMIN, 1), "Create I/O Submission Queue");
	assert_string_equal(dupcqe_opcode_name(DUPCQE_SET_ADMIN, 0x86), "Get LBA Status");
	assert_string_equal(dupcqe_opcode_name(DUPCQE_SET_FABRICS, 0), "Property Set");
}

/* The same code in two sets. */
static void statuses_depend_on_the_set(void **state)
{
	(void)state;
	assert_string_equal(dupcqe_status_name(DUPCQE_SET_NVM, 1, 0x81),
			    "Invalid Protection Information");
	assert_string_equal(dupcqe_status_name(DUPCQE_SET_FABRICS, 1, 0x81),
			    "Connect Controller Busy");
	assert_string_equal(dupcqe_status_name(DUPCQE_SET_NVM, 1, 0xb9), "Zone Is Full");
	assert_null(dupcqe_status_name(DUPCQE_SET_FABRICS, 1, 0xb9));
}

/* A number without a name is NULL, for every value that a caller can have in hand. */
static void unknown_is_null(void **state)
{
	unsigned int value;
	int set;

	(void)state;
	for (value = 0; value < 256; value++) {
		assert_int_equal(!!dupcqe_reason_name(value), value >= 1 && value <= 3);
		assert_int_equal(!!dupcqe_rq_state_name(value), value <= 2);
		assert_int_equal(!!dupcqe_q_flag_name(value), value <= 3);
		assert_int_equal(!!dupcqe_status_type_name(value), value <= 3 || value == 7);
		for (set = -1; set <= DUPCQE_SETS; set++) {
			(void)dupcqe_opcode_name(set, value);
			assert_null(dupcqe_status_name(set, 8, value));
		}
		assert_null(dupcqe_opcode_name(DUPCQE_SETS, value));
		assert_null(dupcqe_opcode_name(-1, value));
		assert_null(dupcqe_status_name(DUPCQE_SETS, 0, value));
	}
	assert_null(dupcqe_opcode_name(DUPCQE_SET_ADMIN, 0xc0));
	assert_null(dupcqe_opcode_name(DUPCQE_SET_NVM, 0x80));
	assert_null(dupcqe_opcode_name(DUPCQE_SET_FABRICS, 2));
}

static void kernel_words(void **state)
{
	(void)state;
	assert_string_equal(dupcqe_reason_name(DUPCQE_UNKNOWN_TAG), "unknown tag");
	assert_string_equal(dupcqe_reason_name(DUPCQE_STALE_GENERATION), "stale generation");
	assert_string_equal(dupcqe_reason_name(DUPCQE_NOT_IN_FLIGHT), "not in flight");
	assert_string_equal(dupcqe_rq_state_name(DUPCQE_RQ_IN_FLIGHT), "in flight");
	assert_string_equal(dupcqe_q_flag_name(__builtin_ctz(DUPCQE_Q_SQ_CMB)), "sq in cmb");
	assert_string_equal(dupcqe_q_flag_name(__builtin_ctz(DUPCQE_Q_POLLED)), "polled");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses_as_in_libnvme),
		cmocka_unit_test(titles_as_in_libnvme),
		cmocka_unit_test(commands_of_libnvme_have_names),
		cmocka_unit_test(commands_by_name),
		cmocka_unit_test(statuses_depend_on_the_set),
		cmocka_unit_test(unknown_is_null),
		cmocka_unit_test(kernel_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
