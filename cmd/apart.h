/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that a library may die of, in a process of its own. */
#ifndef NVME_DUPCQE_APART_H
#define NVME_DUPCQE_APART_H

/* Returns what run(argument) returned in the child, or an exit status, which has been said: file is damaged. */
int apart(int (*run)(void *argument), void *argument, const char *file);

#endif
