# Thin: every line can be typed by hand. Without make (Windows): python tools/setup_course.py
PYTHON ?= python3
ARGS ?=
SETUP := "$(PYTHON)" tools/setup_course.py
# nbgrader and pytest look for programs of .venv on PATH; setting up must not
IN_VENV := PATH="$(CURDIR)/.venv/bin:$$PATH"

.PHONY: help python setup lab test-setup test lint format build clean

help:
	@echo "make lab     set up, then open the course in JupyterLab"
	@echo "make test    set up, then run the whole test suite (ARGS='-k name' for a part of it)"
	@echo "make setup   set up only"
	@echo "make lint    ruff, both check and format; make format mends what it can"
	@echo "make build   rebuild notebooks/ and the keys from solutions/"
	@echo "make clean   remove .venv and caches, never a notebook"

python:
	@command -v "$(PYTHON)" > /dev/null || \
	  { echo "There is no $(PYTHON) here: install Python 3.11 or newer and run this again." >&2; exit 1; }

setup: python
	@$(SETUP)

lab: python
	@$(SETUP) lab $(ARGS)

test-setup: python
	@$(SETUP) --test

test: test-setup
	@$(IN_VENV) python -m pytest $(ARGS)

lint: test-setup
	@$(IN_VENV) ruff check
	@$(IN_VENV) ruff format --check

format: test-setup
	@$(IN_VENV) ruff check --fix
	@$(IN_VENV) ruff format

build: test-setup
	@$(IN_VENV) autograder build

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist
	find autograder solutions tools -name __pycache__ -type d -prune -exec rm -rf {} +
