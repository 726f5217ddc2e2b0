/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a machine, as a crash dump has it: ELF (/proc/vmcore, QEMU, makedumpfile -E) or compressed by
 * makedumpfile. dump.c is the only file that knows libkdumpfile.
 */
#ifndef NVME_DUPCQE_DUMP_H
#define NVME_DUPCQE_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dump;

/* Returns 0 or an exit status, which has been said; on success for dump_close(). */
int dump_open(const char *path, struct dump **ret_dump);
void dump_close(struct dump *dump);

/* "ELF dump", "Diskdump"; never NULL, for people. */
const char *dump_format(const struct dump *dump);

/*
 * Read count bytes at a physical address, not across more than two pages of the machine's. Returns 0; -ENXIO if that is
 * not memory of the machine; -ENODATA if it is, but is not in the dump: left out by makedumpfile, or beyond the end of
 * a file that is cut (zeroes in a compressed one are taken for that); -EIO for all else, see dump_why(). ret_bytes has
 * nothing of use after an error.
 */
int dump_read(struct dump *dump, uint64_t address, void *ret_bytes, size_t count);

/* The same at an address of the kernel's. */
int dump_read_kernel(struct dump *dump, uint64_t address, void *ret_bytes, size_t count);

/* What the last error was about; never NULL. */
const char *dump_why(struct dump *dump);

/* What the kernel has put down about itself: "OSRELEASE", "OFFSET(printk_info.seq)". The value, not terminated, or
 * NULL. */
const char *dump_info(const struct dump *dump, const char *key, size_t *ret_length);
/* A number of it: SYMBOL() in hexadecimal digits, all else decimal. Returns 0, -ENOENT, or -EINVAL if it is none. */
int dump_info_number(const struct dump *dump, const char *key, uint64_t *ret_number);

/* Bytes of a pointer: 4 or 8. */
unsigned int dump_word(const struct dump *dump);
/* A number of bytes (1, 2, 4 or 8) in the byte order of the dumped machine. */
uint64_t dump_number(const struct dump *dump, const void *bytes, unsigned int count);
bool dump_is_big_endian(const struct dump *dump);

#endif
