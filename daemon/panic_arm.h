/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The panic that the kernel does by itself: armed while every guard lets it, and counted on disk before that. What is
 * counted is given back once it is disarmed; a daemon that is killed leaves both, and the next one of the same name
 * finds them. What has to be read from or written to the disk is a child's work: until it is counted nothing is armed.
 */
#ifndef NVME_DUPCQED_PANIC_ARM_H
#define NVME_DUPCQED_PANIC_ARM_H

#include "budget.h"
#include "child.h"
#include "inhibit.h"
#include "panic_way.h"
#include "timer.h"

struct panic_facts;

enum panic_task { PANIC_ASK, PANIC_COUNT, PANIC_GIVE_BACK };

struct panic_order {		/* for the child */
	enum panic_task task;
	const struct action_room *room;
	struct panic_facts *answer;
	struct budget_boot now;
	char folder[CONFIG_PATH];
	char by[BUDGET_BY];
	uint32_t max_per_day;
};

struct panic_arm {
	struct child child;	/* first */
	struct timer timer;
	struct inhibit inhibit;
	struct action_room *room;
	const char *name;	/* of the daemon's instance */
	struct panic_facts *answer;	/* memory that the child shares */
	/* Something has changed: make the plan anew and call panic_arm_look(). */
	void (*again)(struct panic_arm *arm);

	enum panic_way way;	/* of what is armed, or may be since an earlier run */
	bool armed;
	bool clean;		/* nothing is armed: seen so */
	bool counted;		/* on disk, as far as this run knows */
	bool tried;		/* to count: it may be there although that failed */
	bool busy;		/* the child is at work */
	bool left;		/* ... by an earlier run, which may not have come to arm it */
	bool known;		/* what the disk says is in answer */
	bool closing;
	bool kept;		/* it could not be given back */
	const char *failed;	/* why it could not be counted; NULL */
	const char *refused;	/* why the kernel did not take it; NULL */
	uint64_t wait_ns;	/* for what time alone will settle; 0: nothing */
	uint64_t due_ns;	/* ... over at that uptime */
	unsigned int times;	/* the timer has come */
	struct panic_order order;
	char trigger[CONFIG_PATH];	/* path of the trigger file; "": not known yet */
	char text[ARMED_TRIGGER_MAX];	/* what the log was told of: armed; "": that nothing is */
	uint64_t until_s;	/* likewise: nothing before this uptime */
};

/* Why a rule is not armed while the disk is being written; it will be told soon what became of it. */
extern const char panic_arm_counting[];

/* name stays the caller's. What an earlier run has armed and counted is found. Returns 0 or -errno. */
int panic_arm_open(struct panic_arm *arm, struct action_room *room, const char *name,
		   void (*again)(struct panic_arm *arm));

/*
 * Bring what is armed in step with the plan, as far as the guards let it; what they don't is taken out of the plan,
 * with why. trigger is the path of the event's trigger file, NULL without an event. The log is told of what changes.
 */
void panic_arm_look(struct panic_arm *arm, struct armed *plan, const char *trigger);

/* The next look asks the disk again unless it is armed; if all, in any case, and tries the kernel again. */
void panic_arm_refresh(struct panic_arm *arm, bool all);

/* Disarm, for good; nothing is written to the disk yet. trigger may be NULL: that of the last look. */
void panic_arm_stop(struct panic_arm *arm, const char *trigger, const char *why);

/* Give back what is counted if nothing is armed, and close. */
void panic_arm_close(struct panic_arm *arm);

#endif
