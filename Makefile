# make demo: the sample world, answered over HTTP.  make test: all tests.  make check: what CI holds the code to.
SHELL := /bin/bash
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
ARGS ?=
FRANCE ?= /tmp/vivier-france
MEASURE := OMP_NUM_THREADS=1 $(BIN)/python -m
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check format clean bench bench-france screenshots vendor
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.core ## build the sample world under var/ and serve it (PORT=8000)
	@$(BIN)/vivier demo --port $(PORT)

test: $(VENV)/.dev ## run all tests, a process a core and one more: some wait for others (ARGS= goes to pytest)
	@$(BIN)/pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --maxprocesses 5 --dist loadfile $(ARGS)

check: $(VENV)/.dev ## lint, types, layers, and the commands of README
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_docs.py
	$(BIN)/python -m tools.model_documents --check
	$(BIN)/python -m tools.charts --check

format: $(VENV)/.dev ## put the code in its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/.dev ## the pictures of README, into docs/pictures/
	@$(BIN)/python tools/screenshots.py

vendor: ## fetch again, at pinned versions, the scripts that pages serve
	@tools/vendor

bench: $(VENV)/.dev ## speed and recall at reduced sizes, five minutes; nothing is kept
	@set -e; for name in retrieval floor updates counts peers services explanations http_latency pages; do \
	  echo "== $$name"; $(MEASURE) benchmarks.$$name --quick; \
	done

bench-france: $(VENV)/.dev ## the same for all of France, hours and 60 GB, into benchmarks/results/ and docs/benchmarks/ (FRANCE=folder)
	@set -e; for name in retrieval floor updates peers; do \
	  echo "== $$name"; $(MEASURE) benchmarks.$$name --json benchmarks/results/$$name.json --svg docs/benchmarks/$$name.svg; \
	done
	$(MEASURE) benchmarks.counts --json benchmarks/results/counts.json
	$(MEASURE) benchmarks.france_deployments $(FRANCE)
	VIVIER_FRANCE=$(FRANCE) $(MEASURE) benchmarks.api_latency --json benchmarks/results/api_latency.json

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
