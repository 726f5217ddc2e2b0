// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The submission entry, decoded: NVMe base specification 2.0, 3.3.3.1 (Figures "Command Dword 0",
 * "Common Command Format") and 4.1 (PRPs, SGL descriptors).
 */
#include <string.h>
#include "dupcqe/command.h"
#include "format_block.h"
#include "format_parts.h"

enum { CDW10 = 10, CDW_WORDS = 6, DPTR = 6, MPTR = 4 };

static uint64_t pair(const uint32_t *words, int index)
{
	return words[index] | (uint64_t)words[index + 1] << 32;
}

static const char *sgl_type(uint8_t type)
{
	static const char *const types[16] = {
		[0] = "data block",	  [1] = "bit bucket",	    [2] = "segment",
		[3] = "last segment",	  [4] = "keyed data block", [5] = "transport data block",
		[15] = "vendor specific",
	};

	return types[type >> 4];
}

/* Byte 15 is the type; the length of a keyed data block has 3 bytes, then comes the key. */
static void sgl(const struct dupcqe_block *block, const uint32_t *words)
{
	uint8_t type = words[DPTR + 3] >> 24;
	uint32_t length = words[DPTR + 2];

	if (type >> 4 == 4)
		length &= 0xffffff;
	dupcqe_text_puts(block->text, "sgl ");
	if (sgl_type(type))
		dupcqe_text_puts(block->text, sgl_type(type));
	else
		dupcqe_text_printf(block->text, "type 0x%02x", type);
	dupcqe_text_printf(block->text, " at 0x%llx, %u bytes",
			   (unsigned long long)pair(words, DPTR), length);
}

static void pointers(const struct dupcqe_block *block, const uint32_t *words)
{
	unsigned int psdt = words[0] >> 14 & 3;

	dupcqe_block_line(block, "");
	if (psdt)
		sgl(block, words);
	else
		dupcqe_text_printf(block->text, "prp1 0x%llx, prp2 0x%llx",
				   (unsigned long long)pair(words, DPTR),
				   (unsigned long long)pair(words, DPTR + 2));
	if (pair(words, MPTR))
		dupcqe_text_printf(block->text, ", metadata 0x%llx",
				   (unsigned long long)pair(words, MPTR));
	dupcqe_block_end(block);
}

static void command_words(const struct dupcqe_block *block, const uint32_t *words)
{
	int word;

	dupcqe_block_line(block, "");
	dupcqe_text_puts(block->text, "cdw10-15");
	for (word = CDW10; word < CDW10 + CDW_WORDS; word++)
		dupcqe_text_printf(block->text, " %08x", words[word]);
	dupcqe_block_end(block);
}

/* In the words of the kernel's own events; not where those are only the bytes once more. */
static void meaning(const struct dupcqe_block *block, const uint32_t *words)
{
	uint8_t bytes[DUPCQE_CDW_BYTES], opcode;
	enum dupcqe_command_set set = dupcqe_sqe_set(block->event, &opcode);
	struct dupcqe_text line;
	char buffer[256];
	unsigned int i;

	for (i = 0; i < DUPCQE_CDW_BYTES; i++)
		bytes[i] = words[CDW10 + i / 4] >> i % 4 * 8;
	dupcqe_text_init(&line, buffer, sizeof(buffer));
	dupcqe_command_words(&line, DUPCQE_HOST, DUPCQE_WORDING_LATEST, set, opcode, bytes);
	if (!strncmp(buffer, "cdw10=", 6) || !strncmp(buffer, "specific=", 9))
		return;
	dupcqe_block_line(block, "");
	dupcqe_text_puts(block->text, buffer);
	dupcqe_block_end(block);
}

static void identity(const struct dupcqe_block *block, const uint32_t *words)
{
	struct dupcqe_text *text = block->text;
	enum dupcqe_command_set set;
	uint8_t opcode;

	set = dupcqe_sqe_set(block->event, &opcode);
	dupcqe_block_line(block, "sqe");
	if (dupcqe_has(block->event, DUPCQE_SQE_SLOT))
		dupcqe_text_printf(text, "slot %u: ", block->event->sqe_slot);
	dupcqe_part_opcode(text, set, opcode);
	dupcqe_text_printf(text, ", cmdid %u", dupcqe_ring_cid(block->event, words[0] >> 16));
	if (set != DUPCQE_SET_FABRICS)
		dupcqe_text_printf(text, ", nsid %u", words[1]);
	dupcqe_text_printf(text, ", flags 0x%02x", words[0] >> 8 & 0xff);
	dupcqe_block_end(block);
}

void dupcqe_block_sqe(const struct dupcqe_block *block)
{
	if (!dupcqe_has(block->event, DUPCQE_SQE))
		return;
	identity(block, block->event->sqe);
	pointers(block, block->event->sqe);
	command_words(block, block->event->sqe);
	meaning(block, block->event->sqe);
}
