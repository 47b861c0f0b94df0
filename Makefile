# One word for each step of the loop; .ci/run does them all on a clean checkout.
LOWEST ?= .venv-lowest
.PHONY: install test check lint types architecture lowest interop fuzz wheel docs docs-serve docs-outputs vega

install:
	python -m pip install -c constraints.txt -e ".[dev]"

test:
	pytest

check: lint types architecture test

lint:
	ruff check .
	ruff format --check .

types:
	mypy

architecture:
	lint-imports

lowest:
	uv venv --quiet --seed --python 3.11 $(LOWEST)
	uv pip install --quiet --python $(LOWEST) --resolution lowest-direct -e ".[dev]"
	PATH="$(abspath $(LOWEST))/bin:$$PATH" python -m pytest

interop:
	nice python tests/interop/run.py $(TOOLS)

fuzz:
	python bench/fuzz.py --inputs 2000 --seed 0

wheel:
	python -m pip wheel --quiet --no-deps --wheel-dir dist .

docs:
	zensical build --clean --strict

docs-serve:
	zensical serve

docs-outputs:
	ZEBRA_WRITE_DOCS=1 pytest tests/test_docs.py tests/test_site.py tests/test_api.py

vega:
	cd plugins/zebra_report/assets/vega && npm ci --silent && npm run --silent bundle
