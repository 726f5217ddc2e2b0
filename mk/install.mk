# SPDX-License-Identifier: GPL-2.0-or-later
# Everything into place. The plugin goes where libtraceevent looks for it, whatever PREFIX is: it has no path of its own to add.

INSTALL ?= install
MANDIR ?= $(PREFIX)/share/man
TRACEEVENT_LIBDIR = $(shell pkg-config --variable=libdir libtraceevent 2>/dev/null)
TRACEEVENT_PLUGINS ?= $(TRACEEVENT_LIBDIR)/traceevent/plugins

MAN_PAGES := $(wildcard docs/man/*.[1-8])
man_dir = $(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(1)))

.PHONY: install uninstall

install: $(PLUGINS) ## everything into place (DESTDIR=, PREFIX=, TRACEEVENT_PLUGINS=; root)
	@[ '$(TRACEEVENT_PLUGINS)' != /traceevent/plugins ] || \
		{ echo "install: pkg-config does not know libtraceevent: run 'make deps' or give TRACEEVENT_PLUGINS=DIR" >&2; exit 1; }
	$(Q)$(INSTALL) -d '$(DESTDIR)$(TRACEEVENT_PLUGINS)'
	$(Q)$(INSTALL) -m 644 $(O)/plugin/plugin_nvme.so '$(DESTDIR)$(TRACEEVENT_PLUGINS)/'
	@echo '$(DESTDIR)$(TRACEEVENT_PLUGINS)/plugin_nvme.so'
	$(Q)$(foreach page,$(MAN_PAGES),$(INSTALL) -d '$(call man_dir,$(page))' && \
		$(INSTALL) -m 644 $(page) '$(call man_dir,$(page))/' && echo '$(call man_dir,$(page))/$(notdir $(page))' &&) :

uninstall: ## take away what install put there (with the same DESTDIR=, PREFIX=)
	$(Q)rm -f '$(DESTDIR)$(TRACEEVENT_PLUGINS)/plugin_nvme.so' \
		$(foreach page,$(MAN_PAGES),'$(call man_dir,$(page))/$(notdir $(page))')
