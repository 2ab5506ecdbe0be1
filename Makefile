# `make run` shows the program, `make test` proves it. All that is needed is python3 (3.11 or newer) and make.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
# Compiled once and read ever after: a process starts in half the time.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help run test lint fix docs screens bench drill machines clean audit fuzz hostile leaks mutants nightly week hearing

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新"; exit 1; }
	@echo "== 建立虚拟环境"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "建不了虚拟环境；Debian 上请先 apt-get install python3-venv"; exit 1; }
	@touch $@

# A dot for each library; pip's own words only where it fails.
install = rm -f .venv/failed; \
	{ $(BIN)/pip install --disable-pip-version-check --progress-bar off -r $(1) 2>.venv/pip.log || touch .venv/failed; } \
	| awk '/^(Collecting|Installing collected)/ { printf "."; fflush() } END { print "" }'; \
	test ! -e .venv/failed || { cat .venv/pip.log; exit 1; }

.venv/runtime: requirements.txt .venv/made
	@echo "== 安装运行所需的库（第一次约需一两分钟）"
	@$(call install,requirements.txt)
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@echo "== 安装开发和测试所需的库"
	@$(call install,requirements-dev.txt)
	@touch $@

run: .venv/runtime  ## the demonstration on http://127.0.0.1:8000/
	@$(BIN)/python -m bot demo --port 8000

test: .venv/development  ## all tests
	@$(BIN)/python tests/browser_setup.py
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -q

lint: .venv/development  ## style, types, the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/development  ## mend what a tool can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: .venv/development  ## the tables in the documentation that follow from the program
	@PYTHONPATH=. $(BIN)/python docs/render.py

screens: .venv/development  ## take the pictures in docs/screens from the demonstration (look at each)
	@$(BIN)/python tests/browser_setup.py
	@WHISTLE_SCREENS=1 $(BIN)/pytest tests/demo/test_demonstration.py -q -n 0

audit: .venv/runtime  ## known weaknesses of the libraries (asks the registry of packages about each of them)
	@test -x .venv/audit/bin/pip-audit || { $(PYTHON) -m venv .venv/audit && .venv/audit/bin/pip install --disable-pip-version-check --quiet pip-audit; } \
	  || { echo "装不上 pip-audit：连不到软件源，这次没有检查"; exit 0; }
	@test ! -x .venv/audit/bin/pip-audit || .venv/audit/bin/python tests/audit.py

leaks: .venv/development  ## what those complained of could read of who complained, by way out: without the shielding, and now
	@PYTHONPATH=.:tests $(BIN)/python tests/privacy/leaks.py

hostile: .venv/development  ## hostile requests, 512, 512 and 431 in the three modes of encryption: how many are mishandled
	@PYTHONPATH=.:tests:tests/bot:tests/fuzz $(BIN)/python tests/fuzz/hostile_counted.py

fuzz: .venv/development  ## the parsers against mutated input for some minutes (FUZZ_SECONDS, default 300)
	@test -x .venv/fuzz/bin/python || { $(PYTHON) -m venv .venv/fuzz && .venv/fuzz/bin/pip install --disable-pip-version-check --quiet -r requirements.txt -r requirements-fuzz.txt; }
	@PYTHONPATH=. .venv/fuzz/bin/python tests/fuzz/atheris_targets.py $(or $(FUZZ_SECONDS),300)

bench: .venv/development  ## what it costs, beside the bare framework (--full: FULL=--full)
	@$(BIN)/pip install --disable-pip-version-check --quiet -r requirements-bench.txt || echo "WeRoBot 装不上，跳过它"
	@$(BIN)/python -m bot bench --json docs/bench.json $(FULL)
	@PYTHONPATH=. $(BIN)/python docs/render.py

week: .venv/development  ## a week of 500 tickets under the platform's true quotas: what arrives, what is refused
	@$(BIN)/python -m bot week

hearing: .venv/development  ## what a model on this machine hears, and what it makes up (needs Debian's espeak-ng)
	@test -x .venv/hearing/bin/python || { $(PYTHON) -m venv .venv/hearing && .venv/hearing/bin/pip install --disable-pip-version-check --quiet -r requirements.txt -r requirements-hearing.txt; }
	@PYTHONPATH=. .venv/hearing/bin/python tests/hearing.py

drill: .venv/development  ## kills processes at random under load, fifty times on each database
	@WHISTLE_DRILL_KILLS=50 $(BIN)/pytest tests/drill -q -s -n 0

machines: .venv/development  ## two web and two worker processes, PgBouncer, primary and replica: each is killed in turn (Debian's pgbouncer)
	@PYTHONPATH=.:tests:tests/bot:tests/drill $(BIN)/python -W ignore tests/drill/machines.py

mutants: .venv/development  ## faults put into the parts that must not fail: nine in ten are noticed (MUTANTS=clocks, MUTANTS_SHARE=0.1)
	@test -x .venv/mutants/bin/cosmic-ray || { $(PYTHON) -m venv .venv/mutants && .venv/mutants/bin/pip install --disable-pip-version-check --quiet -r requirements-mutants.txt; }
	@$(BIN)/python tests/mutants.py

nightly: .venv/development  ## everything on both databases, two thousand long lives, fifty kills; then the mutants
	@$(BIN)/python tests/browser_setup.py
	@WHISTLE_NIGHTLY=1 HYPOTHESIS_PROFILE=nightly WHISTLE_DRILL_KILLS=50 $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -q
	@$(MAKE) mutants

clean:  ## away with everything that can be made again
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
