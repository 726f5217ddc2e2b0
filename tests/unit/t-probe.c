// SPDX-License-Identifier: GPL-2.0-or-later
/* The definitions of the probe on both architectures, within the kernel's limits, and what each answer says. */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <bpf/btf.h>
#include "../../probe/probe_parts.h"

static char line[DUPCQE_PROBE_LINE], registers[64];

/* All members there are, of the size that they have on a 64 bit kernel. */
static struct probe_layout whole(void)
{
	struct probe_layout layout;
	int i;

	for (i = 0; i < DUPCQE_OFFSETS; i++) {
		layout.offset[i] = 1000 + i;
		layout.size[i] = 8;
	}
	layout.queue_size = 192;
	layout.size[DUPCQE_OFF_Q_DEPTH] = 4;
	layout.size[DUPCQE_OFF_CQ_PHASE] = 1;
	layout.size[DUPCQE_OFF_CQ_VECTOR] = layout.size[DUPCQE_OFF_SQ_TAIL] = layout.size[DUPCQE_OFF_LAST_SQ_TAIL] = 2;
	layout.size[DUPCQE_OFF_CQ_HEAD] = layout.size[DUPCQE_OFF_QID] = 2;
	return layout;
}

static unsigned int count(char c)
{
	unsigned int n = 0;
	const char *at;

	for (at = line; *at; at++)
		n += *at == c;
	return n;
}

static void define(const char *machine, const struct probe_layout *layout, int point)
{
	const struct probe_machine *of = probe_machine_find(machine);

	assert_non_null(of);
	assert_int_equal(probe_define(&probe_points[point], of, layout, line, registers, sizeof(registers)), 0);
	assert_true(strlen(line) < DUPCQE_PROBE_LINE - 2);
	/* "name=value": MAX_TRACE_ARGS */
	assert_true(count('=') <= 128);
	assert_true(probe_is_ours(line));
}

static void x86_64(void **state)
{
	struct probe_layout layout = whole();

	(void)state;
	define("x86_64", &layout, 0);
	assert_string_equal(registers, "bx bp r12 r13 r14 r15");
	assert_ptr_equal(strstr(line, "p:nvme/nvme_dup_cqe _dev_warn fmt=+0(%si):string addr="), line);
	assert_non_null(strstr(line, " cid=%dx:u16 sq_id=%cx:u16 queue_size=\\192:u32 bx=%bx:x64 bx_cqw=-192(%bx):x64[32] "));
	assert_non_null(strstr(line, " r15_qid=+1018(%r15):u16 "));
	define("x86_64", &layout, 2);
	assert_non_null(strstr(line, " tag=%dx:u16 genctr=%cx:u8 expected_genctr=%r8:u8 "));
	assert_non_null(strstr(line, " r15=%r15:x64 r15_cqw=+0(%r15):x64[2]"));
}

static void arm64(void **state)
{
	struct probe_layout layout = whole();

	(void)state;
	define("aarch64", &layout, 0);
	/* Debian's 6.1.176 and 6.12.95 have the queue in x19, the entry in x28; the kernel takes no more than these */
	assert_string_equal(registers, "x19 x20 x21 x22 x23 x24 x25 x26 x27 x28");
	assert_non_null(strstr(line, " x28_cqw=-192(%x28):x64[32] "));
	assert_non_null(strstr(line, " x24_qid="));
	assert_null(strstr(line, " x25_qid="));
	assert_ptr_equal(strstr(line, "p:nvme/nvme_dup_cqe _dev_warn fmt=+0(%x1):string addr="), line);
	assert_non_null(strstr(line, " cid=%x2:u16 sq_id=%x3:u16 queue_size=\\192:u32 x19=%x19:x64 "));
	define("aarch64", &layout, 2);
	assert_non_null(strstr(line, " tag=%x2:u16 genctr=%x3:u8 expected_genctr=%x4:u8 "));
	assert_non_null(strstr(line, " x28_cqw=+0(%x28):x64[2]"));
}

/* All points of one event have the same arguments, of the same types: else the kernel refuses the second one. */
static void arguments_of(char *ret_names, size_t size)
{
	char *next, *word, *value;
	struct dupcqe_text names;

	dupcqe_text_init(&names, ret_names, size);
	for (word = strtok_r(line, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		value = strchr(word, '=');
		if (!value)
			continue;
		assert_non_null(strrchr(value, ':'));
		dupcqe_text_printf(&names, "%.*s%s ", (int)(value - word), word, strrchr(value, ':'));
	}
	assert_false(names.cut);
}

static void points_of_one_event_are_alike(void **state)
{
	static char first[DUPCQE_PROBE_EVENTS][DUPCQE_PROBE_LINE], names[DUPCQE_PROBE_LINE];
	struct probe_layout layout = whole();
	int i, event;

	(void)state;
	for (i = 0; i < DUPCQE_PROBE_POINTS; i++) {
		define("x86_64", &layout, i);
		event = probe_points[i].event;
		arguments_of(names, sizeof(names));
		if (!*first[event])
			strcpy(first[event], names);
		assert_string_equal(names, first[event]);
	}
}

static void without_the_queue(void **state)
{
	struct probe_layout layout = whole();

	(void)state;
	layout.offset[DUPCQE_OFF_QUEUE_DEV] = -1;
	define("x86_64", &layout, 0);
	assert_string_equal(registers, "");
	assert_null(strstr(line, "%bx"));
	assert_non_null(strstr(line, " sq_id=%cx:u16"));
	layout.offset[DUPCQE_OFF_CTRL_OPTS] = -1;
	define("x86_64", &layout, 0);
	assert_null(strstr(line, "traddr"));
}

static char root[64];

/* A root folder whose kernel has these types, and nothing else. */
static void kernel_of(struct btf *btf)
{
	char path[128];
	const void *raw;
	uint32_t size;
	FILE *file;

	strcpy(root, "/tmp/dupcqe-probe.XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/sys", root);
	assert_return_code(mkdir(path, 0700), errno);
	strcat(path, "/kernel");
	assert_return_code(mkdir(path, 0700), errno);
	strcat(path, "/btf");
	assert_return_code(mkdir(path, 0700), errno);
	strcat(path, "/vmlinux");
	raw = btf__raw_data(btf, &size);
	assert_non_null(raw);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(raw, 1, size, file), size);
	fclose(file);
	btf__free(btf);
}

static void read_layout(struct probe_layout *layout)
{
	static const char *const parts[] = { "/sys/kernel/btf/vmlinux", "/sys/kernel/btf", "/sys/kernel", "/sys", "" };
	char path[128];
	unsigned int i;

	/* what comes to no end ends the test */
	alarm(20);
	assert_int_equal(probe_layout_read(root, layout), 0);
	alarm(0);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", root, parts[i]);
		assert_return_code(remove(path), errno);
	}
}

static void names_in_a_circle(void **state)
{
	struct btf *btf = btf__new_empty();
	struct probe_layout layout;

	(void)state;
	assert_int_equal(btf__add_typedef(btf, "one", 2), 1);
	assert_int_equal(btf__add_typedef(btf, "other", 1), 2);
	assert_int_equal(btf__add_struct(btf, "device", 64), 3);
	assert_int_equal(btf__add_field(btf, "kobj", 1, 0, 0), 0);
	kernel_of(btf);
	read_layout(&layout);
	assert_int_equal(layout.offset[DUPCQE_OFF_DEVICE_NAME], -1);
}

static void members_without_end(void **state)
{
	struct btf *btf = btf__new_empty();
	struct probe_layout layout;
	int level, i;

	(void)state;
	assert_int_equal(btf__add_int(btf, "int", 4, BTF_INT_SIGNED), 1);
	for (level = 0; level < 9; level++) {
		assert_int_equal(btf__add_struct(btf, level == 8 ? "nvme_ctrl" : NULL, 4), level + 2);
		for (i = 0; i < 100; i++)
			assert_int_equal(btf__add_field(btf, level ? NULL : "member", level + 1, 0, 0), 0);
	}
	kernel_of(btf);
	read_layout(&layout);
	assert_int_equal(layout.offset[DUPCQE_OFF_CTRL_INSTANCE], -1);
}

/* A probe cannot read some bits of a word. */
static void a_member_of_bits(void **state)
{
	struct btf *btf = btf__new_empty();
	struct probe_layout layout;

	(void)state;
	assert_int_equal(btf__add_int(btf, "int", 4, BTF_INT_SIGNED), 1);
	assert_int_equal(btf__add_struct(btf, "nvme_queue", 8), 2);
	assert_int_equal(btf__add_field(btf, "qid", 1, 0, 3), 0);
	assert_int_equal(btf__add_field(btf, "q_depth", 1, 32, 0), 0);
	kernel_of(btf);
	read_layout(&layout);
	assert_int_equal(layout.offset[DUPCQE_OFF_QID], -1);
	assert_int_equal(layout.offset[DUPCQE_OFF_Q_DEPTH], 4);
	assert_int_equal(layout.queue_size, 8);
}

static void other_machines(void **state)
{
	(void)state;
	assert_null(probe_machine_find("riscv64"));
	assert_null(probe_machine_find(""));
}

static void each_answer_has_its_words(void **state)
{
	enum dupcqe_probe_answer answer;
	enum dupcqe_probe_offset offset;

	(void)state;
	for (answer = 0; answer < DUPCQE_PROBE_ANSWERS; answer++) {
		assert_non_null(dupcqe_probe_text(answer));
		assert_true(*dupcqe_probe_text(answer));
		assert_non_null(dupcqe_probe_advice(answer));
		assert_true(*dupcqe_probe_advice(answer) || !dupcqe_probe_failed(answer) || answer == DUPCQE_PROBE_FAILED);
		assert_null(strchr(dupcqe_probe_text(answer), '\n'));
	}
	assert_string_equal(dupcqe_probe_text(DUPCQE_PROBE_ANSWERS), "");
	for (offset = 0; offset < DUPCQE_OFFSETS; offset++)
		assert_non_null(dupcqe_probe_offset_name(offset));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(x86_64),	     cmocka_unit_test(arm64),
		cmocka_unit_test(without_the_queue), cmocka_unit_test(points_of_one_event_are_alike),
		cmocka_unit_test(names_in_a_circle), cmocka_unit_test(members_without_end),
		cmocka_unit_test(a_member_of_bits),
		cmocka_unit_test(other_machines),    cmocka_unit_test(each_answer_has_its_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
