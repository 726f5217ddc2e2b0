// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "dupcqe/format.h"
#include "exec_env.h"
#include "hit_fields.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3; it logs a line about who does not say so */
#endif

static const char path[] =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* The value stands behind "NAME=" already, if there is room. */
static void add(struct exec_env *env, const char *name, const char *value)
{
	struct dupcqe_text text;

	if (env->count == EXEC_ENV || env->used >= sizeof(env->store))
		return;
	dupcqe_text_init(&text, env->store + env->used, sizeof(env->store) - env->used);
	dupcqe_text_puts(&text, name);
	dupcqe_text_putc(&text, '=');
	dupcqe_text_puts(&text, value);
	if (text.cut)
		return;
	env->at[env->count++] = text.at;
	env->at[env->count] = NULL;
	env->used += text.len + 1;
}

void exec_env_make(struct exec_env *env, const struct action_call *call)
{
	struct dupcqe_text text;
	const char *name;
	char value[160];
	unsigned int i;

	env->count = 0;
	env->used = 0;
	env->at[env->count++] = (char *)path;
	add(env, "DUPCQE_RULE", call->rule);
	dupcqe_text_init(&text, value, sizeof(value));
	dupcqe_text_dec(&text, call->count);
	add(env, "DUPCQE_COUNT", value);
	for (i = 0;; i++) {
		dupcqe_text_init(&text, value, sizeof(value));
		name = hit_field(call->hit, i, &text);
		if (!name)
			break;
		if (*value)
			add(env, name, value);
	}
}

static int memory_file(void)
{
	int fd = memfd_create("hit.json", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("hit.json", MFD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int exec_stdin(const struct hit *hit)
{
	static char buffer[DUPCQE_FORMAT_MAX + 1];
	struct dupcqe_text text;
	int fd = memory_file();

	if (fd < 0)
		return fd;
	dupcqe_text_init(&text, buffer, sizeof(buffer));
	dupcqe_format_json(&text, &hit->event);
	dupcqe_text_putc(&text, '\n');
	if (pwrite(fd, buffer, text.len, 0) == (ssize_t)text.len)
		return fd;
	close(fd);
	return -ENOSPC;
}
