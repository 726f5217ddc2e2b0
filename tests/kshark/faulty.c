// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A shared object with two faults, a leak and a read of freed memory, and the program that loads it, calls it and closes it, as KernelShark
 * does with a plugin: valgrind.sh has to find both.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef FAULTY_OBJECT
__attribute__((visibility("default"))) int faulty(void);

static int *volatile lost;

int faulty(void)
{
	int value;

	lost = malloc(sizeof(*lost));
	*lost = 7;
	value = *lost;
	free((void *)lost);
	value += *lost;
	lost = malloc(40);
	lost = NULL;
	return value;
}
#else
int main(int argc, char **argv)
{
	void *object = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
	int (*faulty)(void) = object ? (int (*)(void))dlsym(object, "faulty") : NULL;

	if (!faulty) {
		fprintf(stderr, "faulty: cannot load the object: %s\n", dlerror());
		return 2;
	}
	printf("%d\n", faulty());
	return dlclose(object) ? 1 : 0;
}
#endif
