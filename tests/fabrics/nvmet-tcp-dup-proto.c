// SPDX-License-Identifier: GPL-2.0-or-later
/* one connection: what a PDU means, and in which order they may come */
#include <stdio.h>

#include "nvmet-tcp-dup-target.h"

/* [TCP] 3.6.2.3: no alignment, no digests. One R2T for each command is always allowed */
static void send_icresp(struct conn *c)
{
	uint8_t pdu[IC_LEN];

	pdu_init(pdu, PDU_ICRESP, 0, IC_LEN, 0);
	put_le32(pdu + ICRESP_MAXH2C, MAX_TRANSFER);
	conn_send(c, pdu, sizeof(pdu));
}

static void on_icreq(struct conn *c, const uint8_t *pdu)
{
	if (c->state != CONN_NEW) {
		conn_reject(c, FES_SEQUENCE, PDU_TYPE, pdu, "second ICReq");
	} else if (get_le16(pdu + IC_PFV)) {
		conn_reject(c, FES_UNSUPPORTED, IC_PFV, pdu, "unknown pdu format version");
	} else if (pdu[IC_PDA]) {
		conn_reject(c, FES_UNSUPPORTED, IC_PDA, pdu, "data alignment is not supported");
	} else if (pdu[IC_DGST]) {
		conn_reject(c, FES_UNSUPPORTED, IC_DGST, pdu, "digests are not supported");
	} else {
		send_icresp(c);
		c->state = CONN_READY;
	}
}

static void on_term(struct conn *c, const uint8_t *pdu)
{
	printf("terminated=%u qid=%u fes=0x%x fei=%u\n", c->id, c->qid, get_le16(pdu + TERM_FES),
	       get_le32(pdu + TERM_FEI));
	c->dead = true;
}

void proto_pdu(struct conn *c, const uint8_t *pdu)
{
	uint32_t plen = get_le32(pdu + PDU_PLEN);
	uint32_t start = plen == pdu[PDU_HLEN] ? plen : pdu[PDU_PDO];

	if (c->state == CONN_NEW && pdu[PDU_TYPE] != PDU_ICREQ) {
		conn_reject(c, FES_SEQUENCE, PDU_TYPE, pdu, "the first pdu is not an ICReq");
		return;
	}
	switch (pdu[PDU_TYPE]) {
	case PDU_ICREQ:
		on_icreq(c, pdu);
		break;
	case PDU_H2C_TERM:
		on_term(c, pdu);
		break;
	case PDU_CMD:
		cmd_capsule(c, pdu, pdu + start, plen - start);
		break;
	case PDU_H2C_DATA:
		cmd_h2c_data(c, pdu, pdu + start, plen - start);
		break;
	}
}
