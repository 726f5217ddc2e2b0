/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of rules share; private to lib/. */
#ifndef DUPCQE_RULE_PARTS_H
#define DUPCQE_RULE_PARTS_H

#include "dupcqe/rule.h"

#define DUPCQE_MATCHES_BY(match, criterion) ((match)->set & UINT32_C(1) << (criterion))

enum { DUPCQE_CONTROLLER_NAME = 16 }; /* "nvme" and any int32_t */

void dupcqe_rule_controller_name(int32_t ctrl_id, char name[DUPCQE_CONTROLLER_NAME]);

/* Whether all of its numbers are in the limits of dupcqe/rule.h. */
bool dupcqe_rule_valid(const struct dupcqe_rule *rule);

#endif
