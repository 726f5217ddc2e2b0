// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks at a picture of the screen, as Xvfb -fbdir keeps it (X11/XWDFile.h): where is which colour. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

static const char help[] =
	"usage: picture FILE.XWD COMMAND X0 Y0 X1 Y1 [RRGGBB [TOLERANCE [LEAST]]]\n\n"
	"  size                 columns and rows of the picture; wants no rectangle\n"
	"  count                how many pixels of the rectangle have the colour\n"
	"  box                  X0 Y0 X1 Y1 of the part that has all of them\n"
	"  columns, rows        the columns (rows) with at least LEAST of them, one line for those side by side: FIRST LAST\n"
	"  lines                horizontal lines of at least LEAST of them: Y X0 X1\n"
	"  colours              how many pixels of which colour, most first; wants no colour\n\n"
	"X1 and Y1 belong to the rectangle. A colour counts as the same if red, green and blue differ by TOLERANCE (0) at most.\n"
	"Exit status: 1 if there is none.\n";

/* words of the file's head, all of them big endian */
enum { HEAD_SIZE, HEAD_VERSION, HEAD_WIDTH = 4, HEAD_HEIGHT = 5, HEAD_BITS = 11, HEAD_LINE = 12, HEAD_COLOURS = 19, HEAD_WORDS = 25 };
enum { XWD_VERSION = 7, COLOUR_BYTES = 12, SIDE_MAX = 16384 };

struct picture {
	uint32_t width, height, line;
	uint8_t *at; /* of each pixel: blue, green, red, nothing */
};

struct search {
	const struct picture *picture;
	int x0, y0, x1, y1;
	uint32_t colour;
	int tolerance, least;
};

static bool read_pixels(FILE *file, struct picture *picture, const uint32_t *head)
{
	size_t size = (size_t)picture->line * picture->height;
	long skip = (long)head[HEAD_SIZE] + (long)head[HEAD_COLOURS] * COLOUR_BYTES;

	picture->at = malloc(size);
	return picture->at && !fseek(file, skip, SEEK_SET) && fread(picture->at, 1, size, file) == size;
}

static bool read_picture(const char *name, struct picture *picture)
{
	FILE *file = fopen(name, "r");
	uint32_t head[HEAD_WORDS];
	bool good = false;
	int i;

	if (!file)
		return false;
	if (fread(head, sizeof(head), 1, file) == 1) {
		for (i = 0; i < HEAD_WORDS; i++)
			head[i] = ntohl(head[i]);
		picture->width = head[HEAD_WIDTH];
		picture->height = head[HEAD_HEIGHT];
		picture->line = head[HEAD_LINE];
		good = head[HEAD_VERSION] == XWD_VERSION && head[HEAD_BITS] == 32 && picture->width <= SIDE_MAX &&
		       picture->height <= SIDE_MAX && picture->line >= 4 * picture->width &&
		       picture->line <= 4 * SIDE_MAX && read_pixels(file, picture, head);
	}
	fclose(file);
	return good;
}

static uint32_t colour_at(const struct picture *picture, int x, int y)
{
	const uint8_t *at = picture->at + (size_t)y * picture->line + (size_t)x * 4;

	return (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static bool is_hit(const struct search *search, int x, int y)
{
	uint32_t colour = colour_at(search->picture, x, y);
	int shift;

	for (shift = 0; shift < 24; shift += 8)
		if (abs((int)(colour >> shift & 0xff) - (int)(search->colour >> shift & 0xff)) > search->tolerance)
			return false;
	return true;
}

static int in_column(const struct search *search, int x)
{
	int y, hits = 0;

	for (y = search->y0; y <= search->y1; y++)
		hits += is_hit(search, x, y);
	return hits;
}

static int in_row(const struct search *search, int y)
{
	int x, hits = 0;

	for (x = search->x0; x <= search->x1; x++)
		hits += is_hit(search, x, y);
	return hits;
}

static bool count(const struct search *search)
{
	long hits = 0;
	int y;

	for (y = search->y0; y <= search->y1; y++)
		hits += in_row(search, y);
	printf("%ld\n", hits);
	return hits;
}

static bool box(const struct search *search)
{
	int x0 = search->x0, x1 = search->x1, y0 = search->y0, y1 = search->y1;

	while (y0 <= y1 && !in_row(search, y0))
		y0++;
	if (y0 > y1)
		return false;
	while (!in_row(search, y1))
		y1--;
	while (!in_column(search, x0))
		x0++;
	while (!in_column(search, x1))
		x1--;
	printf("%d %d %d %d\n", x0, y0, x1, y1);
	return true;
}

/* Those side by side in one line. */
static bool bands(const struct search *search, int from, int to, int (*hits)(const struct search *, int))
{
	int at, first = -1;
	bool any = false;

	for (at = from; at <= to + 1; at++) {
		if (at <= to && hits(search, at) >= search->least) {
			first = first < 0 ? at : first;
			any = true;
		} else if (first >= 0) {
			printf("%d %d\n", first, at - 1);
			first = -1;
		}
	}
	return any;
}

static bool columns(const struct search *search)
{
	return bands(search, search->x0, search->x1, in_column);
}

static bool rows(const struct search *search)
{
	return bands(search, search->y0, search->y1, in_row);
}

static bool lines_of_row(const struct search *search, int y)
{
	int x, first = -1;
	bool any = false;

	for (x = search->x0; x <= search->x1 + 1; x++) {
		if (x <= search->x1 && is_hit(search, x, y)) {
			first = first < 0 ? x : first;
			continue;
		}
		if (first >= 0 && x - first >= search->least) {
			printf("%d %d %d\n", y, first, x - 1);
			any = true;
		}
		first = -1;
	}
	return any;
}

static bool lines(const struct search *search)
{
	bool any = false;
	int y;

	for (y = search->y0; y <= search->y1; y++)
		any |= lines_of_row(search, y);
	return any;
}

static int by_value(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

struct tally {
	uint32_t colour;
	long pixels;
};

static int by_pixels(const void *a, const void *b)
{
	const struct tally *left = a, *right = b;

	return (right->pixels > left->pixels) - (right->pixels < left->pixels);
}

/* all holds the colours sorted; returns how many different ones there are */
static size_t tally_up(const uint32_t *all, size_t pixels, struct tally *tally)
{
	size_t i, kinds = 0;

	for (i = 0; i < pixels; i++) {
		if (!i || all[i] != all[i - 1])
			tally[kinds++] = (struct tally){ .colour = all[i] };
		tally[kinds - 1].pixels++;
	}
	return kinds;
}

static bool colours(const struct search *search)
{
	size_t pixels = (size_t)(search->x1 - search->x0 + 1) * (size_t)(search->y1 - search->y0 + 1), i = 0, kinds = 0;
	uint32_t *all = calloc(pixels, sizeof(*all));
	struct tally *tally = calloc(pixels, sizeof(*tally));
	int x, y;

	for (y = search->y0; all && y <= search->y1; y++)
		for (x = search->x0; x <= search->x1; x++)
			all[i++] = colour_at(search->picture, x, y);
	if (all && tally) {
		qsort(all, pixels, sizeof(*all), by_value);
		kinds = tally_up(all, pixels, tally);
		qsort(tally, kinds, sizeof(*tally), by_pixels);
	}
	for (i = 0; i < kinds; i++)
		printf("%06x %ld\n", (unsigned int)tally[i].colour, tally[i].pixels);
	free(all);
	free(tally);
	return kinds;
}

static const struct command {
	const char *name;
	bool (*run)(const struct search *search);
	int arguments; /* at least, behind the name */
} commands[] = {
	{ "count", count, 5 }, { "box", box, 5 }, { "columns", columns, 5 }, { "rows", rows, 5 },
	{ "lines", lines, 5 }, { "colours", colours, 4 },
};

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int parse(const char *text, int base, int max)
{
	char *end;
	long value = strtol(text, &end, base);

	if (!*text || *end || value < 0 || value > max) {
		fprintf(stderr, "picture: '%s' is no number up to %d\n", text, max);
		exit(2);
	}
	return (int)value;
}

/* A rectangle that sticks out is cut. */
static struct search search_from(const struct picture *picture, int count, char **text)
{
	struct search search = { .picture = picture, .least = 1 };
	int right = (int)picture->width - 1, bottom = (int)picture->height - 1;

	search.x0 = parse(text[0], 10, SIDE_MAX);
	search.y0 = parse(text[1], 10, SIDE_MAX);
	search.x1 = parse(text[2], 10, SIDE_MAX);
	search.y1 = parse(text[3], 10, SIDE_MAX);
	search.x1 = search.x1 > right ? right : search.x1;
	search.y1 = search.y1 > bottom ? bottom : search.y1;
	if (count > 4)
		search.colour = (uint32_t)parse(text[4], 16, 0xffffff);
	if (count > 5)
		search.tolerance = parse(text[5], 10, 255);
	if (count > 6)
		search.least = parse(text[6], 10, SIDE_MAX);
	return search;
}

static int usage(const char *wrong)
{
	fprintf(stderr, "picture: %s; try --help\n", wrong);
	return 2;
}

static int run(const struct command *command, const struct picture *picture, int count, char **text)
{
	struct search search;

	if (!command) {
		printf("%u %u\n", picture->width, picture->height);
		return 0;
	}
	search = search_from(picture, count, text);
	if (search.x0 > search.x1 || search.y0 > search.y1)
		return usage("the rectangle is empty");
	return command->run(&search) ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 2 ? find(argv[2]) : NULL;
	struct picture picture = { 0 };
	int status;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(help, stdout);
		return 0;
	}
	if (argc < 3 || (!command && strcmp(argv[2], "size")) || argc > 10)
		return usage("which command?");
	if (command && argc - 3 < command->arguments)
		return usage("too few arguments");
	if (!read_picture(argv[1], &picture)) {
		fprintf(stderr, "picture: '%s' is no picture of 32 bits a pixel: %s\n", argv[1], errno ? strerror(errno) : "wrong head");
		free(picture.at);
		return 2;
	}
	status = run(command, &picture, argc - 3, argv + 3);
	free(picture.at);
	return status;
}
