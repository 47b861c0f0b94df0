"""Adapters to TRL's trainers: the class that accepts tokenised rows, and the columns it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from trl import KTOTrainer, RewardTrainer, SFTTrainer

import zebra_core as zebra
from zebra_trl.config import from_trl, needs_reference
from zebra_trl.distillation import TokenisedDistillation, prompts_alone
from zebra_trl.settings import DPOSettings, RewardSettings
from zebra_trl.weighted_dpo import MARK, TokenisedDPO, WeightedDPO

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset
    from transformers import Trainer

    from zebra_trl.settings import Settings

Ids = list[int]
Row = dict[str, Ids]


@attrs.frozen
class Kind:
    """A trainer of TRL: its class, and a function from rows of ids to its columns.

    `pairs` says whether it needs pairs, `rejected` whether it uses rejected responses, and `cut` whether it may cut responses.
    """

    trainer: type[Trainer]
    columns: Callable[[Dataset, Settings], Dataset]
    pairs: bool = True
    rejected: bool = True
    cut: bool = True


class TokenisedKTO(KTOTrainer):
    """A KTO trainer for tokenised rows."""

    def _prepare_dataset(self, dataset: Dataset, *_: object) -> Dataset:
        return dataset


def kind_of(settings: Settings) -> Kind:
    """Return TRL's trainer for settings."""
    if settings.kind == "DPO":
        return Kind(WeightedDPO if needs_reference(settings) else TokenisedDPO, _preference)
    if settings.kind in ("GRPO", "RLOO"):
        return Kind(from_trl(f"{settings.kind}Trainer"), _prompts, pairs=False)
    if settings.kind in ("ORPO", "CPO"):
        return Kind(_one_pass(from_trl(f"{settings.kind}Trainer")), _sequences)
    return {
        "SFT": Kind(SFTTrainer, _completion, pairs=False, rejected=False),
        "KTO": Kind(TokenisedKTO, _unpaired, pairs=False),
        "Distillation": Kind(TokenisedDistillation, prompts_alone, pairs=False, rejected=False),
        "Reward": Kind(RewardTrainer, _full_sequences, cut=False),
    }[settings.kind]


def _prompts(rows: Dataset, _: Settings) -> Dataset:
    return rows.select_columns([name for name in ("prompt", "columns") if name in rows.column_names])


def _preference(rows: Dataset, settings: Settings) -> Dataset:
    ids = ["prompt_ids", "chosen_ids", "rejected_ids"]
    if not isinstance(settings, DPOSettings):
        return _select(rows, ids, [])
    used = {"margin": bool(settings.margin_shift), "confidence": settings.confidence != "off"}
    if settings.sft_where:
        rows = rows.rename_column(settings.sft_where, MARK)
    return _select(rows, ids, [*(name for name, on in used.items() if on), *([MARK] if settings.sft_where else [])])


def _select(rows: Dataset, ids: list[str], signals: list[str]) -> Dataset:
    """Return only these columns. Raise ZebraError if the dataset lacks a signal."""
    for name in signals:
        if name not in rows.column_names:
            msg = f"the dataset has no column {name!r}, which the settings use; datasets built by `zebra run` have it"
            raise zebra.ZebraError(msg)
    return rows.select_columns([*ids, *signals])


def _completion(rows: Dataset, settings: Settings) -> Dataset:
    """Return prompt and chosen response as one sequence, with the prompt masked in the labels."""

    def convert(row: Row) -> Row:
        prompt, answer = row["prompt_ids"], row["chosen_ids"]
        ids, labels = prompt + answer, [-100] * len(prompt) + answer
        return {"input_ids": ids[: settings.max_length], "labels": labels[: settings.max_length]}

    return rows.map(convert, remove_columns=rows.column_names)


def _full_sequences(rows: Dataset, settings: Settings) -> Dataset:
    """Return each response joined with its prompt, the sequence that a reward model scores."""

    def convert(row: Row) -> Row:
        return {f"{side}_ids": row["prompt_ids"] + row[f"{side}_ids"] for side in ("chosen", "rejected")}

    signals = ["margin"] if isinstance(settings, RewardSettings) and settings.margin else []
    return _select(rows.map(convert), ["chosen_ids", "rejected_ids"], signals)


def _unpaired(rows: Dataset, settings: Settings) -> Dataset:
    """Return single responses, shuffled, each with another row's response, from which KTO estimates its KL term."""
    if "rejected_ids" in rows.column_names:
        rows = rows.map(_both, batched=True, remove_columns=rows.column_names)
    elif "label" in rows.column_names:
        rows = rows.rename_column("chosen_ids", "completion_ids").select_columns(
            ["prompt_ids", "completion_ids", "label"]
        )
    else:
        msg = "KTO needs pairs (chosen, rejected), or single responses with a column `label` of true and false"
        raise zebra.ZebraError(msg)
    size = settings.per_device_train_batch_size
    return rows.shuffle(seed=settings.seed).flatten_indices().map(_rotated, batched=True, batch_size=size)


def _both(batch: dict[str, list[Ids]]) -> dict[str, list[Ids] | list[bool]]:
    """Return the chosen and then the rejected responses, labelled."""
    answers = batch["chosen_ids"] + batch["rejected_ids"]
    labels = [True] * len(batch["chosen_ids"]) + [False] * len(batch["rejected_ids"])
    return {"prompt_ids": batch["prompt_ids"] * 2, "completion_ids": answers, "label": labels}


def _rotated(batch: dict[str, list[Ids]]) -> dict[str, list[Ids]]:
    """Return the response of the row before, the last one for the first row."""
    answers = batch["completion_ids"]
    return {"KL_completion_ids": answers[-1:] + answers[:-1]}


def _sequences(rows: Dataset, settings: Settings) -> Dataset:
    """Return the tokenised rows of ORPO and CPO: full sequences with the prompt masked in the labels."""

    def convert(row: Row) -> Row:
        prompt = row["prompt_ids"]
        columns: Row = {"prompt_input_ids": prompt, "prompt_attention_mask": [1] * len(prompt)}
        for side in ("chosen", "rejected"):
            answer = row[f"{side}_ids"][: settings.max_length - len(prompt)]
            columns[f"{side}_input_ids"] = prompt + answer
            columns[f"{side}_attention_mask"] = [1] * len(prompt + answer)
            columns[f"{side}_labels"] = [-100] * len(prompt) + answer
        return columns

    return rows.map(convert, remove_columns=rows.column_names)


def _one_pass(trainer: type[Trainer]) -> type[Trainer]:
    """Return ORPO's or CPO's trainer for tokenised rows."""

    class OnePass(trainer):
        def tokenize_row(self, feature: Row, *_: object) -> Row:
            return feature

    OnePass.__name__ = trainer.__name__
    return OnePass
