/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which memory an ELF dump really has. libkdumpfile reads zeroes where a file is cut short, and between the pieces of
 * memory.
 */
#ifndef NVME_DUPCQE_DUMP_ELF_H
#define NVME_DUPCQE_DUMP_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_piece {
	uint64_t address;	/* physical */
	uint64_t offset, bytes;	/* in the file */
};

struct elf_pieces {
	uint32_t count;
	struct elf_piece *piece;
	uint64_t file_bytes;	/* that there are */
	uint64_t missing;	/* that the headers speak of beyond those */
};

/* Returns 0 with *ret_pieces for free(ret_pieces->piece); -ENOEXEC if it is no ELF file, -EBADMSG, -ENOMEM. */
int elf_pieces_read(int fd, uint64_t file_bytes, struct elf_pieces *ret_pieces);

/* Are all of these bytes in the file? */
bool elf_pieces_have(const struct elf_pieces *pieces, uint64_t address, uint64_t count);

#endif
