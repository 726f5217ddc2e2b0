// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Words of a command line. 'single quotes' keep everything, "double quotes" all but \" and \\;
 * outside of quotes a backslash keeps the next character. There is no shell, so nothing else means
 * anything.
 */
#include <stdlib.h>
#include <string.h>
#include "config_parse.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether the backslash at p keeps the character behind it. */
static bool keeps_next(const char *p, char quote)
{
	if (p[0] != '\\' || !p[1] || quote == '\'')
		return false;
	return !quote || p[1] == '"' || p[1] == '\\';
}

/* Copy one word to the buffer, which is as long as the text, and move *at behind it. */
static bool take_word(const char **at, char *buffer)
{
	const char *p = *at;
	char quote = '\0';

	for (; *p && (quote || !is_blank(*p)); p++) {
		if (keeps_next(p, quote))
			*buffer++ = *++p;
		else if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? '\0' : *p;
		else
			*buffer++ = *p;
	}
	*buffer = '\0';
	*at = p;
	return !quote;
}

static enum config_words split(const char *text, char *buffer, char **words, size_t max,
			       size_t *count)
{
	for (;;) {
		while (is_blank(*text))
			text++;
		if (!*text)
			return WORDS_GOOD;
		if (*text == '#')
			return WORDS_HASH;
		if (!take_word(&text, buffer))
			return WORDS_NO_CLOSING_QUOTE;
		if (*count == max)
			return WORDS_TOO_MANY;
		words[*count] = strdup(buffer);
		if (!words[*count])
			return WORDS_NO_MEMORY;
		++*count;
	}
}

enum config_words config_split(const char *text, char **ret_words, size_t max, size_t *ret_count)
{
	char *buffer = malloc(strlen(text) + 1);
	enum config_words result = WORDS_NO_MEMORY;
	size_t i;

	for (i = 0; i <= max; i++)
		ret_words[i] = NULL;
	*ret_count = 0;
	if (buffer)
		result = split(text, buffer, ret_words, max, ret_count);
	free(buffer);
	if (result == WORDS_GOOD)
		return result;
	for (i = 0; i <= max; i++) {
		free(ret_words[i]);
		ret_words[i] = NULL;
	}
	*ret_count = 0;
	return result;
}
