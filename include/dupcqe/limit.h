/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels that do not print a message for each hit, so that a probe (dupcqe/probe.h) does not see each. */
#ifndef DUPCQE_LIMIT_H
#define DUPCQE_LIMIT_H

enum dupcqe_rate_limit {
	DUPCQE_NOT_LIMITED,
	DUPCQE_LIMITED,
	DUPCQE_LIMIT_UNKNOWN, /* nobody has looked, or a distribution may have taken it over */
};

/*
 * Whether the driver of this kernel prints ten messages of a kind in five seconds: Linux 6.12.117 and later of that series,
 * 7.3 and later (dev_warn_ratelimited() in nvme_handle_cqe(), drivers/nvme/host/pci.c). The number of those that were
 * left out is printed before the first one after that; until then nobody knows it. release is as of uname -r. Known not to:
 * 6.1, and 6.12 before that.
 */
enum dupcqe_rate_limit dupcqe_rate_limit(const char *release);

#endif
