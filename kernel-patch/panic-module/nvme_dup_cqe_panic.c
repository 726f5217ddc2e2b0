// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stop the machine at a completion that the NVMe driver refused, in the very
 * context in which it was refused: for kernels whose trace events have no
 * panic trigger.
 *
 * It depends on nvme-core by the symbols of its tracepoint: nvme-core is loaded
 * with it, and cannot go away before it. Nothing has to be watched then, and it
 * is never armed for a driver that is not there.
 *
 * All parameters are set and read under kernel_param_lock(), init and exit take
 * it themselves. While armed, nothing but the hits changes: the probe needs no
 * lock.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/nvme.h>
#include <linux/panic.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "trace.h"

static const char * const reason_names[] = {
	[NVME_DUP_CQE_UNKNOWN_TAG]	= "unknown tag",
	[NVME_DUP_CQE_STALE_GENCTR]	= "stale generation",
	[NVME_DUP_CQE_NOT_IN_FLIGHT]	= "not in flight",
};

#define NR_REASONS	ARRAY_SIZE(reason_names)

static DECLARE_BITMAP(reasons, NR_REASONS);
static char addr[NVMF_TRADDR_SIZE + 1];

static bool live;	/* from the end of init to the start of exit */
static bool armed;
static atomic_t hits;

struct number {
	const char	*wants;
	int		min;
	int		max;
	int		value;
};

static struct number ctrl_id = { "the number of a controller, or -1 for any", -1, INT_MAX, -1 };
static struct number qid = { "the number of a queue, or -1 for any", -1, U16_MAX, -1 };
static struct number count = { "a number above 0", 1, INT_MAX, 1 };

static bool wanted(const struct nvme_ctrl *ctrl, const struct nvme_dup_cqe *dup)
{
	if (ctrl_id.value >= 0 && ctrl_id.value != ctrl->instance)
		return false;
	if (qid.value >= 0 && qid.value != dup->qid)
		return false;
	if (addr[0] && (!dup->addr || strcmp(addr, dup->addr)))
		return false;
	return dup->reason < NR_REASONS && test_bit(dup->reason, reasons);
}

/* -1 for what is not known, as in the text of the event */
static int if_present(const struct nvme_dup_cqe *dup, unsigned int bit, int value)
{
	return dup->present & bit ? value : -1;
}

static int expected_genctr(struct request *rq)
{
	return rq ? nvme_genctr_mask(nvme_req(rq)->genctr) : -1;
}

static int opcode(struct request *rq, const struct nvme_dup_cqe *dup)
{
	if (!rq || !(dup->present & NVME_DUP_CQE_CMD))
		return -1;
	return nvme_req(rq)->cmd->common.opcode;
}

static void probe_nvme_dup_cqe(void *data, struct nvme_ctrl *ctrl,
			       struct request *rq, const struct nvme_dup_cqe *dup)
{
	u16 cid = dup->cqe.command_id;

	/* exactly one of the hits on several CPUs is the last one */
	if (!wanted(ctrl, dup) || atomic_inc_return(&hits) != count.value)
		return;

	panic(KBUILD_MODNAME ": %s: nvme%d: qid=%u, cmdid=%u, tag=%u, genctr=%u, expected=%d, opcode=%d, reason=%s, depth=%d, sq_tail=%d, cq_head=%d, sq_dma=0x%llx, cq_dma=0x%llx",
	      dup->addr ?: "", ctrl->instance, dup->qid, cid,
	      nvme_tag_from_cid(cid), nvme_genctr_from_cid(cid),
	      expected_genctr(rq), opcode(rq, dup), reason_names[dup->reason],
	      if_present(dup, NVME_DUP_CQE_Q_DEPTH, dup->q_depth),
	      if_present(dup, NVME_DUP_CQE_SQ_TAIL, dup->sq_tail),
	      if_present(dup, NVME_DUP_CQE_CQ_HEAD, dup->cq_head),
	      dup->sq_dma, dup->cq_dma);
}

/*
 * As the panic trigger: whoever may load modules or write to sysfs need not be
 * one who may stop the machine, and where tracing is locked down, this is.
 * Behind all other probes, whenever they were registered: the record has to be
 * in the trace buffers before the machine stops.
 */
static int arm(void)
{
	int ret;

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	ret = security_locked_down(LOCKDOWN_TRACEFS);
	if (ret)
		return ret;
	if (bitmap_empty(reasons, NR_REASONS)) {
		pr_err("armed: needs reasons first\n");
		return -EINVAL;
	}
	atomic_set(&hits, 0);
	ret = register_trace_prio_nvme_dup_cqe(probe_nvme_dup_cqe, NULL, INT_MIN);
	if (ret)
		return ret;
	armed = true;
	pr_info("armed\n");
	return 0;
}

static void disarm(void)
{
	unregister_trace_nvme_dup_cqe(probe_nvme_dup_cqe, NULL);
	/* nobody is in the probe any more when settings change or the code goes away */
	tracepoint_synchronize_unregister();
	armed = false;
}

static int set_armed(const char *val, const struct kernel_param *kp)
{
	bool wish;
	int ret = kstrtobool(val, &wish);

	if (ret)
		return ret;
	if (!live) {
		pr_err("armed: not while loading or unloading; reasons= arms at load\n");
		return -EBUSY;
	}
	if (!wish) {
		if (armed)
			disarm();
		return 0;
	}
	return armed ? -EBUSY : arm();
}

static int get_armed(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", armed);
}

static int may_change(void)
{
	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	return armed ? -EBUSY : 0;
}

static int set_reasons(const char *val, const struct kernel_param *kp)
{
	DECLARE_BITMAP(wish, NR_REASONS);
	int ret = may_change();

	if (ret)
		return ret;
	ret = bitmap_parselist(val, wish, NR_REASONS);
	if (ret || test_bit(0, wish)) {
		pr_err("%s: wants a list of 1 (unknown tag), 2 (stale generation), 3 (not in flight)\n",
		       kp->name);
		return -EINVAL;
	}
	bitmap_copy(reasons, wish, NR_REASONS);
	return 0;
}

static int get_reasons(char *buffer, const struct kernel_param *kp)
{
	unsigned int reason;
	int len = 0;

	for_each_set_bit(reason, reasons, NR_REASONS)
		len += sysfs_emit_at(buffer, len, "%s%u", len ? "," : "", reason);
	return len + sysfs_emit_at(buffer, len, "\n");
}

static int set_number(const char *val, const struct kernel_param *kp)
{
	struct number *number = kp->arg;
	int wish, ret = may_change();

	if (ret)
		return ret;
	if (kstrtoint(val, 10, &wish) || wish < number->min || wish > number->max) {
		pr_err("%s: wants %s\n", kp->name, number->wants);
		return -EINVAL;
	}
	number->value = wish;
	return 0;
}

static int get_number(char *buffer, const struct kernel_param *kp)
{
	const struct number *number = kp->arg;

	return sysfs_emit(buffer, "%d\n", number->value);
}

/* with or without the newline of echo; an empty one is for any */
static int set_addr(const char *val, const struct kernel_param *kp)
{
	size_t len = strcspn(val, "\n");
	int ret = may_change();

	if (ret)
		return ret;
	if (len >= sizeof(addr) || (val[len] && val[len + 1])) {
		pr_err("%s: wants one address, of %zu characters at most\n", kp->name,
		       sizeof(addr) - 1);
		return -EINVAL;
	}
	memcpy(addr, val, len);
	addr[len] = '\0';
	return 0;
}

static int get_addr(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n", addr);
}

/* the kernel calls this without asking whether it is there, for hits= at load */
static int set_hits(const char *val, const struct kernel_param *kp)
{
	pr_err("%s: can only be read\n", kp->name);
	return -EPERM;
}

static int get_hits(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&hits));
}

static const struct kernel_param_ops reasons_ops = { .set = set_reasons, .get = get_reasons };
static const struct kernel_param_ops number_ops = { .set = set_number, .get = get_number };
static const struct kernel_param_ops addr_ops = { .set = set_addr, .get = get_addr };
static const struct kernel_param_ops armed_ops = { .set = set_armed, .get = get_armed };
static const struct kernel_param_ops hits_ops = { .set = set_hits, .get = get_hits };

module_param_cb(reasons, &reasons_ops, NULL, 0644);
MODULE_PARM_DESC(reasons, "panic for these, as in the event: 1 unknown tag, 2 stale generation, 3 not in flight; none: never");
module_param_cb(ctrl_id, &number_ops, &ctrl_id, 0644);
MODULE_PARM_DESC(ctrl_id, "only for this controller, 0 for nvme0 (default -1: any)");
module_param_cb(qid, &number_ops, &qid, 0644);
MODULE_PARM_DESC(qid, "only for this queue, 0 is the admin queue (default -1: any)");
module_param_cb(addr, &addr_ops, NULL, 0644);
MODULE_PARM_DESC(addr, "only for the device with this bus or transport address (default: any)");
module_param_cb(count, &number_ops, &count, 0644);
MODULE_PARM_DESC(count, "panic at the count-th completion that fits (default 1)");
module_param_cb(armed, &armed_ops, NULL, 0644);
MODULE_PARM_DESC(armed, "1 arms and 0 disarms; the others can be written while it is 0. At load, reasons arms");
module_param_cb(hits, &hits_ops, NULL, 0444);
MODULE_PARM_DESC(hits, "how many have fitted since it was armed, read only");

/*
 * The parameters are in sysfs before init is called and until after exit is:
 * whoever writes then must not leave a probe behind.
 */
static int __init nvme_dup_cqe_panic_init(void)
{
	int ret = 0;

	kernel_param_lock(THIS_MODULE);
	if (bitmap_empty(reasons, NR_REASONS))
		pr_info("not armed: reasons= is missing\n");
	else
		ret = arm();
	live = !ret;
	kernel_param_unlock(THIS_MODULE);
	return ret;
}

static void __exit nvme_dup_cqe_panic_exit(void)
{
	kernel_param_lock(THIS_MODULE);
	live = false;
	if (armed)
		disarm();
	kernel_param_unlock(THIS_MODULE);
}

/*
 * The tracepoint's own symbol version says nothing of its arguments, but that of
 * this function does: a module made for other patches is refused. This takes
 * CONFIG_MODVERSIONS; without it, the driver and this have to be built together.
 */
static const void * const layout __used = nvme_trace_dup_cqe;

module_init(nvme_dup_cqe_panic_init);
module_exit(nvme_dup_cqe_panic_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("panic at a duplicate NVMe completion");
