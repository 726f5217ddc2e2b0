// SPDX-License-Identifier: GPL-2.0-or-later
/* What a kernel log says of IOMMUs: drivers/iommu/iommu.c, the same words for all of them since 5.8. */
#include <ctype.h>
#include <string.h>
#include "rings.h"

#define GROUP "Adding to iommu group "
#define PASSTHROUGH "iommu: Default domain type: Passthrough"

/* The line that at stands in. */
static const char *line_of(const char *log, size_t length, const char *at, size_t *ret_length)
{
	const char *end = memchr(at, '\n', log + length - at), *begin = at;

	while (begin > log && begin[-1] != '\n')
		begin--;
	*ret_length = (end ? end : log + length) - begin;
	return begin;
}

/* "nvme 0000:01:00.0: Adding to iommu group 12", or "pci ...": the device's number comes before it. */
static bool is_about(const char *line, size_t length, const char *addr)
{
	const char *at = memmem(line, length, addr, strlen(addr));

	/* not a device of another domain, "10000:01:00.0" */
	return at && (at == line || !isxdigit((unsigned char)at[-1]));
}

const char *iommu_line(const char *log, size_t length, const char *addr, size_t *ret_length)
{
	const char *at = log, *line;

	if (memmem(log, length, PASSTHROUGH, strlen(PASSTHROUGH)))
		return NULL;
	while ((at = memmem(at, log + length - at, GROUP, strlen(GROUP)))) {
		line = line_of(log, length, at, ret_length);
		if (is_about(line, *ret_length, addr))
			return line;
		at += strlen(GROUP);
	}
	return NULL;
}
