// SPDX-License-Identifier: GPL-2.0-or-later
/* reading and writing PDUs; no state, no I/O */
#include <stdbool.h>
#include <string.h>

#include "nvmet-tcp-dup-pdu.h"

uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t get_le32(const uint8_t *p)
{
	return get_le16(p) | (uint32_t)get_le16(p + 2) << 16;
}

uint64_t get_le64(const uint8_t *p)
{
	return get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

void put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

void put_le32(uint8_t *p, uint32_t v)
{
	put_le16(p, (uint16_t)v);
	put_le16(p + 2, (uint16_t)(v >> 16));
}

void put_le64(uint8_t *p, uint64_t v)
{
	put_le32(p, (uint32_t)v);
	put_le32(p + 4, (uint32_t)(v >> 32));
}

void pdu_init(uint8_t *pdu, enum pdu_type type, uint8_t flags, uint8_t hlen, uint32_t datalen)
{
	memset(pdu, 0, hlen);
	pdu[PDU_TYPE] = (uint8_t)type;
	pdu[PDU_FLAGS] = flags;
	pdu[PDU_HLEN] = hlen;
	pdu[PDU_PDO] = datalen ? hlen : 0;
	put_le32(pdu + PDU_PLEN, hlen + datalen);
}

/* what a host may send; no entry: not from a host */
static const struct {
	uint8_t hlen;
	uint8_t flags;		/* the allowed ones */
	bool may_have_data;
	bool is_term;
} from_host[PDU_NR_TYPES] = {
	[PDU_ICREQ]	= { .hlen = IC_LEN },
	[PDU_H2C_TERM]	= { .hlen = TERM_HLEN, .is_term = true },
	[PDU_CMD]	= { .hlen = CMD_HLEN, .may_have_data = true },
	[PDU_H2C_DATA]	= { .hlen = DATA_HLEN, .flags = PDU_F_LAST, .may_have_data = true },
};

/* the data of a PDU begins at PDO, which may leave a gap after the header */
static const char *check_length(const uint8_t *ch, uint32_t max_data, uint32_t *ret_fei)
{
	uint32_t plen = get_le32(ch + PDU_PLEN);
	uint8_t hlen = ch[PDU_HLEN];

	*ret_fei = PDU_PLEN;
	if (from_host[ch[PDU_TYPE]].is_term)
		return plen < hlen || plen > TERM_MAX ? "bad plen" : NULL;
	if (plen == hlen)
		return NULL;
	if (plen < hlen || !from_host[ch[PDU_TYPE]].may_have_data)
		return "bad plen";
	if (ch[PDU_PDO] < hlen || ch[PDU_PDO] > plen) {
		*ret_fei = PDU_PDO;
		return "bad pdo";
	}
	return plen - ch[PDU_PDO] > max_data ? "more data than allowed" : NULL;
}

const char *pdu_check_from_host(const uint8_t *ch, uint32_t max_data, enum term_fes *ret_fes,
				uint32_t *ret_fei)
{
	unsigned int type = ch[PDU_TYPE];

	*ret_fes = FES_HEADER;
	*ret_fei = PDU_TYPE;
	if (type >= PDU_NR_TYPES || !from_host[type].hlen)
		return "bad pdu type";
	*ret_fei = PDU_FLAGS;
	if (ch[PDU_FLAGS] & ~from_host[type].flags)
		return "bad flags";
	*ret_fei = PDU_HLEN;
	if (ch[PDU_HLEN] != from_host[type].hlen)
		return "bad hlen";
	return check_length(ch, max_data, ret_fei);
}

void cqe_pack(const struct cqe *cqe, uint8_t *out)
{
	put_le64(out + CQE_RESULT, cqe->result);
	put_le16(out + CQE_SQ_HEAD, cqe->sq_head);
	put_le16(out + CQE_SQ_ID, cqe->sq_id);
	put_le16(out + CQE_CID, cqe->cid);
	put_le16(out + CQE_STATUS, cqe->status);
}

void cqe_unpack(const uint8_t *in, struct cqe *ret_cqe)
{
	ret_cqe->result = get_le64(in + CQE_RESULT);
	ret_cqe->sq_head = get_le16(in + CQE_SQ_HEAD);
	ret_cqe->sq_id = get_le16(in + CQE_SQ_ID);
	ret_cqe->cid = get_le16(in + CQE_CID);
	ret_cqe->status = get_le16(in + CQE_STATUS);
}
