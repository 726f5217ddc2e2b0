// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_table.h"

enum dupcqe_command_set dupcqe_command_set(int qid, uint8_t opcode)
{
	if (opcode == DUPCQE_FABRICS_COMMAND)
		return DUPCQE_SET_FABRICS;
	return qid ? DUPCQE_SET_NVM : DUPCQE_SET_ADMIN;
}

static uint64_t little_endian(const uint8_t *bytes, unsigned int count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

static uint64_t field_value(const struct command_field *field, const uint8_t *words)
{
	uint64_t value = little_endian(words + field->offset, field->size) >> field->shift;

	if (field->mask)
		value &= field->mask;
	if (field->upper)
		value |= words[field->offset + 1] & field->upper;
	return value;
}

static void put_number(struct dupcqe_text *text, uint64_t value, enum command_base base)
{
	if (base == BASE_DEC) {
		dupcqe_text_dec(text, value);
		return;
	}
	if (base == BASE_HEX)
		dupcqe_text_write(text, "0x", 2);
	dupcqe_text_hex(text, value, base == BASE_HEX2 ? 2 : 1);
}

static void put_value_name(struct dupcqe_text *text, const struct command_values *values,
			   uint64_t value)
{
	const char *name = value < values->count ? values->name[value] : NULL;

	dupcqe_text_putc(text, ':');
	dupcqe_text_puts(text, name ? name : "reserved");
}

static void put_field(struct dupcqe_text *text, const struct command_field *field,
		      enum dupcqe_wording wording, const uint8_t *words)
{
	uint64_t value = field_value(field, words);

	dupcqe_text_puts(text, field->label);
	dupcqe_text_putc(text, '=');
	put_number(text, value, field->base);
	if (field->values && field->values->since <= wording)
		put_value_name(text, field->values, value);
}

static void put_bytes(struct dupcqe_text *text, const char *label, const uint8_t *words)
{
	int i;

	dupcqe_text_puts(text, label);
	for (i = 0; i < DUPCQE_CDW_BYTES; i++) {
		dupcqe_text_putc(text, i ? ' ' : '=');
		dupcqe_text_hex(text, words[i], 2);
	}
}

static const struct command_field *find_fields(enum dupcqe_driver driver,
					       enum dupcqe_wording wording,
					       enum dupcqe_command_set set, uint8_t opcode)
{
	const struct command_entry *entry = dupcqe_command_table;

	for (; entry->field; entry++)
		if (entry->opcode == opcode && entry->set == set && entry->since[driver] <= wording)
			break;
	return entry->field;
}

void dupcqe_command_words(struct dupcqe_text *text, enum dupcqe_driver driver,
			  enum dupcqe_wording wording, enum dupcqe_command_set set, uint8_t opcode,
			  const uint8_t words[DUPCQE_CDW_BYTES])
{
	const struct command_field *field = find_fields(driver, wording, set, opcode);
	int i;

	if (!field) {
		put_bytes(text, set == DUPCQE_SET_FABRICS ? "specific" : "cdw10", words);
		return;
	}
	for (i = 0; i < COMMAND_FIELDS && field[i].label; i++) {
		if (i)
			dupcqe_text_write(text, ", ", 2);
		put_field(text, &field[i], wording, words);
	}
}
