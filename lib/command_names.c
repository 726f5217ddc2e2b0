// SPDX-License-Identifier: LGPL-2.1-or-later
/* The kernel's names of the opcodes: include/linux/nvme.h. */
#include "dupcqe/command.h"

static const char *const names[DUPCQE_SETS][256] = {
	[DUPCQE_SET_ADMIN] =
		{
			[0x00] = "nvme_admin_delete_sq",      [0x01] = "nvme_admin_create_sq",
			[0x02] = "nvme_admin_get_log_page",   [0x04] = "nvme_admin_delete_cq",
			[0x05] = "nvme_admin_create_cq",      [0x06] = "nvme_admin_identify",
			[0x08] = "nvme_admin_abort_cmd",      [0x09] = "nvme_admin_set_features",
			[0x0a] = "nvme_admin_get_features",   [0x0c] = "nvme_admin_async_event",
			[0x0d] = "nvme_admin_ns_mgmt",	      [0x10] = "nvme_admin_activate_fw",
			[0x11] = "nvme_admin_download_fw",    [0x14] = "nvme_admin_dev_self_test",
			[0x15] = "nvme_admin_ns_attach",      [0x18] = "nvme_admin_keep_alive",
			[0x19] = "nvme_admin_directive_send", [0x1a] = "nvme_admin_directive_recv",
			[0x1c] = "nvme_admin_virtual_mgmt",   [0x1d] = "nvme_admin_nvme_mi_send",
			[0x1e] = "nvme_admin_nvme_mi_recv",   [0x7c] = "nvme_admin_dbbuf",
			[0x80] = "nvme_admin_format_nvm",     [0x81] = "nvme_admin_security_send",
			[0x82] = "nvme_admin_security_recv",  [0x84] = "nvme_admin_sanitize_nvm",
			[0x86] = "nvme_admin_get_lba_status",
		},
	[DUPCQE_SET_NVM] =
		{
			[0x00] = "nvme_cmd_flush",
			[0x01] = "nvme_cmd_write",
			[0x02] = "nvme_cmd_read",
			[0x04] = "nvme_cmd_write_uncor",
			[0x05] = "nvme_cmd_compare",
			[0x08] = "nvme_cmd_write_zeroes",
			[0x09] = "nvme_cmd_dsm",
			[0x0c] = "nvme_cmd_verify",
			[0x0d] = "nvme_cmd_resv_register",
			[0x0e] = "nvme_cmd_resv_report",
			[0x11] = "nvme_cmd_resv_acquire",
			[0x12] = "nvme_cmd_io_mgmt_recv",
			[0x15] = "nvme_cmd_resv_release",
			[0x79] = "nvme_cmd_zone_mgmt_send",
			[0x7a] = "nvme_cmd_zone_mgmt_recv",
			[0x7d] = "nvme_cmd_zone_append",
		},
	[DUPCQE_SET_FABRICS] =
		{
			[0x00] = "nvme_fabrics_type_property_set",
			[0x01] = "nvme_fabrics_type_connect",
			[0x04] = "nvme_fabrics_type_property_get",
			[0x05] = "nvme_fabrics_type_auth_send",
			[0x06] = "nvme_fabrics_type_auth_receive",
		},
};

const char *dupcqe_command_kernel_name(enum dupcqe_command_set set, uint8_t opcode)
{
	return (unsigned int)set < DUPCQE_SETS ? names[set][opcode] : NULL;
}
