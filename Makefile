# On a machine with Python 3.11, pip and make: `make run`, then `make test`.
PYTHON ?= python3.11
VENV ?= .venv
READY = $(VENV)/.ready
AS_ROOT = $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: run test lint dev docs bench bench-linkage browser mysql lock

run: $(READY)  ## set up, make the sample deliveries, run the nightly job, say where to look
	$(VENV)/bin/onesource demo

test: $(READY) lint  ## all checks and tests
	$(VENV)/bin/pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

dev: $(READY)  ## the Dagster UI on http://127.0.0.1:3000
	$(VENV)/bin/onesource dev

docs: $(READY)  ## the reference pages in docs/, after changing the catalogue, rules, settings or commands
	$(VENV)/bin/python -m docs.generate

bench: $(READY)  ## the nightly job for PERSONS people, stage by stage, beside a plain copy
	$(VENV)/bin/python -m benchmarks.night --persons $(or $(PERSONS),100000)

bench-linkage: $(READY)  ## how well and how fast records are linked, on planted truth and on public data in PUBLIC
	$(VENV)/bin/python -m benchmarks.linkage --persons $(or $(PERSONS),200000) --public $(or $(PUBLIC),../shared/data/linkage)

browser:  ## Chromium and its driver (Debian), with which tests open the reports; without them these tests are skipped
	$(AS_ROOT) apt-get update --quiet
	$(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends \
		chromium chromium-driver fonts-noto-cjk

mysql:  ## MariaDB (Debian), against which tests read a department's database; without it these tests are skipped
	$(AS_ROOT) apt-get update --quiet
	$(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends mariadb-server

lock:  ## after changing pyproject.toml
	$(VENV)/bin/pip install --quiet uv
	$(VENV)/bin/uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-strip-extras \
		--python-version 3.11 --quiet --output-file requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --require-hashes --requirement requirements.lock
	$(VENV)/bin/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)
