# make close   set up, close the bundled sample month, say where the workbook is
# make test    set up, install system packages where allowed, run every tier
# make fast    the tier one runs all day
# make browser the notebooks, their servers, and the panels in a real Chromium
# make soak    long campaigns
# make bench   side by side with pandas, Polars and DuckDB
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SAMPLE := out/sample

.PHONY: setup close test fast hosts browser soak bench lint templates system lock clean
.DEFAULT_GOAL := close

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "creditlib needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 …" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@echo "Setting up $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

close: setup
	@rm -rf $(SAMPLE)
	@$(BIN)/credit sample $(SAMPLE) >/dev/null
	@$(BIN)/credit close $(SAMPLE)/documents.csv $(SAMPLE)/allocations.csv $(SAMPLE)/customers.csv $(SAMPLE)/sales.csv \
	  --as-of 2026-10-31 --control $(SAMPLE)/control.csv --out out/close-2026-10.xlsx --force; \
	  status=$$?; test $$status -le 1 || exit $$status; \
	  test $$status -eq 0 || echo "The sample holds every odd case on purpose: $(SAMPLE)/README.md says which is where."

system:
	@tools/system.sh

test: setup
	@tools/system.sh || test "$$CI" != true || exit 1
	@command -v soffice >/dev/null || echo "LEFT OUT: tier hosts (no LibreOffice here, and it may not be installed; see the lines above)"
	@command -v chromium >/dev/null || echo "LEFT OUT: tests in a browser (no Chromium here, and it may not be installed; see the lines above)"
	$(BIN)/python -m pytest -m "not soak" -n 2 --durations=5 -q

fast: setup
	$(BIN)/python -m pytest -m "not soak and not hosts and not browser" -q

hosts: setup
	$(BIN)/python -m pytest -m hosts -q

browser: setup
	$(BIN)/python -m pytest -m browser -q

soak: setup
	$(BIN)/python -m pytest -m soak

bench: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python bench/bench.py

lint: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

templates: setup
	$(BIN)/python -m creditlib_templates.build

# The lock names versions and hashes for every platform, and no index.
lock:
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
