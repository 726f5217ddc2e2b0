// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A plugin of libtraceevent for the events of nvme and nvmet: loading and unloading.
 *
 * All that a handler knows belongs to one trace. Only two things belong to the process: the options
 * (options.c), which libtraceevent keeps by process, and the list of loads, because the unloader
 * gets nothing but the trace's handle and has to name the contexts that were registered with it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include "plugin.h"

#define EXPORT __attribute__((visibility("default")))

static const struct event_kind kinds[] = {
#define KERNEL_TEXT(system, name, driver)                                                          \
	{                                                                                          \
		system, name, kernel_text_handler, kernel_text_new, kernel_text_free, driver       \
	}
	KERNEL_TEXT("nvme", "nvme_setup_cmd", DUPCQE_HOST),
	KERNEL_TEXT("nvme", "nvme_complete_rq", DUPCQE_HOST),
	KERNEL_TEXT("nvme", "nvme_sq", DUPCQE_HOST),
	KERNEL_TEXT("nvme", "nvme_async_event", DUPCQE_HOST),
	KERNEL_TEXT("nvmet", "nvmet_req_init", DUPCQE_TARGET),
	KERNEL_TEXT("nvmet", "nvmet_req_complete", DUPCQE_TARGET),
	KERNEL_TEXT("nvmet", "nvmet_async_event", DUPCQE_TARGET),
#undef KERNEL_TEXT
	{"nvme", "nvme_dup_cqe", dup_cqe_handler, dup_cqe_new, dup_cqe_free, DUPCQE_HOST},
	{"nvme", "nvme_dup_cqe_why", why_handler, why_new, why_free, DUPCQE_HOST},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct load {
	struct load *next;
	struct tep_handle *tep;
	int count;
	struct event_state *state[KINDS];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct load *loads;

static struct load **find_load(const struct tep_handle *tep)
{
	struct load **at = &loads;

	while (*at && (*at)->tep != tep)
		at = &(*at)->next;
	return at;
}

static bool any_load(void)
{
	const struct load *load = loads;

	while (load && !load->tep)
		load = load->next;
	return load;
}

/* The options are added once for all traces: one without a value is toggled each time it is added. */
static void remove_options(void)
{
	if (!any_load())
		plugin_remove_options();
}

static void free_load(struct load *load)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (load->state[i])
			kinds[i].free_state(load->state[i]);
	free(load);
}

static struct load *new_load(struct tep_handle *tep)
{
	struct load *load = calloc(1, sizeof(*load));
	int i;

	if (!load)
		return NULL;
	load->tep = tep;
	load->count = 1;
	for (i = 0; i < KINDS; i++) {
		load->state[i] = kinds[i].new_state(kinds[i].driver);
		if (!load->state[i]) {
			free_load(load);
			return NULL;
		}
	}
	return load;
}

static void unregister_events(const struct load *load)
{
	int i;

	for (i = 0; i < KINDS; i++)
		tep_unregister_event_handler(load->tep, -1, kinds[i].system, kinds[i].name,
					     kinds[i].handler, load->state[i]);
}

static int register_events(const struct load *load)
{
	int i;

	for (i = 0; i < KINDS; i++) {
		if (tep_register_event_handler(load->tep, -1, kinds[i].system, kinds[i].name,
					       kinds[i].handler, load->state[i]) < 0) {
			unregister_events(load);
			return -ENOMEM;
		}
	}
	return 0;
}

static int register_all(const struct load *load)
{
	int err = functions_register(load->tep);

	if (err)
		return err;
	err = register_events(load);
	if (err)
		functions_unregister(load->tep);
	return err;
}

/*
 * A program may free a handle without unloading plugins, and the next one may have its address: then
 * none of our handlers is in it. The old states are kept, their events are gone with the old handle.
 */
static bool is_loaded(struct load *load)
{
	bool found = false;
	int i;

	for (i = 0; i < KINDS; i++)
		if (!tep_unregister_event_handler(load->tep, -1, kinds[i].system, kinds[i].name,
						  kinds[i].handler, load->state[i])) {
			found = true;
			tep_register_event_handler(load->tep, -1, kinds[i].system, kinds[i].name,
						   kinds[i].handler, load->state[i]);
		}
	if (!found) {
		load->tep = NULL;
		remove_options();
	}
	return found;
}

static int load_plugin(struct tep_handle *tep)
{
	struct load *load = *find_load(tep);
	int err;

	if (load && is_loaded(load)) {
		load->count++;
		return 0;
	}
	load = new_load(tep);
	if (!load)
		return -ENOMEM;
	err = register_all(load);
	if (err) {
		free_load(load);
		return err;
	}
	if (!any_load())
		plugin_add_options();
	load->next = loads;
	loads = load;
	return 0;
}

static void unload_plugin(struct tep_handle *tep)
{
	struct load **at = find_load(tep), *load = *at;

	if (!load || --load->count)
		return;
	*at = load->next;
	unregister_events(load);
	functions_unregister(tep);
	remove_options();
	free_load(load);
}

EXPORT int TEP_PLUGIN_LOADER(struct tep_handle *tep);
EXPORT void TEP_PLUGIN_UNLOADER(struct tep_handle *tep);

int TEP_PLUGIN_LOADER(struct tep_handle *tep)
{
	int err;

	pthread_mutex_lock(&lock);
	err = load_plugin(tep);
	pthread_mutex_unlock(&lock);
	return err;
}

void TEP_PLUGIN_UNLOADER(struct tep_handle *tep)
{
	pthread_mutex_lock(&lock);
	unload_plugin(tep);
	pthread_mutex_unlock(&lock);
}
