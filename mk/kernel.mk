# SPDX-License-Identifier: GPL-2.0-or-later
# The patched NVMe modules for a kernel that is installed.

KVER ?= $(shell uname -r)

.PHONY: modules modules_install

modules: ## the patched NVMe modules for the running kernel, or KVER=...
	@kernel-patch/build-modules --kver '$(KVER)' --output '$(O)/modules/$(KVER)'

modules_install: modules ## put them into /lib/modules/KVER/updates (root)
	@kernel-patch/install-modules --kver '$(KVER)' --from '$(O)/modules/$(KVER)' --destdir '$(DESTDIR)'
