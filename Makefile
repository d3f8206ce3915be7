# make demo: the sample world, answered over HTTP.  make test: all tests.  make check: what CI holds the code to.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check format clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.core ## build the sample world under var/ and serve it (PORT=8000)
	@$(BIN)/vivier demo --port $(PORT)

test: $(VENV)/.dev ## run all tests (ARGS= goes to pytest)
	@$(BIN)/pytest $(ARGS)

check: $(VENV)/.dev ## lint, types, layers, and the commands of README
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_docs.py

format: $(VENV)/.dev ## put the code in its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environment and caches; var/ stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.python: tools/make-venv
	@tools/make-venv $(VENV)
	@touch $@

# The core package alone: neither torch nor mlflow, neither tests nor linters.
$(VENV)/.core: pyproject.toml $(VENV)/.python
	@echo "Installing Vivier into $(VENV) (about 250 MB to download the first time)"
	@$(PIP) install -qq -e .
	@touch $@

$(VENV)/.dev: pyproject.toml $(VENV)/.python
	@echo "Installing Vivier and what its tests need into $(VENV)"
	@$(PIP) install -qq -e '.[dev]'
	@touch $(VENV)/.core $@
