/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine inside. engine.c has its life and its loop, engine_load.c what is made from a configuration, engine_hit.c
 * the way from a hit to the actions, engine_arm.c what the kernel does by itself, engine_panic.c its panic,
 * engine_show.c what others see, engine_test.c the hit that no device made.
 */
#ifndef NVME_DUPCQED_ENGINE_STATE_H
#define NVME_DUPCQED_ENGINE_STATE_H

#include <stddef.h>
#include "armed.h"
#include "child.h"
#include "engine.h"
#include "gate.h"
#include "lastboot.h"
#include "panic_arm.h"
#include "publish.h"
#include "timer.h"

struct engine {
	const struct options *options;
	struct config *config;
	struct dupcqe_rules *rules;
	struct source *source;
	struct action_room room;
	struct engine_stats stats;
	bool stop, stopping;
	bool reload_waits;			/* for a snapshot to be saved */

	/* engine_arm.c */
	struct armed armed;
	struct armed_event armed_on;		/* what the plan is made for */
	uint64_t still;				/* rules that cool down */
	uint64_t still_until[DUPCQE_RULES];	/* ns, of engine_now() */
	struct timer still_timer;
	char last_boot[LASTBOOT_PATH];		/* see action_room */
	char trigger[CONFIG_PATH];		/* path of the event's trigger file in the history's instance */
	bool look_for_orphan;
	bool renew;				/* what was armed has acted, and nothing of it is to be saved */
	uint64_t said;				/* rules that the log has told of, as they are */
	uint64_t said_armable;
	const char *said_why[DUPCQE_RULES];

	/* engine_panic.c */
	struct panic_arm panic;

	/* engine_hit.c */
	struct gate lost_gate;
	uint64_t lost_early;			/* before there is a source to act on */
	uint64_t lost_unsaid;
	struct timer lost_timer;
	bool freezes;				/* this hit has stopped the history */
	bool froze;				/* an earlier one has, and nobody let it go on */

	/* engine_show.c */
	struct publish *publish;
	struct timer show_timer;
	struct timer alive_timer;
	bool changed;				/* since the last time that it was shown */
	bool state_failed, metrics_failed;	/* said so */
	struct publish_about about;		/* what is shown */
	struct child metrics;			/* writes them: their disk may hang */
	bool writing, write_again;
	int64_t started;			/* seconds since 1970 */

	/* engine_lastboot.c */
	struct {
		struct child child;		/* writes the formats */
		bool busy, again;
		int failed;			/* said so */
	} keeper;

	/* engine_signal.c */
	struct action_wait signals;
	int signal_fd;
};

#define engine_of(member_pointer, member) \
	((struct engine *)((char *)(member_pointer) - offsetof(struct engine, member)))

/* Goes on while the machine sleeps: thresholds and cooldowns are about real time. */
uint64_t engine_now(void);

/*
 * One round of the loop: what is ready, or what becomes so within limit_ms (-1: no limit). Returns the count or -errno.
 */
int engine_round(struct engine *engine, int limit_ms);

/* engine_load.c */
int engine_load(struct engine *engine);
void engine_reload(struct engine *engine); /* all is said */

/* engine_arm.c */
int engine_arm_open(struct engine *engine);
void engine_plan(struct engine *engine); /* and its panic: the rest is armed by the next two */
void engine_arm(struct engine *engine);
void engine_arm_later(struct engine *engine); /* once what an earlier run left is dealt with */
void engine_cool(struct engine *engine, unsigned int rule); /* it has fired */
bool engine_kernel_took_it(struct engine *engine); /* a snapshot: else it will not any more, and the daemon may */
void engine_renew(struct engine *engine); /* arm again, once all hits are handled */
void engine_when_idle(struct engine *engine); /* nothing is ready */
const char *engine_mode(const struct engine *engine, unsigned int rule); /* "armed" or "reactive" */

/* engine_panic.c */
int engine_panic_open(struct engine *engine);
/* The plan has been made: arm the panic as far as it may be, and tell the plan. trigger: the event's file, or NULL. */
void engine_panic_look(struct engine *engine, const char *trigger);
void engine_panic_anew(struct engine *engine, bool all); /* see panic_arm_refresh() */
void engine_panic_stop(struct engine *engine);
void engine_panic_close(struct engine *engine);
void engine_panic_show(const struct engine *engine, struct publish_panic *ret_panic);

/* engine_hit.c */
int engine_hit_open(struct engine *engine);
void engine_on_hit(void *context, const struct hit *hit);
void engine_on_lost(void *context, uint64_t count);
void engine_on_suppressed(void *context, uint64_t count);
void engine_act(struct engine *engine, unsigned int rule, const struct hit *hit, uint32_t count);
void engine_say_lost(struct engine *engine); /* what the gate has held */

/* engine_show.c */
int engine_show_open(struct engine *engine);
void engine_changed(struct engine *engine); /* shown within a second */
void engine_show(struct engine *engine);
void engine_unshow(struct engine *engine); /* it will not be true any more */

/* engine_lastboot.c */
int engine_on_last_boot(void *context, const char *path);
void engine_on_recorded(void *context);
void engine_lastboot_begin(struct engine *engine); /* the source is open */
void engine_lastboot_end(struct engine *engine); /* in good order: there will be nothing to be found */

/* engine_signal.c */
int engine_signals_open(struct engine *engine);

#endif
