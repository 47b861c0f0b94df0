"""A recipe: the choices of a run as data, from the command line, a TOML file, or a saved dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import tomli_w

from zebra_core.errors import ZebraError, unknown
from zebra_core.pairing.sampling import Sampling
from zebra_core.pairing.strategy import Masks, Scope
from zebra_core.plugins.options import option, options_of, structure
from zebra_core.recipe.options import flatten
from zebra_core.redaction import redacted
from zebra_core.scores.table import Clash  # noqa: TC001

REMOTE_CODE = "trust_remote_code"
"""The argument by which libraries of Hugging Face are asked to run code that they download."""


def _is_codec(_: object, __: object, value: str) -> None:
    codec, _, level = value.partition(":")
    levels = [*map(str, range(1, 23))] if codec == "zstd" else []
    if codec not in ("none", "snappy", "gzip", "lz4", "zstd") or (":" in value and level not in levels):
        msg = f"'compression' must be none, snappy, gzip, lz4, zstd, or zstd:1 to zstd:22, got {value!r}"
        raise ValueError(msg)


@attrs.frozen
class Recipe:
    """The choices of a run. An empty name is a choice left open: a plugin's only component or the default fills it.

    `pool` and each of `scores` is `NAME`, `NAME:LOCATION` or `LOCATION`; paths are relative to the current folder.
    `plugin_hashes` has the SHA-256 of each plugin that is a file; in a saved recipe the paths of such plugins are relative
    to its folder, and other paths to the current folder. `benchmarks` declares properties of benchmarks by name, and `axes` weights of axes. `export` has the forms in which the dataset is
    written as well, `trainer` (a list, or names with commas between them, for several one after the other) and `model` are for the training that may follow, and `evaluation` has the evaluators and the values of their flags, as `zebra evaluate` takes them: what
    is measured of the trained model, and of models that the scores lack if `missing` asks for it. `options` holds the options of components by target (see `zebra_core.recipe.options`).
    `origins` says where each choice came from; it is not saved.
    """

    pool: str = option("", "Response pool; READER:LOCATION names the reader.", kind="pool", metavar="FILE|DIR|hub:NAME")
    scores: tuple[str, ...] = option(
        (),
        "Score table: a file, or a name such as paper. Repeat to join several.",
        kind="score source",
        metavar="FILE|NAME",
    )
    filters: tuple[str, ...] = option(
        (),
        "What leaves out instructions of the pool, or changes their texts, before pairing. Repeat to apply several in order.",
        flag="--filter",
        kind="filter",
        metavar="NAME",
    )
    similarity: str = option("", "How similar two models are.", kind="similarity", metavar="NAME")
    strategy: str = option("", "Which responses to pair.", kind="strategy", metavar="NAME")
    rule: str = option("", "Which response is chosen; a strategy may bring its own.", kind="rule", metavar="NAME")
    columns: tuple[str, ...] = option(
        (), "What adds columns to the dataset. Repeatable.", flag="--column", kind="column", metavar="NAME"
    )
    engine: str = option("", "What runs the build.", kind="engine", metavar="NAME")
    export: tuple[str, ...] = option(
        (),
        "Form in which the dataset is written as well, to the folder OUTPUT-NAME, such as llama-factory. Repeatable.",
        kind="exporter",
        metavar="NAME",
    )
    trainer: str = option(
        "",
        "How to train; several, such as sft,dpo, one after the other. See `zebra plugins`.",
        kind="trainer",
        metavar="NAME[,NAME]",
    )
    model: str = option(
        "",
        "Model to train: a folder, a name on the Hugging Face Hub, or a model generated locally.",
        kind="model",
        metavar="DIR|NAME",
    )
    scope: Scope = option(
        "instruction", "Choose among the models that answered the instruction, or one pair for the whole pool."
    )
    threshold: float = option(Masks().threshold, "Minimum similarity of a pair, tau.")
    min_gap: float = option(Masks().min_gap, "Minimum superiority gap of a pair.")
    min_confidence: float = option(Masks().min_confidence, "Minimum confidence of a pair, as the rule says it.")
    length_ratio: float = option(
        Masks().length_ratio, "How many times the shorter response the longer one of a pair may be, 0 for no limit."
    )
    pairs: int = option(Masks().pairs, "Maximum number of pairs per instruction.")
    candidates: int = option(
        Sampling().candidates, "Number of responses per instruction that are drawn before pairing, 0 for all."
    )
    temperature: float = option(
        Sampling().temperature, "How freely pairs are sampled by their rank; 0 takes the most desirable one."
    )
    max_share: float = option(Sampling().max_share, "Maximum share of the pairs that one pair of models makes up.")
    missing: str = option("", "What to do if a score is missing.", kind="imputation", metavar="NAME")
    clash: Clash = option("error", "Which table wins if two fill one cell differently.")
    normalisation: str = option("", "How scores are scaled to [0, 1].", kind="normalisation", metavar="NAME")
    superiority: str = option("", "How a model's scores become one number.", kind="superiority", metavar="NAME")
    benchmarks: dict[str, dict[str, Any]] = option(factory=dict)
    axes: dict[str, float] = option(factory=dict)
    silence: tuple[str, ...] = option((), "Warning about scores to hide. Repeatable.", metavar="WARNING")
    strict: bool = option(
        default=False,
        help=(
            "Stop at the first invalid row of the pool, which otherwise is left out and listed in rejected_rows.jsonl, and "
            "if a plugin file has changed since the recipe was saved."
        ),
    )
    alias: str = option(
        "",
        "Score name of each pool name: columns pool,score, see `zebra alias`; or what resolves names.",
        kind="alias",
        metavar="FILE.csv|NAME",
    )
    seed: int = option(0, "Seed of every random draw.")
    shard_rows: int = option(
        16_384, "Approximate number of instructions per output file.", validator=attrs.validators.ge(1)
    )
    compression: str = option(
        "zstd", "zstd, zstd:LEVEL, snappy, gzip, lz4 or none.", metavar="CODEC", validator=_is_codec
    )
    plugins: tuple[str, ...] = option((), "Plugin to load.", flag="--plugin", metavar="NAME|FILE")
    plugin_hashes: dict[str, str] = option(factory=dict)
    evaluation: dict[str, Any] = option(factory=dict)
    options: dict[str, dict[str, Any]] = option(factory=dict)
    origins: Mapping[str, str] = attrs.field(factory=dict, eq=False)

    def __attrs_post_init__(self) -> None:
        """Check the masks and the draws. Raise ZebraError for a value out of range."""
        _ = self.masks, self.sampling

    @property
    def masks(self) -> Masks:
        """The options that mask pairs."""
        try:
            return Masks(self.threshold, self.min_gap, self.pairs, self.min_confidence, self.length_ratio)
        except ValueError as error:
            raise ZebraError(str(error.args[0])) from error

    @property
    def sampling(self) -> Sampling:
        """The options that draw."""
        try:
            return Sampling(self.candidates, self.temperature, self.max_share)
        except ValueError as error:
            raise ZebraError(str(error.args[0])) from error

    def as_dict(self) -> dict[str, Any]:
        """Return the recipe as plain values, as it is recorded: without the choices left open and the secrets in URLs."""
        values = attrs.asdict(self, filter=lambda field, _: field.name != "origins", value_serializer=_plain)
        return {name: value for name, value in values.items() if value not in ("", [], {})}

    def as_toml(self) -> str:
        """Return the recipe as it is recorded as TOML, which `read_recipe` reads back unchanged."""
        return tomli_w.dumps(self.as_dict())


def field_of(kind: str) -> str:
    """Return the recipe's field that names the component of a kind."""
    return next(name for name, option in options_of(Recipe).items() if option.info.kind == kind)


def flag_of(name: str) -> str:
    """Return the command-line flag of a field of the recipe."""
    return options_of(Recipe)[name].info.flag or f"--{name.replace('_', '-')}"


KEYS = tuple(field.name for field in attrs.fields(Recipe) if field.name != "origins")
"""The keys of a recipe."""


def with_sections(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values in which a table that is not a key of a recipe is moved to `options`: `[rbf]` stands for `[options.rbf]`."""
    sections = {name: table for name, table in values.items() if name not in KEYS and isinstance(table, Mapping)}
    if not sections:
        return dict(values)
    options = flatten(values.get("options", {}), "the recipe")
    merged = {name: {**table, **options.get(name, {})} for name, table in flatten(sections, "the recipe").items()}
    return {**{name: v for name, v in values.items() if name not in sections}, "options": {**options, **merged}}


def make_recipe(values: Mapping[str, Any], origins: Mapping[str, str] | None = None) -> Recipe:
    """Return the recipe of plain values. Raise ZebraError for an unknown key or a value of the wrong type."""
    values = with_sections(values)
    for name in values:
        if name not in KEYS:
            what = "recipe key"
            raise unknown(what, name, KEYS)
    _refuse_remote_code(values)
    if isinstance(trainers := values.get("trainer"), list) and all(isinstance(name, str) for name in trainers):
        values["trainer"] = ",".join(trainers)
    tables = flatten(values.get("options", {}), "the recipe")
    try:
        recipe: Recipe = structure({**values, **({"options": tables} if tables else {})}, Recipe)
    except ValueError as error:
        raise ZebraError(_fault(str(error), origins or {})) from error
    return attrs.evolve(recipe, origins=dict(origins or {}))


def _fault(reason: str, origins: Mapping[str, str]) -> str:
    """Return what is wrong with a recipe: a value that a flag gave is named by the flag, any other by its key."""
    given = [name for name, origin in origins.items() if origin == flag_of(name) and repr(name) in reason]
    for name in given:
        reason = reason.replace(repr(name), origins[name])
    return reason if given else f"the recipe is invalid: {reason}"


def _refuse_remote_code(value: object) -> None:
    """Raise ZebraError if an option, at any depth, asks a library to run the code of a model's or a dataset's repository."""
    if isinstance(value, Mapping):
        if value.get(REMOTE_CODE):
            msg = f"{REMOTE_CODE} is set, but ZEBRA never runs the code in the repository of a model or a dataset; remove it"
            raise ZebraError(msg)
        for item in value.values():
            _refuse_remote_code(item)


def _plain(_: object, __: object, value: object) -> object:
    if isinstance(value, str):
        return redacted(value)
    return list(value) if isinstance(value, tuple) else value
