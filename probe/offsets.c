// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the members stand, by the running kernel's own type information. A module's BTF has the types that the kernel
 * proper does not have; one that is built in has its types in vmlinux.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "probe_parts.h"

enum { FILES = 5, DEPTH = 8 };

/* where to look, in this order */
static const char *const files[FILES] = { "nvme", "nvme_core", "nvme_fabrics", "nvme_tcp", "vmlinux" };

static const char *const wanted[DUPCQE_OFFSETS] = {
	[DUPCQE_OFF_DEVICE_NAME] = "device.kobj.name",
	[DUPCQE_OFF_DRIVER_DATA] = "device.driver_data",
	[DUPCQE_OFF_CTRL_INSTANCE] = "nvme_ctrl.instance",
	[DUPCQE_OFF_CTRL_DEV] = "nvme_ctrl.dev",
	[DUPCQE_OFF_CTRL_OPTS] = "nvme_ctrl.opts",
	[DUPCQE_OFF_TRADDR] = "nvmf_ctrl_options.traddr",
	[DUPCQE_OFF_TRSVCID] = "nvmf_ctrl_options.trsvcid",
	[DUPCQE_OFF_DEV_DEVICE] = "nvme_dev.ctrl.device",
	[DUPCQE_OFF_DEV_QUEUES] = "nvme_dev.queues",
	[DUPCQE_OFF_QUEUE_DEV] = "nvme_queue.dev",
	[DUPCQE_OFF_CQES] = "nvme_queue.cqes",
	[DUPCQE_OFF_SQ_DMA] = "nvme_queue.sq_dma_addr",
	[DUPCQE_OFF_CQ_DMA] = "nvme_queue.cq_dma_addr",
	[DUPCQE_OFF_Q_DEPTH] = "nvme_queue.q_depth",
	[DUPCQE_OFF_CQ_VECTOR] = "nvme_queue.cq_vector",
	[DUPCQE_OFF_SQ_TAIL] = "nvme_queue.sq_tail",
	[DUPCQE_OFF_LAST_SQ_TAIL] = "nvme_queue.last_sq_tail",
	[DUPCQE_OFF_CQ_HEAD] = "nvme_queue.cq_head",
	[DUPCQE_OFF_QID] = "nvme_queue.qid",
	[DUPCQE_OFF_CQ_PHASE] = "nvme_queue.cq_phase",
	[DUPCQE_OFF_Q_FLAGS] = "nvme_queue.flags",
};

const char *dupcqe_probe_offset_name(enum dupcqe_probe_offset offset)
{
	return (unsigned int)offset < DUPCQE_OFFSETS ? wanted[offset] : NULL;
}

struct found {
	uint32_t bits; /* from the start of the outermost structure */
	uint32_t type;
};

/* The type information may be anybody's (--root, a container): names that go round in a circle, or fan out, come to an end. */
enum { NAMES = 32, MEMBERS = 4096 };

static const struct btf_type *skip_names(const struct btf *btf, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);
	int left = NAMES;

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = left-- ? btf__type_by_id(btf, type->type) : NULL;
	return type;
}

/* One member by name, also inside structures and unions without a name. */
static bool find_member(const struct btf *btf, const struct btf_type *type, const char *name, size_t length, int depth,
			int *budget, struct found *found)
{
	const struct btf_member *member = btf_members(type);
	const struct btf_type *inner;
	struct found below;
	const char *is;
	int i;

	for (i = 0; i < btf_vlen(type) && (*budget)-- > 0; i++) {
		is = btf__name_by_offset(btf, member[i].name_off);
		below = (struct found){ found->bits + btf_member_bit_offset(type, i), member[i].type };
		inner = skip_names(btf, member[i].type);
		if (is && strlen(is) == length && !strncmp(is, name, length) && !btf_member_bitfield_size(type, i)) {
			*found = below;
			return true;
		}
		if (is && !*is && inner && btf_is_composite(inner) && depth < DEPTH &&
		    find_member(btf, inner, name, length, depth + 1, budget, &below)) {
			*found = below;
			return true;
		}
	}
	return false;
}

/* "kobj.name" in the structure id */
static bool find_path(const struct btf *btf, uint32_t id, const char *path, struct found *ret_found)
{
	struct found found = { 0, id };
	const struct btf_type *type;
	int budget = MEMBERS;
	size_t length;

	for (; *path; path += length + (path[length] == '.')) {
		length = strcspn(path, ".");
		type = skip_names(btf, found.type);
		if (!type || !btf_is_composite(type) || !find_member(btf, type, path, length, 0, &budget, &found))
			return false;
	}
	*ret_found = found;
	return true;
}

/* "nvme_queue.dev" */
static bool find_wanted(const struct btf *btf, const char *name, struct found *ret_found)
{
	int length = strcspn(name, "."), id;
	char type[32];

	snprintf(type, sizeof(type), "%.*s", length, name);
	id = btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT);
	return id > 0 && find_path(btf, id, name + length + 1, ret_found) && ret_found->bits % 8 == 0;
}

static void look_in(const struct btf *btf, struct probe_layout *layout)
{
	int i, size, queue = btf__find_by_name_kind(btf, "nvme_queue", BTF_KIND_STRUCT);
	struct found found;

	if (!layout->queue_size && queue > 0)
		layout->queue_size = btf__resolve_size(btf, queue);

	for (i = 0; i < DUPCQE_OFFSETS; i++) {
		if (layout->offset[i] >= 0 || !find_wanted(btf, wanted[i], &found))
			continue;
		size = btf__resolve_size(btf, found.type);
		if (size != 1 && size != 2 && size != 4 && size != 8)
			continue;
		layout->offset[i] = found.bits / 8;
		layout->size[i] = size;
	}
}

static int silence(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int open_btf(const char *root, const char *name, struct btf *base, struct btf **ret_btf)
{
	char path[320];
	int err;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/%s", root, name);
	if (access(path, R_OK))
		return -errno;
	*ret_btf = base ? btf__parse_split(path, base) : btf__parse(path, NULL);
	err = libbpf_get_error(*ret_btf);
	return err > 0 ? -err : err;
}

int probe_layout_read(const char *root, struct probe_layout *ret_layout)
{
	struct probe_layout layout;
	struct btf *base, *btf;
	libbpf_print_fn_t before;
	int i, err;

	memset(&layout, 0xff, sizeof(layout));
	layout.queue_size = 0;
	before = libbpf_set_print(silence);
	err = open_btf(root, "vmlinux", NULL, &base);
	for (i = 0; !err && i < FILES - 1; i++) {
		/* one that is not there, or is broken, leaves its places unknown */
		if (open_btf(root, files[i], base, &btf))
			continue;
		look_in(btf, &layout);
		btf__free(btf);
	}
	if (!err) {
		look_in(base, &layout);
		btf__free(base);
		*ret_layout = layout;
	}
	libbpf_set_print(before);
	return err;
}
