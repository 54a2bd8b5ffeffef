# `make` prints what there is. Everything a test needs is installed here or named.
SHELL := /bin/bash
CARGO ?= cargo

.DEFAULT_GOAL := help
.PHONY: help run test bench fuzz

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/'

run: ## serve ./kb on http://127.0.0.1:8080 (release build)
	$(CARGO) run --release

test: ## format, lints, all tests, browser tests, check of the knowledge base
	@bash tests/run.sh

bench: ## time saving, finding and cutting on a made-up folder (quiet machine)
	$(CARGO) bench

fuzz: ## fuzz the parsers, one minute each (installs cargo-fuzz when it is missing)
	@bash fuzz/run.sh
