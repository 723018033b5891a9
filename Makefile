# Every target makes the environment it needs: on a fresh clone `make run` is enough.
#
# The environment stands when .venv/.stamp-env is newer than requirements.lock and pyproject.toml
# and names this directory (a moved copy would run the code it came from). Anything else is mended
# by the next make: an interrupted bootstrap (.venv/.building names a process that is gone) starts
# afresh, one that is under way is waited for.

PYTHON ?= python3
START  ?= 2026-03-01
END    ?= 2026-06-28
PORT   ?= 3000
TESTS  ?= $(wildcard tests/integration tests/unit)
ARGS   ?=

STAMP    := .venv/.stamp-env
STANDING := $(shell [ -x .venv/bin/python ] && [ ! -e .venv/.building ] && cat $(STAMP) 2>/dev/null)
MENDING  := $(if $(STANDING),$(if $(subst $(CURDIR),,$(STANDING)),mend),mend)

DBT_PACKAGES := $(patsubst %/packages.yml,%/dbt_packages/.stamp,$(wildcard dbt/*/packages.yml))
PYTEST       := .venv/bin/python -m pytest
# Two at a time, a file's tests together: they share the worlds they have built. In the order of
# TESTS, the long ones first: at the end neither waits for the other.
PARALLEL     := -n 2 --dist loadfile --no-loadscope-reorder

export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Targets share one tree, one environment and one warehouse: -j has nothing to win here.
.NOTPARALLEL:
.PHONY: run test check bench soak ui docs clean clean-all help setup lock mend

run: setup ## mock 120 days, load, transform, report (START=2026-03-01 END=2026-06-28)
	@.venv/bin/penstock run renewable --start "$(START)" --end "$(END)" $(ARGS)

test: setup ## unit and integration tests (TESTS=path or ARGS="-k name" picks some)
	@$(PYTEST) $(PARALLEL) $(TESTS) $(ARGS)

check: setup ## style, types, boundaries, SQL, dbt, project rules
	@.venv/bin/python tools/check.py $(ARGS)

bench: setup ## measure speed
	@$(PYTEST) tests/benchmarks -s $(ARGS)

soak: setup ## the same tests with their full counts (long)
	@PENSTOCK_SOAK=1 $(PYTEST) $(TESTS) --timeout 10800 $(ARGS)

ui: setup ## Dagster's UI and daemon on http://127.0.0.1:3000 (PORT=3000), state in data/dagster
	@cd dags && ../.venv/bin/python -m dagster_project.serve --port "$(PORT)" $(ARGS)

docs: setup ## dbt's documentation of every model and column, into data/docs
	@.venv/bin/penstock docs renewable $(ARGS)

clean: ## remove what running made: data/ (landed files too, data/reference stays), dbt targets, caches
	@if [ -d data ]; then find data -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +; fi
	@rm -rf dbt/*/target dbt/*/logs logs .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name .venv -prune -o -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: clean ## clean, and the environment too
	@rm -rf .venv dbt/*/dbt_packages

help: ## this list
	@echo "make <target>:"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1  \2/p' Makefile | awk '{n=$$1; $$1=""; printf "  %-10s%s\n", n, $$0}'

# Bytecode is made here: where Python may not write it (PYTHONDONTWRITEBYTECODE, as in many images),
# every command would compile what it imports again.
setup: $(STAMP) $(DBT_PACKAGES)
	@.venv/bin/python -m compileall -q src dags

# The uv that installs is the uv of the lock, so that `uv pip sync` leaves it in place.
$(STAMP): requirements.lock pyproject.toml $(MENDING)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "penstock needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." >&2; \
	    echo "Install one, or name it: make PYTHON=python3.12 <target>" >&2; exit 1; }
	@waited=0; while pid=$$(cat .venv/.building 2>/dev/null) && kill -0 "$$pid" 2>/dev/null; do \
	    [ $$waited -gt 0 ] || echo "waiting for make (process $$pid), which is making .venv"; \
	    [ $$waited -lt 900 ] || { echo "still waiting; if it is not: rm .venv/.building" >&2; exit 1; }; \
	    sleep 1; waited=$$((waited + 1)); done
	@if [ -e .venv/.building ] || [ ! -x .venv/bin/python ] || \
	    { [ -e $(STAMP) ] && [ "$$(cat $(STAMP))" != "$(CURDIR)" ]; }; then rm -rf .venv; fi
	@mkdir -p .venv && echo "$$PPID" > .venv/.building && rm -f $(STAMP)
	@if [ ! -x .venv/bin/python ]; then \
	    echo "making .venv (the first time takes a minute or more)"; $(PYTHON) -m venv .venv; fi
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check \
	    "uv==$$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)"
	@if [ -t 2 ]; then quiet=; else quiet=--quiet; fi; \
	    .venv/bin/uv pip sync $$quiet --compile-bytecode --python .venv/bin/python requirements.lock && \
	    .venv/bin/uv pip install $$quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
	@printf '%s\n' "$(CURDIR)" > $(STAMP) && rm -f .venv/.building

mend:

# Local packages only: nothing is downloaded.
$(DBT_PACKAGES): dbt/%/dbt_packages/.stamp: dbt/%/packages.yml $(STAMP)
	@cd dbt/$* && ../../.venv/bin/dbt --quiet deps --profiles-dir . --log-path ../../data/logs
	@mkdir -p $(@D) && touch $@

lock: $(STAMP)
	@.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --group dev pyproject.toml --output-file requirements.lock
