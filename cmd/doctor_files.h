/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below a folder, for reading only: whatever stands there (a pipe, a link to nowhere, something huge) does not
 * hold the tool up. Paths have no '/' in front. Returned are 0 (or what is said) or -errno.
 */
#ifndef NVME_DUPCQE_DOCTOR_FILES_H
#define NVME_DUPCQE_DOCTOR_FILES_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Something is there, behind whatever links. */
int look(int root, const char *path);

/* As look(), at a path made of pieces; -ENAMETOOLONG. */
int look_at(int root, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The beginning of a file, up to a NUL, without white space at its end. -EINVAL if it is no file. */
int read_text(int root, const char *path, char *ret_text, size_t size);
int read_text_at(int root, char *ret_text, size_t size, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The first bytes of a file; returns how many there are, or -errno. */
int read_bytes(int root, const char *path, void *ret_bytes, size_t size);

/* A file that holds one decimal number; -EBADMSG if it holds something else. */
int read_number(int root, const char *path, int64_t *ret_number);

/* For fgets(); NULL and errno, EINVAL if it is no file. */
FILE *open_text(int root, const char *path);

/* For readdir(); NULL and errno. */
DIR *open_folder(int root, const char *path);

/* Bytes that are free where path is; where it is not there yet, in the folder above it that is. */
int free_space(int root, const char *path, uint64_t *ret_bytes);

/* Whether text has this word between white space, or one that begins so. */
bool has_word(const char *text, const char *word);
bool has_word_beginning(const char *text, const char *beginning);

#endif
