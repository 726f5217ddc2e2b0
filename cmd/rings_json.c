// SPDX-License-Identifier: GPL-2.0-or-later
/* The rings for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dupcqe/format.h"
#include "dupcqe/json.h"
#include "rings.h"

/* Bytes of others as a string of JSON; what does not fit into memory is null. */
static void put_string(const char *key, const char *bytes, size_t length)
{
	char *copy = bytes ? strndup(bytes, length) : NULL, *buffer = NULL;
	struct dupcqe_text text;

	if (copy)
		buffer = malloc(DUPCQE_JSON_ROOM(strlen(copy)));
	printf("\"%s\":", key);
	if (buffer) {
		dupcqe_text_init(&text, buffer, DUPCQE_JSON_ROOM(strlen(copy)));
		dupcqe_json_string(&text, copy);
	}
	fputs(buffer ? buffer : "null", stdout);
	free(buffer);
	free(copy);
}

static void put_event(const struct dupcqe_event *event)
{
	char buffer[DUPCQE_FORMAT_MAX];
	struct dupcqe_text text;

	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_json(&text, event);
	printf("\"event\":%s", buffer);
}

static void put_entry(const struct ring *ring, uint32_t slot)
{
	unsigned int i;

	printf("{\"slot\":%u,\"words\":", slot);
	if (ring->missing[slot]) {
		printf("null}");
		return;
	}
	for (i = 0; i < ring->entry_bytes / 4; i++)
		printf("%c%u", i ? ',' : '[', ring_word(ring, slot, i));
	printf("]}");
}

static void put_ring(const char *key, const struct ring *ring, struct slots slots)
{
	uint32_t i;

	printf("\"%s\":{\"dma\":\"0x%" PRIx64 "\",\"depth\":%u,\"entry_bytes\":%u,", key, ring->address, ring->depth,
	       ring->entry_bytes);
	put_string("why", ring->bytes ? NULL : ring->why, sizeof(ring->why));
	printf(",\"entries\":[");
	for (i = 0; ring->bytes && i < slots.count; i++) {
		if (i)
			putchar(',');
		put_entry(ring, (slots.first + i) % ring->depth);
	}
	printf("]}");
}

void rings_print_json(const struct rings_view *view)
{
	const struct rings *rings = view->rings;
	size_t length = 0;
	const char *release = dump_info(view->dump, "OSRELEASE", &length), *format = dump_format(view->dump);

	putchar('{');
	put_string("file", view->file, strlen(view->file));
	putchar(',');
	put_string("format", format, strlen(format));
	putchar(',');
	put_string("release", release, length);
	putchar(',');
	put_string("line", view->line, view->line_length);
	putchar(',');
	put_event(&rings->event);
	printf(",\"at_head\":%s,", rings->at_head ? "true" : "false");
	put_ring("cq", &rings->cq, cq_slots(view));
	putchar(',');
	put_ring("sq", &rings->sq, sq_slots(view));
	printf("}\n");
}
