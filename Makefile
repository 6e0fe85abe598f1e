# hecon: `make` lists what can be done. Needs make, git and Python 3.11 or newer; all else is
# installed into .venv, at the versions and hashes of requirements.lock.

STUDY ?= ptsd
JURISDICTION ?= norway
DRAWS ?= 10000
JOBS ?= 2

PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := --quiet --strip-extras --no-header --generate-hashes --allow-unsafe \
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
RUN := inputs/studies/$(STUDY) --jurisdiction $(JURISDICTION)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test test-long reproduce prove kills mutation bench picture lock clean

help: ## list the targets
	@echo "make TARGET [STUDY=$(STUDY)] [JURISDICTION=$(JURISDICTION)] [DRAWS=$(DRAWS)]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/installed ## install hecon into .venv (the other targets do it when needed)

run: $(VENV)/installed ## run a study: tables in outputs/, the Excel report in reports/
	$(BIN)/hecon run $(RUN) --draws $(DRAWS) --verify

test: $(VENV)/installed ## check style, types, layers and behaviour
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

test-long: $(VENV)/installed ## run the tests that `make test` leaves out (about 4 minutes)
	$(BIN)/pytest -m long -n $(JOBS) --dist loadfile --no-loadscope-reorder

reproduce: $(VENV)/installed ## run a study again and compare with the committed reference
	$(BIN)/hecon reproduce $(RUN) --reference reference/$(STUDY)_$(JURISDICTION)

prove: $(VENV)/installed ## replay the workbook in two spreadsheet engines (20 minutes or more)
	$(BIN)/hecon prove $(RUN)

kills: $(VENV)/installed ## kill a batch 50 times; nothing may be lost or doubled (about 15 minutes)
	$(BIN)/python tests/batch/kills.py outputs/kills

mutation: $(VENV)/installed ## break the program in single places; tests must notice (long)
	nice -n 10 $(BIN)/python tests/mutation/run.py

bench: $(VENV)/bench ## measure speed and memory against other implementations
	$(BIN)/python -m benchmarks.run

picture: $(VENV)/installed ## draw the README's picture of the workbook again (needs LibreOffice)
	$(BIN)/python tests/picture.py

lock: $(VENV)/installed ## choose new versions: rewrite requirements.lock and bench.lock
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip --quiet install pip-tools
	$(VENV)/lock/bin/pip-compile $(COMPILE) --upgrade --extra dev \
	  --output-file requirements.lock pyproject.toml
	$(VENV)/lock/bin/pip-compile $(COMPILE) --upgrade --extra bench \
	  --constraint requirements.lock --output-file bench.lock pyproject.toml

clean: ## remove outputs, reports and caches (.venv stays)
	rm -rf outputs reports build mutants *.egg-info .mypy_cache .ruff_cache .pytest_cache \
	  .hypothesis .import_linter_cache
	find hecon tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/installed: pyproject.toml requirements.lock
	@$(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  found=; for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	    if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	    then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "hecon needs Python 3.11 or newer; found none. Install it, or say where it is:" \
	      "make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	  if ! $$found -c 'import venv, ensurepip' 2>/dev/null; then \
	    echo "$$found has no venv and ensurepip; install them (on Debian and Ubuntu:" \
	      "apt-get install python3-venv)" >&2; exit 1; fi; \
	  echo "Creating $(VENV) with $$($$found --version)"; \
	  $$found -m venv --clear $(VENV); }
	@echo "Installing what requirements.lock names (a minute or two the first time)"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q hecon # else a Python that writes no bytecode compiles at each start
	@touch $@

$(VENV)/bench: $(VENV)/installed bench.lock
	@echo "Installing what bench.lock names"
	@$(PIP) install --require-hashes -r bench.lock
	@touch $@
