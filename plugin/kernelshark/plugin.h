/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the plugin's C, which collects and pairs, and its C++, which draws. */
#ifndef KSHARK_PLUGIN_PARTS_H
#define KSHARK_PLUGIN_PARTS_H

#include "rows.h"
#include "trace.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The duplicates of a stream; both NULL if it has none. Good until the stream is closed. */
struct scene {
	const struct trace *trace;
	const struct rows *rows;
};

/* Pairs the stream's duplicates when it is called first: when the trace is loaded, and only if it is drawn. */
struct scene plugin_scene(int sd);

/* KernelShark's main window; for its markers. NULL: none. */
void *plugin_window(void);

/* KernelShark calls it for each row at each redraw. */
void draw_handler(struct kshark_cpp_argv *argv, int sd, int val, int draw_action);

#ifdef __cplusplus
}
#endif

#endif
