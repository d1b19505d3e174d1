# Every target makes sure first that what it needs stands, inside the user's cache folder; see tools/setup.py.
PYTHON ?= python3
RUN := $(PYTHON) tools/setup.py run
ARGS ?=

.PHONY: help demo test check engine

help:
	@echo 'make demo     the main job, told as a story: emulator, pulumi up, drift, repair; no credentials needed'
	@echo 'make test     install what is needed and run all tests; make test ARGS="-k name" runs some,'
	@echo '              make test PYTHON=python3.13 on another Python'
	@echo 'make check    lint, format, layers, types'
	@echo 'make engine   find or build Pulumi; the last line is the folder to put on PATH'

demo:
	@$(RUN) -- python tools/demo.py $(ARGS)

test:
	@$(RUN) -- python -m pytest -o 'cache_dir=$$PYTEST_CACHE' -n auto --dist worksteal $(or $(ARGS),--cov --cov-report=term)

check:
	@$(RUN) --no-engine -- ruff check .
	@$(RUN) --no-engine -- ruff format --check .
	@$(RUN) --no-engine -- lint-imports --no-cache --no-logo
	@$(RUN) --no-engine -- mypy
	@# One by one: each example is a program of its own, and two of them cannot both be the module __main__.
	@for example in examples/*/; do $(RUN) --no-engine -- mypy "$$example" || exit 1; done

engine:
	@$(PYTHON) tools/setup.py engine
