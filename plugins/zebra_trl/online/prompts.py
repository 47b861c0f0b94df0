"""The prompts that a policy answers, with what rewards get to see of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from accelerate import PartialState
from datasets import concatenate_datasets

import zebra_core as zebra
from zebra_trl.artifacts.progress import log
from zebra_trl.config import accumulation, processes
from zebra_trl.data import load
from zebra_trl.data.tokens import Tokens, split
from zebra_trl.online.functions import text_of

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from zebra_trl.online.settings import OnlineSettings

TEXTS = ("chosen", "rejected")
TAKEN = ("prompt", "completion", "messages", "text", "prompts", "completions", *TEXTS)
"""Columns that are not passed on to rewards under their own name."""


def prompts_of(
    settings: OnlineSettings, dataset: str, tokenizer: PreTrainedTokenizerBase
) -> tuple[Dataset, Dataset | None]:
    """Return the prompts to train on and those held out, each with `columns`. Raise ZebraError if none can be used."""
    room = settings.max_length - settings.max_completion_length
    if room <= 0:
        msg = (
            f"max_completion_length is {settings.max_completion_length}, which leaves no room for a prompt in max_length "
            f"({settings.max_length}); lower it with --set {settings.name}.max_completion_length=N"
        )
        raise zebra.ZebraError(msg)
    with PartialState().main_process_first():
        rows = _usable(_rows(settings, load.read(dataset), tokenizer), room)
        test = load.read_test(dataset) if settings.held_out else None
        held_out = None if test is None else _usable(_rows(settings, test, tokenizer), room)
    if held_out is None:
        rows, held_out = split(rows, settings.held_out, settings.seed)
    if held_out is not None:
        held_out = _full_batches(settings, held_out)
        log(f"{len(rows):,} prompts to train on, {len(held_out):,} held out")
    _check_count(settings, len(rows))
    return rows, held_out


def _rows(settings: OnlineSettings, rows: Dataset, tokenizer: PreTrainedTokenizerBase) -> Dataset:
    """Return `prompt`, `prompt_ids` and `columns`. Raise ZebraError if the tokenizer cannot render messages."""
    names = rows.column_names
    alone = "prompt" in names and not {"completion", *TEXTS} & {*names}
    standard = rows.select_columns(["prompt"]) if alone else load.standard(rows, pairs=False)
    others = [name for name in names if name not in (*TAKEN, *standard.column_names)]
    joined = concatenate_datasets([standard, rows.select_columns(others)], axis=1) if others else standard
    if not isinstance(joined[0]["prompt"], str) and not tokenizer.chat_template:
        msg = (
            "the dataset has messages, but the tokenizer of the model has no chat template; "
            f"add --set {settings.name}.chat_template=FILE.jinja"
        )
        raise zebra.ZebraError(msg)
    ids = Tokens(tokenizer).prompt_ids(joined["prompt"])
    seen = [name for name in joined.column_names if name != "prompt"]
    prepared = joined.map(_row, remove_columns=seen) if {*seen} - {*TAKEN} or {*seen} & {*TEXTS} else joined
    return prepared.add_column("prompt_ids", ids)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Return what rewards get of a row besides prompt and completion."""
    texts = {name: text_of(row[name]) for name in TEXTS if row.get(name) is not None}
    return {"columns": {**{name: row[name] for name in row if name not in TAKEN}, **texts}}


def _usable(rows: Dataset, room: int) -> Dataset:
    """Return each prompt once, without those that leave no room for a response; the first row of a prompt counts."""
    lengths = np.array([len(ids) for ids in rows["prompt_ids"]])
    first = {tuple(ids): at for at, ids in reversed(list(enumerate(rows["prompt_ids"])))}
    fits = [at for at in sorted(first.values()) if 0 < lengths[at] <= room]
    if not fits:
        msg = (
            f"no prompt of {len(first):,} is left to train on: the shortest has {lengths.min():,} tokens, and max_length less "
            f"max_completion_length leaves room for {room:,}; raise max_length, or lower max_completion_length"
        )
        raise zebra.ZebraError(msg)
    if len(first) < len(rows):
        log(f"left out {len(rows) - len(first):,}: rows whose prompt is that of an earlier row")
    if len(fits) < len(first):
        log(f"left out {len(first) - len(fits):,}: the prompt is empty, or has more than {room:,} tokens")
    return rows.select(fits)


def _full_batches(settings: OnlineSettings, held_out: Dataset) -> Dataset:
    """Return at most `eval_prompts`, without an incomplete last batch: TRL averages over batches."""
    per_batch = eval_batch(settings) * processes() // eval_generations(settings)
    count = min(len(held_out), settings.eval_prompts)
    return held_out.select(range(count // per_batch * per_batch or count))


def eval_generations(settings: OnlineSettings) -> int:
    """Return the number of responses to each held-out prompt."""
    return int(settings.others.get("num_generations_eval") or settings.num_generations)


def eval_batch(settings: OnlineSettings) -> int:
    """Return the number of responses that are measured at once on a device: whole prompts, about eight responses."""
    count = eval_generations(settings)
    return int(settings.others.get("per_device_eval_batch_size") or count * max(1, 8 // count))


def _check_count(settings: OnlineSettings, prompts: int) -> None:
    """Raise ZebraError if there are too few prompts for one step."""
    needed = max(1, completions_per_batch(settings) // settings.num_generations)
    if prompts < needed:
        msg = (
            f"the policy answers {needed:,} prompts at a time, and the dataset has {prompts:,}; "
            f"lower it with --set {settings.name}.gradient_accumulation_steps=N"
        )
        raise zebra.ZebraError(msg)


def completions_per_batch(settings: OnlineSettings) -> int:
    """Return the number of responses that are generated at once over all devices, as TRL counts them."""
    size = settings.per_device_train_batch_size * processes()
    steps = settings.others.get("steps_per_generation") or accumulation(settings)
    return int(settings.others.get("generation_batch_size") or size * steps)
