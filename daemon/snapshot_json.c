// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>
#include "dupcqe/format.h"
#include "hit_fields.h"
#include "snapshot.h"

static void key(struct dupcqe_text *text, const char *name)
{
	dupcqe_text_puts(text, text->at[text->len - 1] == '{' ? "\"" : ",\"");
	dupcqe_text_puts(text, name);
	dupcqe_text_puts(text, "\":");
}

/* "" is null: it is not known. A device's strings are not always ASCII. */
static void string(struct dupcqe_text *text, const char *name, const char *value)
{
	key(text, name);
	if (!*value) {
		dupcqe_text_puts(text, "null");
		return;
	}
	dupcqe_text_putc(text, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			dupcqe_text_putc(text, '\\');
		dupcqe_text_putc(text, *value >= ' ' && *value < 0x7f ? *value : '?');
	}
	dupcqe_text_putc(text, '"');
}

static void number(struct dupcqe_text *text, const char *name, int64_t value)
{
	key(text, name);
	dupcqe_text_sdec(text, value);
}

/* Beyond 2^53 a JSON number is not safe. 0 is not known. */
static void number_string(struct dupcqe_text *text, const char *name, uint64_t value)
{
	char digits[24] = "";

	if (value)
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);
	string(text, name, digits);
}

static void when(struct dupcqe_text *text, int64_t unix_s)
{
	char value[32] = "";
	time_t seconds = unix_s;
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(value, sizeof(value), "%Y-%m-%dT%H:%M:%SZ", &tm);
	string(text, "time", value);
}

static void host(struct dupcqe_text *text, const struct snapshot_about *about)
{
	struct utsname name = { 0 };

	uname(&name);
	string(text, "host", name.nodename);
	string(text, "kernel", about->kernel ? about->kernel : name.release);
	string(text, "kernel_version", about->kernel_version ? about->kernel_version : name.version);
	string(text, "machine", name.machine);
	string(text, "boot_id", about->boot_id);
}

static void device(struct dupcqe_text *text, const struct hit *hit)
{
	char name[24] = "";

	key(text, "device");
	dupcqe_text_putc(text, '{');
	string(text, "name", dupcqe_has(&hit->event, DUPCQE_CTRL_ID) ? hit_device(hit, name) : "");
	string(text, "transport", hit->event.transport);
	string(text, "address", hit->event.addr);
	string(text, "model", hit->identity.model);
	string(text, "serial", hit->identity.serial);
	dupcqe_text_putc(text, '}');
}

static void hit(struct dupcqe_text *text, const struct hit *hit)
{
	device(text, hit);
	number_string(text, "trace_ns", hit->trace_ns);
	number(text, "cpu", hit->cpu);
	number(text, "pid", hit->pid);
	string(text, "source", hit->source ? hit_source_name(hit->source) : "");
	key(text, "test");
	dupcqe_text_puts(text, hit->test ? "true" : "false");
	key(text, "event");
	dupcqe_format_json(text, &hit->event);
}

/* What only a last boot's has. */
static void last_boot(struct dupcqe_text *text, const struct snapshot_about *about)
{
	if (about->formats)
		string(text, "formats", about->formats);
	if (about->dmesg)
		string(text, "dmesg", about->dmesg);
}

void snapshot_json(struct dupcqe_text *text, const struct snapshot_about *about)
{
	const struct action_call *call = about->call;

	dupcqe_text_putc(text, '{');
	number(text, "version", 1);
	string(text, "trace", about->trace);
	string(text, "taken", about->taken);
	number(text, "pages", (int64_t)about->pages);
	when(text, about->unix_s);
	string(text, "rule", call->rule);
	number(text, "count", call->count);
	number(text, "lost", call->hit ? (int64_t)call->hit->lost : 0);
	host(text, about);
	last_boot(text, about);
	if (call->hit)
		hit(text, call->hit);
	else
		dupcqe_text_puts(text, ",\"device\":null,\"event\":null");
	dupcqe_text_puts(text, "}\n");
}
