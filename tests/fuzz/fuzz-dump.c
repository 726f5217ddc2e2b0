// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read of a dump without libkdumpfile: which memory is in the file; and of its log, what an IOMMU does. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../cmd/dump_compressed.h"
#include "../../cmd/dump_elf.h"
#include "../../cmd/rings.h"
#include "targets.h"

enum { PROBE = 4096 };

/* What is said to be there has to be in the file. */
static void check_piece(const struct elf_pieces *pieces, const struct elf_piece *piece)
{
	const uint64_t at[] = { 0, piece->address, piece->address + piece->bytes, piece->address - 1, UINT64_MAX };
	size_t i;

	for (i = 0; i < sizeof(at) / sizeof(*at); i++)
		elf_pieces_have(pieces, at[i], PROBE);
	if (piece->bytes && elf_pieces_have(pieces, piece->address, piece->bytes) && pieces->count == 1 &&
	    (piece->offset > pieces->file_bytes || piece->bytes > pieces->file_bytes - piece->offset))
		abort();
}

static void check_elf(int fd, size_t size)
{
	struct elf_pieces pieces;
	uint32_t i;

	if (elf_pieces_read(fd, size, &pieces))
		return;
	for (i = 0; i < pieces.count && i < 64; i++)
		check_piece(&pieces, &pieces.piece[i]);
	free(pieces.piece);
}

static void check_iommu(const char *log, size_t size)
{
	size_t length;
	const char *line = iommu_line(log, size, "0000:00:04.0", &length);

	if (line && (line < log || length > size - (size_t)(line - log) || memchr(line, '\n', length)))
		abort();
}

int fuzz_dump(const uint8_t *data, size_t size)
{
	int fd = memfd_create("dump", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	check_elf(fd, size);
	compressed_missing(fd, size);
	check_iommu((const char *)data, size);
	close(fd);
	return 0;
}
