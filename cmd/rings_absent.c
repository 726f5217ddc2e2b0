// SPDX-License-Identifier: GPL-2.0-or-later
/* Instead of rings*.c where the headers of libkdumpfile were missing, see mk/cmd.mk. */
#include "command.h"

int rings_command(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return complain(EXIT_UNKNOWN, "cannot read dumps: this nvme-dupcqe was built without libkdumpfile");
}
