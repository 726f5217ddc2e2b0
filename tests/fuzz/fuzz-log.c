// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's log in a dump, and hits in it. The first byte tells what the others are: 0 a text, else the memory from
 * BASE on, of which the library's part (cmd/dump.c) is played here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "../../cmd/printk.h"
#include "dupcqe/hitline.h"
#include "targets.h"

enum { BASE = 0x10000, MEMORY = 0x20000 };

struct dump {
	const uint8_t *bytes;
	size_t count;
};

/* As in 6.1, on x86-64. */
static const struct {
	const char *key;
	uint64_t number;
} about[] = {
	{ "SYMBOL(prb)", BASE },
	{ "SIZE(printk_ringbuffer)", 80 },
	{ "OFFSET(printk_ringbuffer.desc_ring)", 0 },
	{ "OFFSET(printk_ringbuffer.text_data_ring)", 48 },
	{ "OFFSET(prb_desc_ring.count_bits)", 0 },
	{ "OFFSET(prb_desc_ring.descs)", 8 },
	{ "OFFSET(prb_desc_ring.infos)", 16 },
	{ "OFFSET(prb_desc_ring.head_id)", 24 },
	{ "OFFSET(prb_desc_ring.tail_id)", 32 },
	{ "SIZE(prb_desc)", 24 },
	{ "OFFSET(prb_desc.state_var)", 0 },
	{ "OFFSET(prb_desc.text_blk_lpos)", 8 },
	{ "OFFSET(prb_data_blk_lpos.begin)", 0 },
	{ "OFFSET(prb_data_blk_lpos.next)", 8 },
	{ "SIZE(printk_info)", 88 },
	{ "OFFSET(printk_info.ts_nsec)", 8 },
	{ "OFFSET(printk_info.text_len)", 16 },
	{ "OFFSET(prb_data_ring.size_bits)", 0 },
	{ "OFFSET(prb_data_ring.data)", 8 },
	{ "OFFSET(atomic_long_t.counter)", 0 },
};

int dump_info_number(const struct dump *dump, const char *key, uint64_t *ret_number)
{
	size_t i;

	(void)dump;
	for (i = 0; i < sizeof(about) / sizeof(about[0]); i++)
		if (!strcmp(about[i].key, key)) {
			*ret_number = about[i].number;
			return 0;
		}
	return -ENOENT;
}

/* Behind the input there are zeroes, and behind those nothing. */
int dump_read_kernel(struct dump *dump, uint64_t address, void *ret_bytes, size_t count)
{
	uint64_t at = address - BASE;

	if (address < BASE || at >= MEMORY || count > MEMORY - at)
		return -EIO;
	memset(ret_bytes, 0, count);
	if (at < dump->count)
		memcpy(ret_bytes, dump->bytes + at, count < dump->count - at ? count : dump->count - at);
	return 0;
}

unsigned int dump_word(const struct dump *dump)
{
	(void)dump;
	return sizeof(uint64_t);
}

uint64_t dump_number(const struct dump *dump, const void *bytes, unsigned int count)
{
	const uint8_t *at = bytes;
	uint64_t number = 0;

	(void)dump;
	while (count--)
		number = number << 8 | at[count];
	return number;
}

static void check_text(const char *text, size_t length)
{
	const uint64_t needed = DUPCQE_BIT(DUPCQE_QID) | DUPCQE_BIT(DUPCQE_Q_DEPTH) | DUPCQE_BIT(DUPCQE_CQ_HEAD) |
				DUPCQE_BIT(DUPCQE_CQ_DMA) | DUPCQE_BIT(DUPCQE_CTRL_ID);
	struct dupcqe_hit hit;

	if (dupcqe_hit_find(text, length, &hit))
		return;
	if (hit.line < text || hit.length > length - (size_t)(hit.line - text) || memchr(hit.line, '\n', hit.length) ||
	    (hit.event.has & needed) != needed || !hit.event.q_depth || !hit.event.cq_dma ||
	    hit.event.has & (DUPCQE_BIT(DUPCQE_CQW) | DUPCQE_BIT(DUPCQE_SQE)))
		abort();
}

int fuzz_log(const uint8_t *data, size_t size)
{
	struct dump dump = { data + 1, size ? size - 1 : 0 };
	char *text;
	size_t length;

	if (!size)
		return 0;
	if (!data[0]) {
		check_text((const char *)dump.bytes, dump.count);
	} else if (!printk_text(&dump, &text, &length)) {
		check_text(text, length);
		free(text);
	}
	return 0;
}
