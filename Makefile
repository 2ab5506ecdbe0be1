# `make run` shows the program, `make test` proves it. All that is needed is python3 (3.11 or newer) and make.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test lint fix bench clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新"; exit 1; }
	@echo "== 建立虚拟环境"
	@$(PYTHON) -m venv .venv && touch $@

.venv/runtime: requirements.txt .venv/made
	@echo "== 安装运行所需的库（第一次约需一两分钟）"
	@$(BIN)/pip install --disable-pip-version-check --quiet --progress-bar on -r requirements.txt && touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@echo "== 安装开发和测试所需的库"
	@$(BIN)/pip install --disable-pip-version-check --quiet -r requirements-dev.txt && touch $@

run: .venv/runtime  ## the demonstration on http://127.0.0.1:8000/
	@$(BIN)/python -m bot demo --port 8000

test: .venv/development  ## all tests
	@$(BIN)/python tests/browser_setup.py
	@$(BIN)/pytest -n 2 --dist loadgroup -q

lint: .venv/development  ## style, types, the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/development  ## mend what a tool can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:  ## away with everything that can be made again
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
