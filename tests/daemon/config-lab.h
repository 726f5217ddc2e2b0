/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations in a temporary folder, and what reading them says. */
#ifndef DUPCQE_TESTS_CONFIG_LAB_H
#define DUPCQE_TESTS_CONFIG_LAB_H

#include <stddef.h>
#include "config.h"

extern char lab_folder[64];
extern char lab_main[128];	  /* the main file's path */
extern char *lab_errors;	  /* what the last lab_read() said, without the folder */
extern struct config *lab_config; /* of the last lab_read(), NULL if it failed */

/* cmocka's setup and teardown of one test. */
int lab_setup(void **state);
int lab_teardown(void **state);

/* Write a file of the folder: "c.conf" is the main one, "c.conf.d/NAME" a drop-in. */
void lab_write_bytes(const char *name, const char *bytes, size_t count);
void lab_write(const char *name, const char *text);
/* The path of it, in a buffer that the next call uses again. */
const char *lab_path(const char *name);

/* Read the folder's configuration; returns what config_read() does. */
int lab_read(void);
/* Write the main file and read it. */
int lab_read_text(const char *text);

/* The main file is good, or wrong with exactly these errors, each ended by a newline. */
const struct config *lab_good(const char *text);
void lab_bad(const char *text, const char *errors);

#endif
