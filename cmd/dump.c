// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <libkdumpfile/kdumpfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "command.h"
#include "dump.h"
#include "dump_compressed.h"
#include "dump_elf.h"

enum { NUMBER_MAX = 24, PAGE = 4096 };

struct dump {
	kdump_ctx_t *context;
	int fd;
	bool is_elf;
	struct elf_pieces pieces;	/* if it is */
	uint64_t missing;	/* bytes at the file's end, at least */
	char *info;		/* VMCOREINFO; "" if the dump has none */
	unsigned int word;
	bool big_endian;
	char why[256];
};

/* Returns 0 or an exit status, which has been said. */
static int open_file(struct dump *dump, const char *path)
{
	struct stat st;
	int err;

	dump->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (dump->fd < 0)
		return complain(EXIT_UNKNOWN, "cannot open '%s': %s", path, strerror(errno));
	if (fstat(dump->fd, &st) || !S_ISREG(st.st_mode))
		return complain(EXIT_UNKNOWN, "cannot read '%s': it is not a file", path);
	err = elf_pieces_read(dump->fd, st.st_size, &dump->pieces);
	dump->is_elf = !err;
	if (err && err != -ENOEXEC)
		return complain(EXIT_UNKNOWN, "'%s' is not a dump that can be read: %s", path,
				err == -ENOMEM ? strerror(ENOMEM) : "its headers are damaged");
	dump->missing = err ? compressed_missing(dump->fd, st.st_size) : dump->pieces.missing;
	if (dump->missing)
		complain(0, "'%s' is cut short: %llu bytes or more are missing at its end", path,
			 (unsigned long long)dump->missing);
	return 0;
}

static void keep_why(struct dump *dump, kdump_status status)
{
	const char *why = kdump_get_err(dump->context);

	snprintf(dump->why, sizeof(dump->why), "%s", why ? why : kdump_strerror(status));
}

/* Dumps without a word about the machine are of this one's kind. */
static void learn_machine(struct dump *dump)
{
	kdump_num_t number;

	dump->word = sizeof(uint64_t);
	if (kdump_get_number_attr(dump->context, KDUMP_ATTR_PTR_SIZE, &number) == KDUMP_OK && number == 4)
		dump->word = 4;
	if (kdump_get_number_attr(dump->context, KDUMP_ATTR_BYTE_ORDER, &number) == KDUMP_OK)
		dump->big_endian = number == KDUMP_BIG_ENDIAN;
	/* the addresses of the kernel are found with its page tables */
	kdump_set_string_attr(dump->context, KDUMP_ATTR_OSTYPE, "linux");
	if (kdump_vmcoreinfo_raw(dump->context, &dump->info) != KDUMP_OK)
		dump->info = strdup("");
}

static int use(struct dump *dump, const char *path)
{
	kdump_status status;

	dump->context = kdump_new();
	if (!dump->context)
		return complain(EXIT_UNKNOWN, "cannot read '%s': %s", path, strerror(ENOMEM));
	/* a file that is cut short must not be a signal */
	kdump_set_number_attr(dump->context, KDUMP_ATTR_FILE_MMAP_POLICY, KDUMP_MMAP_NEVER);
	status = kdump_open_fd(dump->context, dump->fd);
	if (status != KDUMP_OK) {
		keep_why(dump, status);
		return complain(EXIT_UNKNOWN, "'%s' is not a dump that can be read: %s", path, dump->why);
	}
	learn_machine(dump);
	if (!dump->info)
		return complain(EXIT_UNKNOWN, "cannot read '%s': %s", path, strerror(ENOMEM));
	return 0;
}

int dump_open(const char *path, struct dump **ret_dump)
{
	struct dump *dump = calloc(1, sizeof(*dump));
	int status;

	if (!dump)
		return complain(EXIT_UNKNOWN, "cannot read '%s': %s", path, strerror(ENOMEM));
	status = open_file(dump, path);
	if (!status)
		status = use(dump, path);
	if (status)
		dump_close(dump);
	else
		*ret_dump = dump;
	return status;
}

void dump_close(struct dump *dump)
{
	if (dump->context)
		kdump_free(dump->context);
	if (dump->fd >= 0)
		close(dump->fd);
	free(dump->pieces.piece);
	free(dump->info);
	free(dump);
}

const char *dump_format(const struct dump *dump)
{
	const char *format;

	return kdump_get_string_attr(dump->context, KDUMP_ATTR_FILE_FORMAT, &format) == KDUMP_OK ? format : "dump";
}

/* Is the page in the bitmap? True if there is no such bitmap. */
static bool in_map(struct dump *dump, const char *map, uint64_t address)
{
	kdump_num_t shift;
	kdump_attr_t attr;
	unsigned char bit = 0;

	attr.type = KDUMP_BITMAP;
	if (kdump_get_number_attr(dump->context, KDUMP_ATTR_PAGE_SHIFT, &shift) != KDUMP_OK || shift >= 64 ||
	    kdump_get_typed_attr(dump->context, map, &attr) != KDUMP_OK || !attr.val.bitmap)
		return true;
	if (kdump_bmp_get_bits(attr.val.bitmap, address >> shift, address >> shift, &bit) != KDUMP_OK)
		return true;
	return bit & 1;
}

static int read_there(struct dump *dump, uint64_t address, void *ret_bytes, size_t count)
{
	kdump_status status = kdump_read(dump->context, KDUMP_MACHPHYSADDR, address, ret_bytes, &count);

	if (status == KDUMP_OK)
		return 0;
	keep_why(dump, status);
	return status == KDUMP_ERR_NODATA || status == KDUMP_ERR_EOF ? -ENODATA : -EIO;
}

static bool is_there(struct dump *dump, uint64_t address, size_t count)
{
	if (dump->is_elf)
		return elf_pieces_have(&dump->pieces, address, count);
	return in_map(dump, KDUMP_ATTR_FILE_PAGEMAP, address) &&
	       in_map(dump, KDUMP_ATTR_FILE_PAGEMAP, address + count - 1);
}

static bool is_zero(const uint8_t *bytes, size_t count)
{
	return !count || (!bytes[0] && !memcmp(bytes, bytes + 1, count - 1));
}

int dump_read(struct dump *dump, uint64_t address, void *ret_bytes, size_t count)
{
	bool there = is_there(dump, address, count);
	int err = there ? read_there(dump, address, ret_bytes, count) : 0;

	/* beyond the end of a compressed file the library reads zeroes */
	if (there && (err || dump->is_elf || !dump->missing || !is_zero(ret_bytes, count)))
		return err;
	snprintf(dump->why, sizeof(dump->why), "it is not in the file");
	/* an ELF dump does not tell the two apart */
	return !there && !dump->is_elf && !in_map(dump, KDUMP_ATTR_MEMORY_PAGEMAP, address) ? -ENXIO : -ENODATA;
}

static int translate(struct dump *dump, uint64_t address, uint64_t *ret_physical)
{
	addrxlat_fulladdr_t full = { .addr = address, .as = ADDRXLAT_KVADDR };
	addrxlat_ctx_t *context;
	addrxlat_sys_t *system;
	kdump_status status = kdump_get_addrxlat(dump->context, &context, &system);
	addrxlat_status converted;

	if (status != KDUMP_OK) {
		keep_why(dump, status);
		return -EIO;
	}
	converted = addrxlat_fulladdr_conv(&full, ADDRXLAT_MACHPHYSADDR, context, system);
	if (converted != ADDRXLAT_OK)
		snprintf(dump->why, sizeof(dump->why), "%s",
			 addrxlat_ctx_get_err(context) ?: addrxlat_strerror(converted));
	addrxlat_sys_decref(system);
	addrxlat_ctx_decref(context);
	*ret_physical = full.addr;
	return converted == ADDRXLAT_OK ? 0 : converted == ADDRXLAT_ERR_NODATA ? -ENODATA : -EIO;
}

/* By pages, which lie anywhere. */
int dump_read_kernel(struct dump *dump, uint64_t address, void *ret_bytes, size_t count)
{
	uint64_t physical;
	size_t part;
	int err;

	for (; count; count -= part, address += part, ret_bytes = (char *)ret_bytes + part) {
		part = PAGE - address % PAGE;
		part = part < count ? part : count;
		err = translate(dump, address, &physical);
		if (!err)
			err = dump_read(dump, physical, ret_bytes, part);
		if (err)
			return err == -ENXIO ? -ENODATA : err;
	}
	return 0;
}

const char *dump_why(struct dump *dump)
{
	return dump->why;
}

const char *dump_info(const struct dump *dump, const char *key, size_t *ret_length)
{
	size_t length = strlen(key);
	const char *line = dump->info;

	while (strncmp(line, key, length) || line[length] != '=') {
		line = strchr(line, '\n');
		if (!line)
			return NULL;
		line++;
	}
	line += length + 1;
	*ret_length = strcspn(line, "\n");
	return line;
}

int dump_info_number(const struct dump *dump, const char *key, uint64_t *ret_number)
{
	char digits[NUMBER_MAX], *end;
	size_t length;
	const char *text = dump_info(dump, key, &length);

	if (!text)
		return -ENOENT;
	if (!length || length >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, length);
	digits[length] = '\0';
	errno = 0;
	*ret_number = strtoull(digits, &end, strncmp(key, "SYMBOL", 6) ? 10 : 16);
	return *end || errno ? -EINVAL : 0;
}

unsigned int dump_word(const struct dump *dump)
{
	return dump->word;
}

bool dump_is_big_endian(const struct dump *dump)
{
	return dump->big_endian;
}

uint64_t dump_number(const struct dump *dump, const void *bytes, unsigned int count)
{
	const unsigned char *at = bytes;
	uint64_t number = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		number = number << 8 | at[dump->big_endian ? i : count - 1 - i];
	return number;
}
