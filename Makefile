# SNNtrainer3D: `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Tests start hundreds of processes of Python: what is compiled once is kept, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
FAST := not slow and not browser and not mnist and not verify
make = $(foreach part,$(1),"$(MAKE) --no-print-directory $(part)")

.PHONY: help run test verify verify-python verify-browser faults fuzz dev check check-python check-web fast fast-web long browser ready generate bench doctor page lock screenshots lighthouse clean system wheel docs audit

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: $(VENV)/.runs page ## Set up what is missing, build the page, start on http://127.0.0.1:8000 (PORT=…, ARGS="--no-browser")
	@exec $(BIN)/snntrainer3d serve --port $(PORT) $(ARGS)

test: ## Set up, then every test without a GPU, real browser included (≤ 30 minutes)
	@$(MAKE) --no-print-directory ready || { echo "The set-up failed, for the reason above; no test was run." >&2; exit 1; }
	@$(PYTHON) scripts/parts.py --in-turn $(call make,check-python check-web fast fast-web long browser)

check: $(VENV)/.ready web/node_modules/.ready ## Format, lint, types, rooms, fast tests, both languages (under 60 s)
	@$(PYTHON) scripts/parts.py $(call make,check-python check-web fast fast-web)

ready: system $(VENV)/.ready page

check-python:
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

fast:
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "$(FAST)"

long:
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not ($(FAST)) and not verify"

browser:
	@cd web && npm run --silent test:browser

check-web:
	@cd web && npm run --silent lint && npm run --silent check && npm run --silent rooms

fast-web:
	@cd web && npm run --silent test

verify: ready ## What takes longer: recipes over seeds, the paper's settings on MNIST, kills, made-up inputs
	@$(PYTHON) scripts/parts.py --in-turn $(call make,verify-python verify-browser faults fuzz)

verify-python:
	$(BIN)/python -m pytest -m "verify" --timeout 3600

verify-browser:
	cd web && npm run --silent test:verify

faults: $(VENV)/.ready ## Kill server and jobs a hundred times at random moments: nothing lost, every bit equal (ARGS="--kills 20")
	$(BIN)/python -m reliability kills $(ARGS)

fuzz: $(VENV)/.ready ## A hundred thousand made-up inputs for documents, files and the API: no crash, no hang, no growth
	$(BIN)/python -m reliability fuzz $(ARGS)
	EXAMPLES=1000 $(BIN)/python -m pytest -q tests/promises/test_every_document.py --timeout 3600

dev: $(VENV)/.ready web/node_modules/.ready ## The server, and Vite with a page that reloads as it is edited
	@trap 'kill 0' EXIT INT TERM; $(BIN)/snntrainer3d serve --port $(PORT) --no-browser & npm --prefix web run dev

generate: $(VENV)/.ready web/node_modules/.ready ## TypeScript types, JSON schemas and generated docs (a test fails when they are stale)
	$(BIN)/python scripts/generate.py
	$(BIN)/python scripts/notices.py

bench: $(VENV)/.ready ## Time training side by side with peers, write docs/performance.md
	$(BIN)/python -m benchmarks $(ARGS)

doctor: $(VENV)/.runs ## PASS, FAIL or SKIP of everything this needs
	@$(BIN)/snntrainer3d doctor

audit: web/node_modules/.ready ## Known faults of the packages, where npm and pip-audit reach their advisories
	cd web && npm audit --omit=dev
	test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && build/audit/bin/pip install --quiet pip-audit; }
	build/audit/bin/pip-audit --no-deps --disable-pip --requirement requirements.lock --requirement requirements-dev.lock

screenshots: $(VENV)/.ready page ## Make the pictures of README and tutorials anew, in a real browser
	cd web && npm run --silent pictures

lighthouse: $(VENV)/.ready page ## Lighthouse on the page: performance and accessibility (fetches it with npx)
	cd web && npm run --silent lighthouse

docs: $(VENV)/.ready ## Build the documentation as a site, into build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

wheel: $(VENV)/.ready ## Build sdist and wheel, the page inside
	$(BIN)/python -m build --no-isolation

lock: $(VENV)/.ready ## Write requirements.lock and requirements-dev.lock from what is installed
	$(BIN)/python scripts/lock.py

page: web/node_modules/.ready
	@$(PYTHON) scripts/build_page.py

system:
	@bash scripts/system_packages.sh

clean: ## Remove what was built, not the runs
	rm -rf $(VENV) web/node_modules src/snntrainer3d/static dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.runs: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "SNNtrainer3D needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (minutes the first time) …"
	@$(INSTALL) -r requirements.lock
	@$(INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.ready: $(VENV)/.runs requirements-dev.lock
	@echo "Installing what tests, checks and docs need …"
	@$(INSTALL) -r requirements.lock -r requirements-dev.lock
	@touch $@

web/node_modules/.ready: web/package-lock.json web/package.json
	@command -v npm >/dev/null || { echo "The page is built with node 20 or newer and npm; install them (Debian: apt-get install nodejs npm)." >&2; exit 1; }
	@echo "Installing npm packages …"
	@cd web && npm ci --silent --no-audit --no-fund
	@touch $@
