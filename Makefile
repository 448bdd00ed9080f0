# Everything a person does here, by name. `make` alone explains itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto
ARGS ?=
LEDGER_EXAMPLES ?= 2000
FUZZ_FILES ?= 2000
ROUNDS ?= 5
RUN_READY := $(VENV)/.run-$(shell cksum < requirements.lock | tr ' ' -)
DEV_READY := $(VENV)/.dev-$(shell cksum < requirements-dev.lock | tr ' ' -)
# The lock is complete: pip only fetches what it names (older ones otherwise look for a newer “coverage[toml]” and refuse it).
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
BROWSER_TESTS := $(wildcard tests/browser)
CHAOS_TESTS := $(wildcard tests/chaos)
ABSENT := $(if $(BROWSER_TESTS),,test-browser) $(if $(CHAOS_TESTS),,test-chaos)

.DEFAULT_GOAL := help
.PHONY: help setup run test test-ledger explore fuzz check format lock test-browser test-chaos

help: ## Show what can be done here
	@awk -F ':.*## ' -v absent=" $(ABSENT) " \
	  '/^[a-z-]+:.*## / && !index(absent, " " $$1 " ") {printf "  make %-14s %s\n", $$1, $$2}' \
	  $(firstword $(MAKEFILE_LIST))

setup: $(DEV_READY) ## Make the environment from the hashed lock (quick when nothing changed)

run: $(RUN_READY) ## Start everything on this machine (PORT=8000 ARGS="--help")
	@$(BIN)/python -m bpo up $(if $(PORT),--port $(PORT)) $(ARGS)

test: $(DEV_READY) ## Run the tests on servers of their own; those of the architecture are in check
	@$(BIN)/python -m tests.one_day
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m "not browser and not chaos" \
	  --ignore=tests/architecture $(ARGS)

test-ledger: $(DEV_READY) ## Walk the books at random, thousands of times (LEDGER_EXAMPLES=2000)
	@BPO_EXAMPLES=$${BPO_EXAMPLES:-explore} LEDGER_EXAMPLES=$(LEDGER_EXAMPLES) $(BIN)/python -m pytest $(ARGS) tests/services/books/test_ledger_walks.py \
	  tests/services/books/test_ledger_attacks.py tests/domain/books/test_ledger_walks.py

explore: $(DEV_READY) ## Try new random examples of every property, seed by seed (ROUNDS=5)
	@for round in $$(seq $(ROUNDS)); do \
	  BPO_EXAMPLES=explore $(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m hypothesis $(ARGS) tests \
	    --hypothesis-seed=$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ') || exit 1; \
	done

fuzz: $(DEV_READY) ## Damaged files of every kind, read and taken into the books (FUZZ_FILES=2000)
	@$(BIN)/python -m tests.formats.fuzz --each $(FUZZ_FILES)
	@FUZZ_FILES=$(FUZZ_FILES) $(BIN)/python -m pytest -q $(ARGS) tests/services/intake/test_imports_fuzz.py

check: $(DEV_READY) ## Format, lint, types, import contracts, architecture, migration drift
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@if [ -d tests/architecture ]; then $(BIN)/python -m pytest -q tests/architecture; fi
	@$(BIN)/python -m bpo migrate --check

format: $(DEV_READY) ## Format the code and mend what lint can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

ifneq ($(BROWSER_TESTS),)
test-browser: $(DEV_READY) ## Drive a real Chromium through the screens
	@$(BIN)/python -m pytest -m browser $(ARGS) tests/browser
endif

ifneq ($(CHAOS_TESTS),)
test-chaos: $(DEV_READY) ## Kill processes and servers in the middle of the work
	@$(BIN)/python -m pytest -m chaos $(ARGS) tests/chaos tests/embedded/test_up.py
endif

lock: ## Resolve the pinned libraries again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra build \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra build --extra dev \
	  --constraint requirements.lock \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url -o requirements-dev.lock

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	  || { echo "Python 3.11 to 3.14 is needed: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "$(PYTHON) cannot make an environment: install its venv and pip modules" >&2; exit 1; }

$(RUN_READY): | $(BIN)/python
	@echo "Installing the libraries of requirements.lock into $(VENV) ..." >&2
	@$(PIP_INSTALL) --require-hashes --no-deps -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_READY): $(RUN_READY)
	@echo "Installing the libraries of requirements-dev.lock into $(VENV) ..." >&2
	@$(PIP_INSTALL) --require-hashes --no-deps -r requirements-dev.lock
	@rm -f $(VENV)/.dev-* && touch $@
