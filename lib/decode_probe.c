// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The record of a probe on a kernel without the patches. The command id, the device and what the message says are
 * certain. The queue and the entry were read through every register that the driver's loop may have kept them in; a
 * register that held something else gave whatever stood there, and bytes of an older record where nothing could be read.
 * So a register counts only if it proves itself:
 *   the queue: it is the kernel's address of the queue with its number in the array of its device's queues, so that what
 *     stands there cannot be of another time or register; the controller of that device has the very device that the
 *     message is about; and head and depth go together;
 *   the entry: see decode_entry.c.
 * Two registers with different queues prove nothing. And the queue has to be the message's: it has the number that the
 * entry gives, or the entry at its head is the message's, whatever number it gives.
 */
#include <errno.h>
#include <string.h>
#include "decode_entry.h"
#include "decode_probe.h"

enum {
	VERSION = 1,
	CQE_BYTES = 16,
	MAX_DEPTH = 65536,	/* CAP.MQES is 0's based, 16 bits */
};

static const struct dupcqe_message messages[] = {
	{ "invalid id %d completed on queue ", "pcie", false },	  /* nvme_handle_cqe(), pci.c */
	{ "got bad cqe.command_id ", "tcp", true },		  /* nvme_tcp_process_nvme_cqe(), tcp.c */
};

int dupcqe_probe_message(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
			 const struct dupcqe_message **ret_message)
{
	char fmt[64];
	unsigned int i;

	if (!dupcqe_record_string(record, probe->fmt, fmt, sizeof(fmt)))
		return -ENODATA;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (strncmp(fmt, messages[i].begins, strlen(messages[i].begins)))
			continue;
		*ret_message = &messages[i];
		return 0;
	}
	return -ENOMSG;
}

struct queue {
	const struct dupcqe_register *reg;
	uint64_t value; /* of the register: the queue's address */
	uint64_t cqes;	/* address of the ring */
	uint32_t depth, head;
};

/* The kernel has the upper half of the addresses, in all memory layouts of the machines that have a table of registers. */
static bool has_address(const struct dupcqe_record *record, struct dupcqe_place place, uint64_t *ret_address)
{
	return dupcqe_record_has(record, place, ret_address) && *ret_address >> (8 * place.size - 1);
}

/* Whether the register is where the device has the queue with this number. */
static bool is_in_place(const struct dupcqe_record *record, const struct dupcqe_register *reg, uint64_t queue_size)
{
	uint64_t value, queues, qid;

	return has_address(record, reg->value, &value) &&
	       has_address(record, reg->place[DUPCQE_THROUGH_QUEUES], &queues) &&
	       dupcqe_record_has(record, reg->place[DUPCQE_THROUGH_QID], &qid) && queue_size &&
	       qid < MAX_DEPTH && value == queues + queue_size * qid;
}

static bool is_queue(const struct dupcqe_record *record, const struct dupcqe_register *reg, uint64_t device,
		     struct queue *ret_queue)
{
	uint64_t value, its_device, depth, head, cqes;

	if (!dupcqe_record_has(record, reg->value, &value) ||
	    !has_address(record, reg->place[DUPCQE_THROUGH_DEVICE], &its_device) ||
	    !dupcqe_record_has(record, reg->place[DUPCQE_THROUGH_Q_DEPTH], &depth) ||
	    !dupcqe_record_has(record, reg->place[DUPCQE_THROUGH_CQ_HEAD], &head) ||
	    !has_address(record, reg->place[DUPCQE_THROUGH_CQES], &cqes))
		return false;
	if (its_device != device || cqes % CQE_BYTES || depth < 2 ||
	    depth > MAX_DEPTH || head >= depth)
		return false;
	*ret_queue = (struct queue){ reg, value, cqes, depth, head };
	return true;
}

static bool find_queue(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
		       struct queue *ret_queue)
{
	struct queue found = { .reg = NULL }, another;
	uint64_t device, size;
	unsigned int i;

	if (!dupcqe_record_has(record, probe->device, &device) || !dupcqe_record_has(record, probe->queue_size, &size))
		return false;
	for (i = 0; i < probe->registers; i++) {
		if (!is_in_place(record, &probe->reg[i], size) || !is_queue(record, &probe->reg[i], device, &another))
			continue;
		if (found.reg && found.value != another.value)
			return false;
		if (!found.reg)
			found = another;
	}
	*ret_queue = found;
	return found.reg;
}

static void take(const struct dupcqe_record *record, const struct queue *queue, enum dupcqe_through from,
		 struct dupcqe_event *event, enum dupcqe_field field)
{
	const struct dupcqe_want *want = &dupcqe_wants[field];
	struct dupcqe_place place = queue->reg->place[from];
	uint64_t value;

	if (!place.size || !dupcqe_record_number(record, place, want, &value))
		return;
	dupcqe_want_store(event, field, value);
}

/* In the order of enum dupcqe_through. */
static const uint8_t fields[DUPCQE_THROUGHS] = {
	[DUPCQE_THROUGH_QID] = DUPCQE_QID,
	[DUPCQE_THROUGH_Q_DEPTH] = DUPCQE_Q_DEPTH,
	[DUPCQE_THROUGH_SQ_TAIL] = DUPCQE_SQ_TAIL,
	[DUPCQE_THROUGH_LAST_SQ_TAIL] = DUPCQE_LAST_SQ_TAIL,
	[DUPCQE_THROUGH_CQ_HEAD] = DUPCQE_CQ_HEAD,
	[DUPCQE_THROUGH_CQ_PHASE] = DUPCQE_CQ_PHASE,
	[DUPCQE_THROUGH_CQ_VECTOR] = DUPCQE_CQ_VECTOR,
	[DUPCQE_THROUGH_Q_FLAGS] = DUPCQE_Q_FLAGS,
	[DUPCQE_THROUGH_SQ_DMA] = DUPCQE_SQ_DMA,
	[DUPCQE_THROUGH_CQ_DMA] = DUPCQE_CQ_DMA,
};

static void take_queue(const struct dupcqe_record *record, const struct queue *queue, struct dupcqe_event *event)
{
	int i;

	for (i = DUPCQE_THROUGH_QID; i <= DUPCQE_THROUGH_CQ_DMA; i++)
		take(record, queue, i, event, fields[i]);
	/* a polled queue has a number there that means nothing */
	if (event->q_flags & DUPCQE_Q_POLLED) {
		event->has &= ~DUPCQE_BIT(DUPCQE_CQ_VECTOR);
		event->cq_vector = 0;
	}
}

static void drop(struct dupcqe_event *event, enum dupcqe_field field)
{
	memset((char *)event + dupcqe_wants[field].at, 0, dupcqe_wants[field].size);
	event->has &= ~DUPCQE_BIT(field);
}

/* The entry at the queue's head, through a register that has it still. */
static bool take_entry(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
		       struct dupcqe_event *event)
{
	struct dupcqe_span window;
	bool done = false;
	uint64_t at;
	unsigned int i;

	for (i = 0; !done && i < probe->registers; i++)
		done = dupcqe_entry_window(record, &probe->reg[i], &at, &window) &&
		       dupcqe_entry_take(at, &window, probe->reg[i].name, event);
	return done;
}

static void drop_queue(struct dupcqe_event *event)
{
	int i;

	for (i = DUPCQE_THROUGH_QID; i <= DUPCQE_THROUGH_CQ_DMA; i++)
		drop(event, fields[i]);
	event->cqes = 0;
	event->proof[0] = '\0';
}

static void take_pci(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
		     struct dupcqe_event *event)
{
	struct queue queue;

	if (!find_queue(record, probe, &queue))
		return;
	take_queue(record, &queue, event);
	event->cqes = queue.cqes;
	dupcqe_entry_proof(event, queue.reg->name);
	if (!take_entry(record, probe, event) && (!dupcqe_has(event, DUPCQE_SQ_ID) || event->qid != event->sq_id))
		drop_queue(event);
}

/* What the kernel puts where it could not read, or found no string. */
static bool is_fault(const char *string)
{
	return !strcmp(string, "(fault)") || !strcmp(string, "(null)") || !strcmp(string, "(efault)");
}

static void take_fabrics(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
			 struct dupcqe_event *event)
{
	drop(event, DUPCQE_ADDR);
	if (probe->traddr.size &&
	    dupcqe_record_string(record, probe->traddr, event->addr, sizeof(event->addr)) && !is_fault(event->addr))
		event->has |= DUPCQE_BIT(DUPCQE_ADDR);
	else
		drop(event, DUPCQE_ADDR);
	if (!dupcqe_has(event, DUPCQE_SQ_ID))
		return;
	event->qid = event->sq_id;
	event->has |= DUPCQE_BIT(DUPCQE_QID);
	drop(event, DUPCQE_SQ_ID);
}

void dupcqe_probe_complete(const struct dupcqe_record *record, const struct dupcqe_probe_format *probe,
			   const struct dupcqe_message *message, struct dupcqe_event *event)
{
	uint64_t version;

	event->source = DUPCQE_FROM_PROBE;
	strcpy(event->transport, message->transport);
	event->has |= DUPCQE_BIT(DUPCQE_TRANSPORT);
	if (message->says_qid)
		take_fabrics(record, probe, event);
	else if (dupcqe_record_has(record, probe->version, &version) && version == VERSION)
		take_pci(record, probe, event);
	if (!message->says_qid || is_fault(event->trsvcid))
		drop(event, DUPCQE_TRSVCID);
	if (is_fault(event->addr))
		drop(event, DUPCQE_ADDR);
}
