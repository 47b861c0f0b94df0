"""A run, as data: what the command line says, what a TOML file says, and what is saved with the dataset."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003
from pathlib import Path
from typing import Any

import attrs
import cattrs
import tomli_w

from zebra_core.components import converter, reasons
from zebra_core.errors import ZebraError, unknown
from zebra_core.normalise import Normalisation  # noqa: TC001
from zebra_core.pairing import Masks, Scope
from zebra_core.scores import Clash, Missing  # noqa: TC001
from zebra_core.shards import SHARD_ROWS

DEFAULTS = {
    "pool": "demo",
    "scores": "paper",
    "similarity": "cosine",
    "strategy": "sup",
    "rule": "superiority",
    "engine": "local",
    "trainer": "dpo",
}
"""The component of each kind where nobody chose one; `scores` only where there is no pool to say which table covers it."""


def _known_codec(_: object, __: object, value: str) -> None:
    codec, _, level = value.partition(":")
    levels = [*map(str, range(1, 23))] if codec == "zstd" else []
    if codec not in ("none", "snappy", "gzip", "lz4", "zstd") or (":" in value and level not in levels):
        msg = f"compression must be none, snappy, gzip, lz4, zstd, or zstd:1 to zstd:22, got {value!r}"
        raise ValueError(msg)


@attrs.frozen
class Recipe:
    """The choices of a run. An empty name is a choice not made: a default, or a plugin's only component, takes its place.

    `pool` and each of `scores` is `NAME`, `NAME:LOCATION` or `LOCATION`; paths are relative to the current folder.
    `benchmarks` declares properties of benchmarks by name, `axes` weighs axes, `silence` names warnings
    about scores that are known. `trainer` and `model` are of the training that may follow. `options` holds the options of components by name. `origins` says where each choice came from; it is not saved.
    """

    pool: str = ""
    scores: tuple[str, ...] = ()
    similarity: str = ""
    strategy: str = ""
    rule: str = ""
    engine: str = ""
    trainer: str = ""
    model: str = ""
    scope: Scope = "instruction"
    threshold: float = Masks().threshold
    min_gap: float = Masks().min_gap
    min_confidence: float = Masks().min_confidence
    pairs: int = Masks().pairs
    missing: Missing = "error"
    clash: Clash = "error"
    normalisation: Normalisation = "minmax"
    benchmarks: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    axes: dict[str, float] = attrs.field(factory=dict)
    silence: tuple[str, ...] = ()
    strict: bool = False
    alias: str = ""
    seed: int = 0
    shard_rows: int = attrs.field(default=SHARD_ROWS, validator=attrs.validators.ge(1))
    compression: str = attrs.field(default="zstd", validator=_known_codec)
    plugins: tuple[str, ...] = ()
    options: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    origins: Mapping[str, str] = attrs.field(factory=dict, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check the masks; ZebraError for a negative gap or less than one pair."""
        _ = self.masks

    @property
    def masks(self) -> Masks:
        """The core's options that mask pairs."""
        try:
            return Masks(self.threshold, self.min_gap, self.pairs, self.min_confidence)
        except ValueError as wrong:
            raise ZebraError(str(wrong.args[0])) from wrong

    def as_dict(self) -> dict[str, Any]:
        """Return what is worth saving, as plain values: everything but what was not chosen."""
        values = attrs.asdict(self, filter=lambda field, _: field.name != "origins", value_serializer=_plain)
        return {name: value for name, value in values.items() if value not in ("", [], {})}

    def as_toml(self) -> str:
        """Return the recipe as TOML, which `read_recipe` reads back to the same."""
        return tomli_w.dumps(self.as_dict())


def make_recipe(values: Mapping[str, Any], origins: Mapping[str, str] | None = None) -> Recipe:
    """Make a recipe from plain values; ZebraError for an unknown key (with the closest) or a value of another type."""
    known = [field.name for field in attrs.fields(Recipe) if field.name != "origins"]
    for name in values:
        if name not in known:
            what = "recipe key"
            raise unknown(what, name, known)
    try:
        recipe = converter.structure(dict(values), Recipe)
    except (cattrs.BaseValidationError, ValueError, TypeError) as wrong:
        msg = f"the recipe does not hold: {'; '.join(reasons(wrong))}"
        raise ZebraError(msg) from wrong
    return attrs.evolve(recipe, origins=dict(origins or {}))


def read_recipe(path: str | Path) -> dict[str, Any]:
    """Read a TOML recipe into plain values; ZebraError where the file is missing or is no TOML."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as wrong:
        msg = f"cannot read the recipe {str(path)!r}: {wrong.strerror}"
        raise ZebraError(msg) from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        msg = f"the recipe {str(path)!r} is no TOML: {wrong}"
        raise ZebraError(msg) from wrong


def read_setting(text: str) -> tuple[str, str, Any]:
    """Read COMPONENT.OPTION=VALUE; the value is read as TOML (1, 0.5, true, ["a", "b"]), else it is text."""
    target, equals, value = text.partition("=")
    component, dot, option = target.strip().rpartition(".")
    if not (equals and dot and component and option):
        msg = f"--set wants COMPONENT.OPTION=VALUE, such as rbf.gamma=0.5, got {text!r}"
        raise ZebraError(msg)
    try:
        return component, option, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return component, option, value


def _plain(_: object, __: object, value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
