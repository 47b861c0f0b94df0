"""The plugin API is the one that was recorded, and the hook reference has all of it."""

from __future__ import annotations

import json
import re

import pytest
from helpers.generated import DOCS, check_generated
from helpers.public_api import HOOKS, arguments, optional_members, public_api, release

from zebra_core import hookspecs

RECORD = DOCS / "reference/api.json"
PAGE = (DOCS / "reference/hooks.md").read_text(encoding="utf-8")


def test_the_api_is_the_recorded_one() -> None:
    """docs/reference/api.json has every public name, hook and optional member with its signature.

    If a change is meant, docs/reference/stability.md says what it asks for; `make docs-outputs` records it.
    """
    before = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    check_generated(RECORD, json.dumps(public_api(before), indent=1) + "\n")


def test_the_record_notices_a_change() -> None:
    """The record has the parameters of functions, constructors and methods, and the version of each hook."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["names"]["rank_correlation"].startswith("(")
    assert "min_gap: float = ..." in record["names"]["Recipe"]
    assert record["names"]["ScoreTable.from_rows"].startswith("(cls, ")
    assert record["names"]["Behavior.similarity"] == "attribute"
    assert record["optional members"]["DeclinesLocation.declines"] == "(location: str) -> str | None"
    assert record["optional members"]["Pairwise.pairwise"] == "bool"
    assert record["hooks"]["zebra_stage_done"]["signature"] == "(stage: str, result: object) -> None"
    versions = [tuple(map(int, hook["since"].split("."))) for hook in record["hooks"].values()]
    assert max(versions) <= tuple(map(int, release().split(".")))


def test_every_hook_is_in_the_reference() -> None:
    """Each hook has a section of docs/reference/hooks.md with its arguments, and no section is of anything else."""
    headings = re.findall(r"^## `(zebra_.*)`$", PAGE, flags=re.MULTILINE)
    assert sorted(headings) == sorted(f"{name}{arguments(getattr(hookspecs, name))}" for name in HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_says_since_when(hook: str) -> None:
    """The section of a hook begins with the version that brought it."""
    since = json.loads(RECORD.read_text(encoding="utf-8"))["hooks"][hook]["since"]
    assert re.search(rf"^## `{hook}\(.*\)`\n\n\*Since {re.escape(since)}\.\*\n", PAGE, flags=re.MULTILINE)


def test_every_optional_member_is_in_the_reference() -> None:
    """The table of optional members has each with its arguments, and no other."""
    section = PAGE.split("\n## Optional members\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)
    assert sorted(name for row in rows for name in re.findall(r"`([^`]+)`", row)) == sorted(optional_members().values())
