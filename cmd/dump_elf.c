// SPDX-License-Identifier: GPL-2.0-or-later
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "dump_elf.h"

enum { HEADER_MAX = sizeof(Elf64_Ehdr), PIECES_MAX = 1 << 20 };

/* Where the parts of the headers stand in the two classes of ELF. */
struct elf_class {
	unsigned char phoff, shoff, phentsize, phnum, sh_info, address_bytes;
	unsigned char p_offset, p_paddr, p_filesz, ph_bytes, sh_bytes;
};

#define CLASS(E, bytes)                                                                                                \
	{                                                                                                              \
		offsetof(E##_Ehdr, e_phoff), offsetof(E##_Ehdr, e_shoff), offsetof(E##_Ehdr, e_phentsize),             \
			offsetof(E##_Ehdr, e_phnum), offsetof(E##_Shdr, sh_info), bytes, offsetof(E##_Phdr, p_offset), \
			offsetof(E##_Phdr, p_paddr), offsetof(E##_Phdr, p_filesz), sizeof(E##_Phdr), sizeof(E##_Shdr)  \
	}

static const struct elf_class classes[] = { CLASS(Elf32, 4), CLASS(Elf64, 8) };

struct elf {
	int fd;
	bool big_endian;
	const struct elf_class *class;
	unsigned char header[HEADER_MAX];
};

static uint64_t number(const struct elf *elf, const unsigned char *at, unsigned int count)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		value = value << 8 | at[elf->big_endian ? i : count - 1 - i];
	return value;
}

static uint64_t address(const struct elf *elf, const unsigned char *at)
{
	return number(elf, at, elf->class->address_bytes);
}

static bool read_at(const struct elf *elf, uint64_t offset, unsigned char *ret_bytes, size_t count)
{
	return offset <= INT64_MAX && pread(elf->fd, ret_bytes, count, (off_t)offset) == (ssize_t)count;
}

static int read_header(struct elf *elf)
{
	unsigned char *ident = elf->header;

	if (!read_at(elf, 0, elf->header, sizeof(elf->header)) || memcmp(ident, ELFMAG, SELFMAG))
		return -ENOEXEC;
	if (ident[EI_CLASS] < ELFCLASS32 || ident[EI_CLASS] > ELFCLASS64)
		return -EBADMSG;
	elf->class = &classes[ident[EI_CLASS] - ELFCLASS32];
	elf->big_endian = ident[EI_DATA] == ELFDATA2MSB;
	return 0;
}

/* A number that does not fit its place stands in the first section's header. */
static int count_pieces(const struct elf *elf, uint64_t *ret_count)
{
	unsigned char section[sizeof(Elf64_Shdr)];
	uint64_t count = number(elf, elf->header + elf->class->phnum, 2);

	if (count == PN_XNUM) {
		if (!read_at(elf, address(elf, elf->header + elf->class->shoff), section, elf->class->sh_bytes))
			return -EBADMSG;
		count = number(elf, section + elf->class->sh_info, 4);
	}
	*ret_count = count;
	return count && count <= PIECES_MAX ? 0 : -EBADMSG;
}

static void add_piece(const struct elf *elf, const unsigned char *header, struct elf_pieces *pieces)
{
	struct elf_piece piece = { address(elf, header + elf->class->p_paddr),
				   address(elf, header + elf->class->p_offset),
				   address(elf, header + elf->class->p_filesz) };
	uint64_t end;

	if (__builtin_add_overflow(piece.offset, piece.bytes, &end))
		end = UINT64_MAX;
	if (end > pieces->file_bytes && end - pieces->file_bytes > pieces->missing)
		pieces->missing = end - pieces->file_bytes;
	if (number(elf, header, 4) == PT_LOAD && piece.bytes)
		pieces->piece[pieces->count++] = piece;
}

int elf_pieces_read(int fd, uint64_t file_bytes, struct elf_pieces *ret_pieces)
{
	struct elf elf = { .fd = fd };
	struct elf_pieces pieces = { .file_bytes = file_bytes };
	unsigned char header[sizeof(Elf64_Phdr)];
	uint64_t count, at, step, i;
	int err = read_header(&elf);

	if (!err)
		err = count_pieces(&elf, &count);
	if (err)
		return err;
	at = address(&elf, elf.header + elf.class->phoff);
	step = number(&elf, elf.header + elf.class->phentsize, 2);
	pieces.piece = calloc(count, sizeof(*pieces.piece));
	if (!pieces.piece)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (step < elf.class->ph_bytes || !read_at(&elf, at + i * step, header, elf.class->ph_bytes)) {
			free(pieces.piece);
			return -EBADMSG;
		}
		add_piece(&elf, header, &pieces);
	}
	*ret_pieces = pieces;
	return 0;
}

/* The bytes of the piece that are in the file, from address on. */
static uint64_t left_in(const struct elf_pieces *pieces, const struct elf_piece *piece, uint64_t address)
{
	uint64_t bytes = piece->bytes;

	if (piece->offset >= pieces->file_bytes)
		return 0;
	if (bytes > pieces->file_bytes - piece->offset)
		bytes = pieces->file_bytes - piece->offset;
	return address >= piece->address && address - piece->address < bytes ? bytes - (address - piece->address) : 0;
}

bool elf_pieces_have(const struct elf_pieces *pieces, uint64_t address, uint64_t count)
{
	uint64_t left, most;
	uint32_t i;

	while (count) {
		for (i = 0, most = 0; i < pieces->count; i++) {
			left = left_in(pieces, &pieces->piece[i], address);
			most = left > most ? left : most;
		}
		if (!most)
			return false;
		address += most < count ? most : count;
		count -= most < count ? most : count;
	}
	return true;
}
