// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "armed-lab.h"
#include "uprobe.h"

/* uprobe_hit()'s arguments. There is no transport, which the kernel refuses a filter for. */
#if defined(__x86_64__)
#define FIELDS                                                                                     \
	"ctrl_id=%di:s32 qid=%si:u16 cid=%dx:u16 status=%cx:u16 result=%r8:u64 reason=%r8:u8 "     \
	"addr=+0(%r9):string"
#else
#define FIELDS                                                                                     \
	"ctrl_id=%x0:s32 qid=%x1:u16 cid=%x2:u16 status=%x3:u16 result=%x4:u64 reason=%x4:u8 "     \
	"addr=+0(%x5):string"
#endif

struct config config;
struct armed plan;
char trigger[200];
static char event[40], instance[100];

bool armed_has_snapshots(void)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/snapshot", instance);
	return access(path, F_OK) == 0;
}

int armed_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	assert_true(fd >= 0);
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int armed_put_in_instance(const char *file, const char *text)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", instance, file);
	return armed_put(path, text);
}

const char *armed_get(const char *path)
{
	static char text[16384];
	FILE *file = fopen(path, "re");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

const char *armed_get_from_instance(const char *file)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", instance, file);
	return armed_get(path);
}

int armed_begin(void **state)
{
	char enable[200];

	(void)state;
	snprintf(event, sizeof(event), "armed_%d", (int)getpid());
	snprintf(instance, sizeof(instance), UPROBE_TRACEFS "/instances/dupcqe-armed-%d", (int)getpid());
	snprintf(trigger, sizeof(trigger), "%s/events/dupcqe_test/%s/trigger", instance, event);
	snprintf(enable, sizeof(enable), "events/dupcqe_test/%s/enable", event);
	if (uprobe_make_fields(event, FIELDS) || mkdir(instance, 0750))
		return -1;
	return armed_put_in_instance(enable, "1") || armed_put_in_instance("buffer_size_kb", "64");
}

int armed_end(void **state)
{
	(void)state;
	rmdir(instance);
	return uprobe_remove(event);
}

int armed_each(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	/* each takes its time */
	if (*armed_get(trigger) != '#') {
		armed_put(trigger, "!traceoff");
		armed_put(trigger, "!snapshot");
		armed_put(trigger, "!stacktrace");
	}
	armed_put_in_instance("trace", "");
	return armed_put_in_instance("tracing_on", "1");
}

struct dupcqe_rule *armed_add(enum action_kind kind, uint32_t qid)
{
	struct config_rule *rule = &config.rule[config.rules++];

	rule->rule.count = 1;
	rule->actions = 1;
	rule->action[0].kind = kind;
	rule->rule.match.set = 1 << DUPCQE_BY_QID;
	rule->rule.match.ranges[0] = 1;
	rule->rule.match.range[0][0] = (struct dupcqe_range){ qid, qid };
	return &rule->rule;
}

/* A rule on a field that the event does not have. */
void armed_add_bad(enum action_kind kind)
{
	struct dupcqe_rule *rule = armed_add(kind, 1);

	rule->match.set |= 1 << DUPCQE_BY_TRANSPORT;
	strcpy(rule->match.pattern[DUPCQE_BY_TRANSPORT], "pcie");
}

void armed_hit(unsigned int qid, unsigned int cid)
{
	uprobe_hit(0, qid, cid, 0, 2, "0000:01:00.0");
}

bool armed_is_on(void)
{
	return armed_get_from_instance("tracing_on")[0] == '1';
}
