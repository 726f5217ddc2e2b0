// SPDX-License-Identifier: GPL-2.0-or-later
/* Identify, [BASE] 5.17: what the controller and its only namespace are */
#include <stdio.h>
#include <string.h>

#include "nvmet-tcp-dup-target.h"

enum {
	CNS_NS		= 0x00,
	CNS_CTRL	= 0x01,
	CNS_ACTIVE_NS	= 0x02,
	CNS_NS_DESC	= 0x03,
	PAGE		= 4096,
	NSID		= 1,
};

/* [BASE] 5.17.2.1, Identify Controller */
enum {
	ID_SN		= 4,
	ID_MN		= 24,
	ID_FR		= 64,
	ID_MDTS		= 77,
	ID_CNTLID	= 78,
	ID_VER		= 80,
	ID_CNTRLTYPE	= 111,
	ID_ACL		= 258,
	ID_AERL		= 259,
	ID_FRMW		= 260,
	ID_KAS		= 320,
	ID_SQES		= 512,
	ID_CQES		= 513,
	ID_MAXCMD	= 514,
	ID_NN		= 516,
	ID_VWC		= 525,
	ID_SGLS		= 536,
	ID_SUBNQN	= 768,
	ID_IOCCSZ	= 1792,
	ID_IORCSZ	= 1796,
	ID_MSDBD	= 1803,

	SGLS_SUPPORTED	= 1 << 0,
	SGLS_OFFSET	= 1 << 20,	/* a data block's address may be an offset */
	SGLS_TRANSPORT	= 1 << 21,
};

/* [NVM] 4.1.5.1, Identify Namespace; [BASE] 5.17.2.3, the descriptor list */
enum {
	NS_NSZE		= 0,
	NS_NCAP		= 8,
	NS_NUSE		= 16,
	NS_NGUID	= 104,
	NS_LBADS	= 130,		/* of LBA format 0 */
	DESC_NGUID	= 2,
	DESC_HEAD	= 4,
	NGUID_LEN	= 16,
};

static const uint8_t nguid[NGUID_LEN] = "dup-cqe-ramdisk";

static void put_text(uint8_t *p, const char *text, size_t len)
{
	memset(p, ' ', len);
	memcpy(p, text, strlen(text));
}

static void fill_ctrl(uint8_t *p, const struct conn *c)
{
	put_text(p + ID_SN, "dup-cqe", 20);
	put_text(p + ID_MN, "nvmet-tcp-dup", 40);
	put_text(p + ID_FR, "1", 8);
	p[ID_MDTS] = MDTS;
	put_le16(p + ID_CNTLID, c->ctrl->cntlid);
	put_le32(p + ID_VER, 0x00010400);
	p[ID_CNTRLTYPE] = 1;		/* I/O controller */
	p[ID_ACL] = 3;
	p[ID_AERL] = 3;
	p[ID_FRMW] = 3;			/* one slot, read only */
	put_le16(p + ID_KAS, 1);	/* in units of 100 ms */
	p[ID_SQES] = 0x66;
	p[ID_CQES] = 0x44;
	put_le16(p + ID_MAXCMD, (uint16_t)c->target->depth);
	put_le32(p + ID_NN, NSID);
	p[ID_VWC] = 1;			/* so that the host sends Flush */
	put_le32(p + ID_SGLS, SGLS_SUPPORTED | SGLS_OFFSET | SGLS_TRANSPORT);
	snprintf((char *)p + ID_SUBNQN, 256, "%s", c->target->nqn);
	put_le32(p + ID_IOCCSZ, (SQE_LEN + IN_CAPSULE) / 16);
	put_le32(p + ID_IORCSZ, CQE_LEN / 16);
	p[ID_MSDBD] = 1;
}

static void fill_ns(uint8_t *p, const struct target *t)
{
	put_le64(p + NS_NSZE, t->blocks);
	put_le64(p + NS_NCAP, t->blocks);
	put_le64(p + NS_NUSE, t->blocks);
	memcpy(p + NS_NGUID, nguid, NGUID_LEN);
	p[NS_LBADS] = BLOCK_SHIFT;
}

static void fill_ns_desc(uint8_t *p)
{
	p[0] = DESC_NGUID;
	p[1] = NGUID_LEN;
	memcpy(p + DESC_HEAD, nguid, NGUID_LEN);
}

static uint16_t fill(uint8_t *p, const struct conn *c, uint8_t cns, uint32_t nsid)
{
	switch (cns) {
	case CNS_CTRL:
		fill_ctrl(p, c);
		return ST_SUCCESS;
	case CNS_ACTIVE_NS:	/* those above the given id */
		if (nsid >= 0xfffffffe)
			return ST_INVALID_NS;
		put_le32(p, nsid < NSID ? NSID : 0);
		return ST_SUCCESS;
	case CNS_NS:
		if (nsid != NSID)
			return ST_INVALID_NS;
		fill_ns(p, c->target);
		return ST_SUCCESS;
	case CNS_NS_DESC:
		if (nsid != NSID)
			return ST_INVALID_NS;
		fill_ns_desc(p);
		return ST_SUCCESS;
	}
	return ST_INVALID_FIELD;
}

void identify_exec(struct conn *c, struct cmd *cmd, struct reply *r)
{
	static uint8_t page[PAGE];

	memset(page, 0, sizeof(page));
	r->status = fill(page, c, cmd->sqe[SQE_CDW10], get_le32(cmd->sqe + SQE_NSID));
	r->data = page;
	r->len = sizeof(page);
}
