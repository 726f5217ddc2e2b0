/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NVME_DUPCQE_DOCTOR_PRINT_H
#define NVME_DUPCQE_DOCTOR_PRINT_H

#include "doctor.h"

/* A check that was made. */
struct report {
	const char *name;
	bool needed;
	struct finding finding;
};

/* On stdout; nothing in it can drive a terminal. */
void print_reports(const struct report *reports, size_t count);
void print_reports_json(const struct report *reports, size_t count);

#endif
