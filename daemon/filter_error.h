/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel has to say against a filter, from the error_log of the trace instance (tracing_log_err() in
 * kernel/trace/trace.c). It keeps the last eight errors. */
#ifndef NVME_DUPCQED_FILTER_ERROR_H
#define NVME_DUPCQED_FILTER_ERROR_H

enum { FILTER_ERROR_SHOWN = 100 };	/* characters of a filter, around the place of the error */

struct filter_error {
	char what[100];				/* "Field not found" */
	char filter[FILTER_ERROR_SHOWN + 1];	/* the part with the error */
	char caret[FILTER_ERROR_SHOWN + 2];	/* beneath it: blanks, and "^" at the error */
};

/* The newest error of just that filter in the text of an error_log. 0, or -ENOENT: it says nothing of it. */
int filter_error_find(const char *log, const char *filter, struct filter_error *ret_error);

/* The same from instance, the path of a trace instance. 0 or -errno. */
int filter_error_read(const char *instance, const char *filter, struct filter_error *ret_error);

#endif
