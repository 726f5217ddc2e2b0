/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fuzzer's bytes, taken from the front; zeroes when there are no more. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t take_byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

static inline uint16_t take_half(struct input *input)
{
	uint8_t low = take_byte(input);

	return low | take_byte(input) << 8;
}

#endif
