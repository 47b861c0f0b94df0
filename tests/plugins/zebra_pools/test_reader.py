"""Every layout in every format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.pools import (
    EXPECTED,
    FORMATS,
    POOL,
    lines,
    long,
    read,
    ultrafeedback,
    wide,
)

import zebra_core as zebra
from zebra_core.testing import Project


def messages() -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "prompt": [{"role": "user", "content": prompt}],
            "models": [*answers],
            "responses": [*answers.values()],
            "source": "test",
        }
        for name, prompt, answers in POOL
    ]


LAYOUTS = {"ultrafeedback": ultrafeedback, "long": long, "wide": wide, "messages": messages}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_and_format(zebra_cli: Project, layout: str, name: str) -> None:
    """The layout is recognised, and the pool is the same from any of them; a folder with the file and a README, too."""
    zebra_cli.write(f"folder/{name}", FORMATS[name](LAYOUTS[layout]()))
    zebra_cli.write("folder/README.md", "# Nothing to read here")
    zebra_cli.write("folder/.cache/old.jsonl", "{")
    assert read(f"folder/{name}") == EXPECTED
    assert read("folder") == read(f"{layout}:folder/{name}") == EXPECTED


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_ids_that_are_numbers(zebra_cli: Project, layout: str, name: str) -> None:
    """A whole number is an id as well as its text, and joins the rows of a long pool."""
    numbers = {name: number for number, (name, _, _) in enumerate(POOL)}
    rows = [
        {column: numbers[cell] if column in ("id", "instruction_id") else cell for column, cell in row.items()}
        for row in LAYOUTS[layout]()
    ]
    zebra_cli.write(name, FORMATS[name](rows))
    expected = sorted((str(numbers[row[0]]), *row[1:]) for row in EXPECTED)
    assert read(name) == expected


def test_options_name_other_columns(zebra_cli: Project) -> None:
    """`long` and `wide` read the columns that their options name; a column that is not there is named."""
    rows = [{"q": prompt, "who": m, "said": r, "n": name} for name, prompt, answers in POOL for m, r in answers.items()]
    zebra_cli.write("pool.jsonl", lines(rows))
    options = {"prompt": "q", "model": "who", "response": "said", "id": "n"}
    pool = zebra.open_pool("pool.jsonl", recipe=zebra.Recipe(options={"long": options}))
    assert pool.models() == {*"abc"}
    with pytest.raises(zebra.ZebraError, match=r"no column 'whom'; its columns are q, who, said, n"):
        zebra.open_pool("long:pool.jsonl", recipe=zebra.Recipe(options={"long": {**options, "model": "whom"}}))


def shared_pools(shared: Path) -> list[Path]:
    return [shared / f"{name}.parquet" for name in ("alpaca_eval_pool_dev", "alpaca_eval_pool4_dev", "recent_pool_dev")]


def test_real_pools(shared: Path) -> None:
    """The real pools are recognised, with 12, 12 and 56 models; one without instructions says what it lacks."""
    assert [len(zebra.open_pool(str(path)).models()) for path in shared_pools(shared)] == [12, 12, 56]
    with pytest.raises(zebra.ZebraError, match="long has no column 'instruction' or 'prompt'"):
        zebra.open_pool(str(shared / "recent_pool_dev_long.parquet"))
