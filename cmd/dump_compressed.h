/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a dump compressed by makedumpfile is whole: libkdumpfile reads zeroes where it is cut short. */
#ifndef NVME_DUPCQE_DUMP_COMPRESSED_H
#define NVME_DUPCQE_DUMP_COMPRESSED_H

#include <stdint.h>

/* The bytes that are missing at the end; 0 also where that cannot be told, as for files of another kind. */
uint64_t compressed_missing(int fd, uint64_t file_bytes);

#endif
