// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Three arrays: descriptors (state, where the text is), infos (time, length), and the texts, a ring of bytes. A
 * descriptor's number says which slot it has. All that is read can be wrong: a dump is of a machine that has crashed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "printk.h"

/* Names and numbers of the kernel's. */
enum {
	DESCS_MAX_BITS = 22,
	TEXTS_MAX_BITS = 28,
	DESCS_MAX_BYTES = 256 << 20,
	STRUCT_MAX = 512,
	PAGE = 4096,
	STATE_COMMITTED = 1,
	STATE_FINALIZED = 2,
	TIME_ROOM = 32,
	NS_PER_S = 1000000000,
	NS_PER_US = 1000,
};

/* A part of a structure: the names of dump_info_number(). */
#define SIZE(name) "SIZE(" name ")"
#define OFFSET(name) "OFFSET(" name ")"

struct layout {
	uint64_t desc_ring, text_ring, ringbuffer_size;
	uint64_t count_bits, descs, infos, head_id, tail_id;
	uint64_t desc_size, state_var, text_blk, lpos_begin, lpos_next;
	uint64_t info_size, ts_nsec, text_len;
	uint64_t size_bits, data, counter;
};

static const struct {
	const char *name;
	size_t at;
} layout_names[] = {
#define AT(member) offsetof(struct layout, member)
	{ SIZE("printk_ringbuffer"), AT(ringbuffer_size) },
	{ OFFSET("printk_ringbuffer.desc_ring"), AT(desc_ring) },
	{ OFFSET("printk_ringbuffer.text_data_ring"), AT(text_ring) },
	{ OFFSET("prb_desc_ring.count_bits"), AT(count_bits) },
	{ OFFSET("prb_desc_ring.descs"), AT(descs) },
	{ OFFSET("prb_desc_ring.infos"), AT(infos) },
	{ OFFSET("prb_desc_ring.head_id"), AT(head_id) },
	{ OFFSET("prb_desc_ring.tail_id"), AT(tail_id) },
	{ SIZE("prb_desc"), AT(desc_size) },
	{ OFFSET("prb_desc.state_var"), AT(state_var) },
	{ OFFSET("prb_desc.text_blk_lpos"), AT(text_blk) },
	{ OFFSET("prb_data_blk_lpos.begin"), AT(lpos_begin) },
	{ OFFSET("prb_data_blk_lpos.next"), AT(lpos_next) },
	{ SIZE("printk_info"), AT(info_size) },
	{ OFFSET("printk_info.ts_nsec"), AT(ts_nsec) },
	{ OFFSET("printk_info.text_len"), AT(text_len) },
	{ OFFSET("prb_data_ring.size_bits"), AT(size_bits) },
	{ OFFSET("prb_data_ring.data"), AT(data) },
	{ OFFSET("atomic_long_t.counter"), AT(counter) },
#undef AT
};

enum { LAYOUT_NAMES = sizeof(layout_names) / sizeof(layout_names[0]) };

struct log {
	struct dump *dump;
	struct layout at;
	unsigned int word;
	uint64_t descs, texts;		/* how many, bytes; both powers of two */
	uint64_t head, tail;
	uint8_t *desc, *info, *text;
};

struct record {
	uint64_t seconds, nanoseconds;
	const char *text;
	size_t length;
};

/* Each a part of a structure that is no larger than STRUCT_MAX, so that sums cannot overflow. */
static int read_layout(struct dump *dump, struct layout *ret_layout)
{
	uint64_t number;
	int i, err;

	for (i = 0; i < LAYOUT_NAMES; i++) {
		err = dump_info_number(dump, layout_names[i].name, &number);
		if (err)
			return err == -ENOENT ? err : -EBADMSG;
		if (number > STRUCT_MAX)
			return -EBADMSG;
		*(uint64_t *)((char *)ret_layout + layout_names[i].at) = number;
	}
	return 0;
}

/* Are the parts that are read inside of their structures? */
static bool fits(const struct log *log)
{
	const struct layout *at = &log->at;
	const uint64_t word = log->word;

	return at->state_var + at->counter + word <= at->desc_size &&
	       at->text_blk + at->lpos_begin + word <= at->desc_size &&
	       at->text_blk + at->lpos_next + word <= at->desc_size &&
	       at->ts_nsec + sizeof(uint64_t) <= at->info_size && at->text_len + sizeof(uint16_t) <= at->info_size &&
	       at->desc_ring + at->head_id + at->counter + word <= at->ringbuffer_size &&
	       at->desc_ring + at->tail_id + at->counter + word <= at->ringbuffer_size &&
	       at->desc_ring + at->count_bits + sizeof(uint32_t) <= at->ringbuffer_size &&
	       at->desc_ring + at->descs + word <= at->ringbuffer_size &&
	       at->desc_ring + at->infos + word <= at->ringbuffer_size &&
	       at->text_ring + at->size_bits + sizeof(uint32_t) <= at->ringbuffer_size &&
	       at->text_ring + at->data + word <= at->ringbuffer_size;
}

/* Pages that are not in the dump are zeroes here: never used, or no loss but to what they held. */
static int read_array(struct log *log, uint64_t address, size_t bytes, uint8_t **ret_array)
{
	size_t done, count;
	bool any = false;
	int err;

	*ret_array = calloc(1, bytes);
	if (!*ret_array)
		return -ENOMEM;
	for (done = 0; done < bytes; done += count) {
		count = PAGE - (address + done) % PAGE;
		if (count > bytes - done)
			count = bytes - done;
		err = dump_read_kernel(log->dump, address + done, *ret_array + done, count);
		if (err && err != -ENODATA)
			return err;
		if (err)
			memset(*ret_array + done, 0, count);
		any |= !err;
	}
	return any ? 0 : -ENODATA;
}

static uint64_t word_at(const struct log *log, const uint8_t *bytes)
{
	return dump_number(log->dump, bytes, log->word);
}

static int read_arrays(struct log *log, const uint8_t *ringbuffer)
{
	const uint8_t *desc_ring = ringbuffer + log->at.desc_ring, *text_ring = ringbuffer + log->at.text_ring;
	uint64_t desc_bits = dump_number(log->dump, desc_ring + log->at.count_bits, sizeof(uint32_t));
	uint64_t text_bits = dump_number(log->dump, text_ring + log->at.size_bits, sizeof(uint32_t));
	int err;

	if (!desc_bits || desc_bits > DESCS_MAX_BITS || text_bits < 8 || text_bits > TEXTS_MAX_BITS)
		return -EBADMSG;
	log->descs = UINT64_C(1) << desc_bits;
	if (log->descs * (log->at.desc_size + log->at.info_size) > DESCS_MAX_BYTES)
		return -EBADMSG;
	log->texts = UINT64_C(1) << text_bits;
	log->head = word_at(log, desc_ring + log->at.head_id + log->at.counter);
	log->tail = word_at(log, desc_ring + log->at.tail_id + log->at.counter);
	err = read_array(log, word_at(log, desc_ring + log->at.descs), log->descs * log->at.desc_size, &log->desc);
	if (!err)
		err = read_array(log, word_at(log, desc_ring + log->at.infos), log->descs * log->at.info_size,
				 &log->info);
	if (!err)
		err = read_array(log, word_at(log, text_ring + log->at.data), log->texts, &log->text);
	return err;
}

/* The symbol is a pointer's. */
static int read_log(struct log *log)
{
	uint8_t pointer[sizeof(uint64_t)], ringbuffer[STRUCT_MAX];
	uint64_t symbol;
	int err = dump_info_number(log->dump, "SYMBOL(prb)", &symbol);

	if (!err)
		err = read_layout(log->dump, &log->at);
	if (!err && !fits(log))
		err = -EBADMSG;
	if (!err)
		err = dump_read_kernel(log->dump, symbol, pointer, log->word);
	if (!err)
		err = dump_read_kernel(log->dump, word_at(log, pointer), ringbuffer, log->at.ringbuffer_size);
	return err ? err : read_arrays(log, ringbuffer);
}

/* The two highest bits of a state are its kind, the others the descriptor's number. */
static bool is_there(const struct log *log, uint64_t state, uint64_t id)
{
	unsigned int shift = log->word * 8 - 2;
	uint64_t kind = state >> shift & 3, mask = (UINT64_C(1) << shift) - 1;

	return (kind == STATE_COMMITTED || kind == STATE_FINALIZED) && (state & mask) == (id & mask);
}

/* The block has its descriptor's number in front; one that would not fit at the end of the ring is at its beginning. */
static void read_text(const struct log *log, uint64_t begin, uint64_t next, struct record *record)
{
	/* in 7.3 a block may end where the ring ends */
	uint64_t end = ((next - 1) & (log->texts - 1)) + 1;

	if (begin & 1)
		return;
	begin &= log->texts - 1;
	if (begin > end)
		begin = 0;
	if (end - begin <= log->word)
		return;
	begin += log->word;
	record->text = (const char *)log->text + begin;
	if (record->length > end - begin)
		record->length = end - begin;
}

/* Is there a record of this number? Then it is in *ret_record. */
static bool read_record(const struct log *log, uint64_t id, struct record *ret_record)
{
	const uint8_t *desc = log->desc + (id & (log->descs - 1)) * log->at.desc_size;
	const uint8_t *info = log->info + (id & (log->descs - 1)) * log->at.info_size;
	uint64_t time = dump_number(log->dump, info + log->at.ts_nsec, sizeof(uint64_t));
	size_t length = dump_number(log->dump, info + log->at.text_len, sizeof(uint16_t));

	if (!is_there(log, word_at(log, desc + log->at.state_var + log->at.counter), id))
		return false;
	*ret_record = (struct record){ time / NS_PER_S, time % NS_PER_S, NULL, length };
	read_text(log, word_at(log, desc + log->at.text_blk + log->at.lpos_begin),
		  word_at(log, desc + log->at.text_blk + log->at.lpos_next), ret_record);
	return ret_record->text;
}

/* No more than the ring can hold: blocks that lie about each other's place must not add up. */
static void write_records(const struct log *log, FILE *to)
{
	unsigned int shift = log->word * 8 - 2;
	uint64_t mask = (UINT64_C(1) << shift) - 1, id = log->tail & mask, left = log->texts, i;
	struct record record;

	for (i = 0; i < log->descs; i++, id = (id + 1) & mask) {
		if (read_record(log, id, &record) && record.length <= left) {
			left -= record.length;
			fprintf(to, "[%5" PRIu64 ".%06" PRIu64 "] ", record.seconds, record.nanoseconds / NS_PER_US);
			fwrite(record.text, 1, record.length, to);
			putc('\n', to);
		}
		if (id == (log->head & mask))
			break;
	}
}

int printk_text(struct dump *dump, char **ret_text, size_t *ret_length)
{
	struct log log = { .dump = dump, .word = dump_word(dump) };
	char *text = NULL;
	FILE *to;
	int err = read_log(&log);

	if (!err) {
		to = open_memstream(&text, ret_length);
		if (to)
			write_records(&log, to);
		if (!to || fclose(to))
			err = -ENOMEM;
	}
	free(log.desc);
	free(log.info);
	free(log.text);
	if (err)
		free(text);
	else
		*ret_text = text;
	return err;
}
