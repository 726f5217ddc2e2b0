// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer's entry, for the target that the build names. */
#include "targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return FUZZ_TARGET(data, size);
}

/* libtraceevent's parser loses memory where it gives up. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libtraceevent.so\n";
}

/* Most of the time would go into remembering where libtraceevent got its memory. */
const char *__asan_default_options(void)
{
	return "malloc_context_size=6:quarantine_size_mb=64";
}
