# SPDX-License-Identifier: GPL-2.0-or-later
# nvme-dupcqe: `make help` lists what there is to make.

VERSION := 0.1.0
O ?= build
V ?= 0
PREFIX ?= /usr/local

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

include mk/rules.mk
include mk/tests.mk
include mk/kernel.mk
include mk/install.mk
-include mk/fuzz.mk

.PHONY: all plugin tools help deps clean

all: $(PROGRAMS) $(PLUGINS) $(KSHARK_PLUGINS) ## build all programs and plugins

tools: $(TOOLS) ## the daemon and its command line tool alone: want libinih-dev, libjson-c-dev, libbpf-dev and, for crash dumps, libkdumpfile-dev
plugin: $(PLUGINS) $(KSHARK_PLUGINS) ## the plugins alone: wants a compiler, libtraceevent-dev and pkg-config

help: ## this list
	@sed -nE 's/^([a-z_-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'
	@echo
	@echo "  O=DIR: where to build ($(O)); V=1: whole command lines; SAN=1: with ASan and UBSan"

deps: ## install the Debian packages that the rest needs (root, Debian 12 or 13)
	@mk/deps

clean: ## remove what was built (the cache of kernels stays)
	$(Q)rm -rf $(O)
