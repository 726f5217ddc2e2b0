/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes over the wire: NVMe/TCP PDUs, submission and completion queue entries, as offsets
 * into byte arrays, little endian. Both the target and the test client use this.
 *
 * Sections cited:
 *   [TCP]  NVM Express TCP Transport Specification 1.0
 *   [BASE] NVM Express Base Specification 2.0
 *   [NVM]  NVM Express NVM Command Set Specification 1.0
 */
#ifndef NVMET_TCP_DUP_PDU_H
#define NVMET_TCP_DUP_PDU_H

#include <stddef.h>
#include <stdint.h>

/* PDU common header, [TCP] 3.6.2.1 */
enum {
	PDU_TYPE	= 0,
	PDU_FLAGS	= 1,
	PDU_HLEN	= 2,
	PDU_PDO		= 3,
	PDU_PLEN	= 4,
	PDU_CH_LEN	= 8,
};

/* PDU types, [TCP] 3.6.2 */
enum pdu_type {
	PDU_ICREQ	= 0x00,
	PDU_ICRESP	= 0x01,
	PDU_H2C_TERM	= 0x02,
	PDU_C2H_TERM	= 0x03,
	PDU_CMD		= 0x04,
	PDU_RSP		= 0x05,
	PDU_H2C_DATA	= 0x06,
	PDU_C2H_DATA	= 0x07,
	PDU_R2T		= 0x09,
	PDU_NR_TYPES	= 0x0a,
};

/* bits of the FLAGS byte; which PDU has which is in the PDU's own section */
enum {
	PDU_F_HDGST	= 1 << 0,
	PDU_F_DDGST	= 1 << 1,
	PDU_F_LAST	= 1 << 2,
	PDU_F_SUCCESS	= 1 << 3,
};

/* ICReq and ICResp, [TCP] 3.6.2.2 and 3.6.2.3 */
enum {
	IC_PFV		= 8,
	IC_PDA		= 10,
	IC_DGST		= 11,
	ICREQ_MAXR2T	= 12,
	ICRESP_MAXH2C	= 12,
	IC_LEN		= 128,
};

/* H2CTermReq and C2HTermReq, [TCP] 3.6.2.4, 3.6.2.5; at most 128 bytes of the bad PDU follow */
enum {
	TERM_FES	= 8,
	TERM_FEI	= 10,
	TERM_HLEN	= 24,
	TERM_MAX	= 152,
};

enum term_fes {
	FES_HEADER	= 0x01,	/* invalid PDU header field */
	FES_SEQUENCE	= 0x02,	/* PDU sequence error */
	FES_RANGE	= 0x04,	/* data transfer out of range */
	FES_UNSUPPORTED	= 0x06,	/* unsupported parameter */
};

/* CapsuleCmd and CapsuleResp, [TCP] 3.6.2.6 and 3.6.2.7 */
enum {
	CMD_SQE		= 8,
	CMD_HLEN	= 72,
	RSP_CQE		= 8,
	RSP_HLEN	= 24,
};

/* H2CData, C2HData and R2T, [TCP] 3.6.2.8, 3.6.2.9 and 3.6.2.10 */
enum {
	DATA_CID	= 8,
	DATA_TTAG	= 10,
	DATA_OFFSET	= 12,
	DATA_LENGTH	= 16,
	DATA_HLEN	= 24,
};

/* submission queue entry, common format: [BASE] 3.3.3.1 */
enum {
	SQE_OPCODE	= 0,
	SQE_FLAGS	= 1,
	SQE_CID		= 2,
	SQE_NSID	= 4,
	SQE_FCTYPE	= 4,	/* fabrics commands have it in place of the nsid, [BASE] 6 */
	SQE_SGL_ADDR	= 24,
	SQE_SGL_LEN	= 32,
	SQE_SGL_TYPE	= 39,
	SQE_CDW10	= 40,
	SQE_CDW11	= 44,
	SQE_CDW12	= 48,
	SQE_LEN		= 64,
};

/* SGL descriptor type and subtype byte: [BASE] 4.1.2, the two that [TCP] 3.3 uses */
enum {
	SGL_IN_CAPSULE	= 0x01,	/* data block, address is an offset into the capsule */
	SGL_TRANSPORT	= 0x5a,	/* transport data block */
};

/* completion queue entry, common format: [BASE] 3.3.3.2 */
enum {
	CQE_RESULT	= 0,
	CQE_SQ_HEAD	= 8,
	CQE_SQ_ID	= 10,
	CQE_CID		= 12,
	CQE_STATUS	= 14,
	CQE_LEN		= 16,
};

struct cqe {
	uint64_t result;
	uint16_t sq_head;
	uint16_t sq_id;
	uint16_t cid;
	uint16_t status;	/* as on the wire: status field in bits 15:1, phase in bit 0 */
};

/* [BASE] 3.3.3.2.1, as they stand in bits 15:1 of the entry */
#define STATUS(sct, sc)		((uint16_t)((((sct) << 8) | (sc)) << 1))
#define STATUS_DNR		0x8000

enum {
	ST_SUCCESS		= STATUS(0, 0x00),
	ST_INVALID_OPCODE	= STATUS(0, 0x01) | STATUS_DNR,
	ST_INVALID_FIELD	= STATUS(0, 0x02) | STATUS_DNR,
	ST_CID_CONFLICT		= STATUS(0, 0x03) | STATUS_DNR,
	ST_INVALID_NS		= STATUS(0, 0x0b) | STATUS_DNR,
	ST_SEQUENCE_ERROR	= STATUS(0, 0x0c) | STATUS_DNR,
	ST_SGL_LENGTH		= STATUS(0, 0x0f) | STATUS_DNR,
	ST_SGL_TYPE		= STATUS(0, 0x11) | STATUS_DNR,
	ST_LBA_RANGE		= STATUS(0, 0x80) | STATUS_DNR,
	ST_AER_LIMIT		= STATUS(1, 0x05) | STATUS_DNR,
	ST_INVALID_LOG_PAGE	= STATUS(1, 0x09) | STATUS_DNR,
	ST_CONNECT_INVALID	= STATUS(1, 0x82) | STATUS_DNR,
};

/* Linux's nvme host: a command id is 4 bits of generation above 12 bits of tag */
static inline unsigned int cid_tag(uint16_t cid)
{
	return cid & 0xfff;
}

static inline unsigned int cid_gen(uint16_t cid)
{
	return cid >> 12;
}

static inline uint16_t cid_make(unsigned int gen, unsigned int tag)
{
	return (uint16_t)((gen & 0xf) << 12 | (tag & 0xfff));
}

uint16_t get_le16(const uint8_t *p);
uint32_t get_le32(const uint8_t *p);
uint64_t get_le64(const uint8_t *p);
void put_le16(uint8_t *p, uint16_t v);
void put_le32(uint8_t *p, uint32_t v);
void put_le64(uint8_t *p, uint64_t v);

/* writes a common header; the rest of the hlen bytes is zeroed */
void pdu_init(uint8_t *pdu, enum pdu_type type, uint8_t flags, uint8_t hlen, uint32_t datalen);

/*
 * Judges the common header of a PDU that a host sent. Returns NULL if it is sound, else what is
 * wrong, with the error status for the C2HTermReq in *ret_fes and the field's offset in *ret_fei.
 */
const char *pdu_check_from_host(const uint8_t *ch, uint32_t max_data, enum term_fes *ret_fes,
				uint32_t *ret_fei);

void cqe_pack(const struct cqe *cqe, uint8_t *out);
void cqe_unpack(const uint8_t *in, struct cqe *ret_cqe);

#endif
