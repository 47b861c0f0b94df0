# One word for each step of the loop; .ci/run does them all on a clean checkout.
.PHONY: install test lint types architecture wheel docs

install:
	python -m pip install -c constraints.txt -e ".[dev]"

test:
	pytest

lint:
	ruff check .
	ruff format --check .

types:
	mypy

architecture:
	lint-imports

wheel:
	python -m pip wheel --quiet --no-deps --wheel-dir dist .

docs:
	ZEBRA_WRITE_DOCS=1 pytest tests/test_docs.py
