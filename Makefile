# One word for each step of the loop; .ci/run does them all on a clean checkout.
.PHONY: install test lint types architecture fuzz wheel docs

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

fuzz:
	python bench/fuzz.py --inputs 2000 --seed 0

wheel:
	python -m pip wheel --quiet --no-deps --wheel-dir dist .

docs:
	ZEBRA_WRITE_DOCS=1 pytest tests/test_docs.py
