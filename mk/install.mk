# SPDX-License-Identifier: GPL-2.0-or-later
# Everything into place. The plugin goes where libtraceevent looks for it, whatever PREFIX is: it has no path of its own to add.

INSTALL ?= install
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
# systemd looks below /usr and /usr/local; give UNITDIR with another PREFIX
UNITDIR ?= $(PREFIX)/lib/systemd/system
TRACEEVENT_LIBDIR = $(shell pkg-config --variable=libdir libtraceevent 2>/dev/null)
TRACEEVENT_PLUGINS ?= $(TRACEEVENT_LIBDIR)/traceevent/plugins

# KernelShark's headers say where it looks for a plugin by its short name
KSHARK_PLUGINDIR ?= $(shell echo KS_PLUGIN_INSTALL_PREFIX | \
	$(CXX) -x c++ -E -P $(KSHARK_CFLAGS) -include KsCmakeDef.hpp - 2> /dev/null | sed -n 's/^"\(.*\)"$$/\1/p')

MAN_PAGES := $(wildcard docs/man/*.[1-8])
man_dir = $(MANDIR)/man$(patsubst .%,%,$(suffix $(1)))

page_installed = $(foreach page,$(1),644 $(page) $(call man_dir,$(page))/$(notdir $(page)))
PLUGIN_PAGES := docs/man/nvme-dupcqe-plugin.7

# MODE FROM TO
PLUGIN_INSTALLED = \
	644 $(O)/plugin/plugin_nvme.so $(TRACEEVENT_PLUGINS)/plugin_nvme.so \
	$(foreach file,$(KSHARK_PLUGINS),644 $(file) $(KSHARK_PLUGINDIR)/$(notdir $(file))) \
	$(call page_installed,$(PLUGIN_PAGES))
INSTALLED = $(PLUGIN_INSTALLED) \
	755 $(O)/nvme-dupcqed $(SBINDIR)/nvme-dupcqed \
	755 $(O)/nvme-dupcqe $(BINDIR)/nvme-dupcqe \
	644 $(O)/nvme-dupcqed.service $(UNITDIR)/nvme-dupcqed.service \
	$(call page_installed,$(filter-out $(PLUGIN_PAGES),$(MAN_PAGES)))

# the daemon reads it there, whatever PREFIX is
CONF := /etc/nvme-dupcqed.conf

.PHONY: install install-plugin plugin-folder uninstall

plugin-folder:
	@[ '$(TRACEEVENT_PLUGINS)' != /traceevent/plugins ] || \
		{ echo "install: pkg-config does not know libtraceevent: run 'make deps' or give TRACEEVENT_PLUGINS=DIR" >&2; exit 1; }
	@[ -z '$(KSHARK_PLUGINS)' ] || [ -n '$(KSHARK_PLUGINDIR)' ] || \
		{ echo "install: KernelShark's headers do not say where its plugins are: give KSHARK_PLUGINDIR=DIR" >&2; exit 1; }

install-plugin: plugin plugin-folder ## the plugins and their manual page alone, into place
	$(Q)mk/install-files '$(INSTALL)' '$(DESTDIR)' $(PLUGIN_INSTALLED)

install: plugin $(TOOLS) plugin-folder ## everything into place (DESTDIR=, PREFIX=, UNITDIR=, TRACEEVENT_PLUGINS=, KSHARK_PLUGINDIR=; root)
	$(Q)sed 's|@sbindir@|$(SBINDIR)|' daemon/nvme-dupcqed.service.in > $(O)/nvme-dupcqed.service
	$(Q)mk/install-files '$(INSTALL)' '$(DESTDIR)' $(INSTALLED)
	$(Q)mk/install-conf put '$(INSTALL)' daemon/nvme-dupcqed.conf '$(DESTDIR)$(CONF)'

uninstall: ## take away what install put there (with the same DESTDIR=, PREFIX=, ...)
	$(Q)mk/install-files --remove '$(DESTDIR)' $(INSTALLED)
	$(Q)mk/install-conf remove '$(INSTALL)' daemon/nvme-dupcqed.conf '$(DESTDIR)$(CONF)'
