"""What each of TRL's trainers wants of the rows, and the trainer that takes them tokenised as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from trl import KTOTrainer, RewardTrainer, SFTTrainer

import zebra_core as zebra
from zebra_trl.config import from_trl, needs_reference
from zebra_trl.settings import DPOSettings, RewardSettings
from zebra_trl.weighted_dpo import Signals, Tokenised

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset

    from zebra_trl.settings import Settings

Row = dict[str, Any]


@attrs.frozen
class Kind:
    """A trainer of TRL: its class, and from rows of ids to its columns.

    `pairs` is whether it needs pairs, `rejected` whether it looks at rejected responses at all, `cut` whether it may cut one.
    """

    trainer: type[Any]
    columns: Callable[[Dataset, Settings], Dataset]
    pairs: bool = True
    rejected: bool = True
    cut: bool = True


class TokenisedKTO(KTOTrainer):
    """A KTO trainer of rows that are tokens already."""

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        return dataset


def kind_of(settings: Settings) -> Kind:
    """Return what the settings' trainer is in TRL."""
    if settings.kind == "DPO":
        return Kind(Signals if needs_reference(settings) else Tokenised, _preference)
    if settings.kind in ("ORPO", "CPO"):
        return Kind(_one_pass(from_trl(f"{settings.kind}Trainer")), _sequences)
    return {
        "SFT": Kind(SFTTrainer, _completion, pairs=False, rejected=False),
        "KTO": Kind(TokenisedKTO, _unpaired, pairs=False),
        "Reward": Kind(RewardTrainer, _whole, cut=False),
    }[settings.kind]


def _preference(rows: Dataset, settings: Settings) -> Dataset:
    wanted = (
        {"margin": settings.margin_shift, "confidence": settings.confidence != "off"}
        if isinstance(settings, DPOSettings)
        else {}
    )
    return _with(rows, ["prompt_ids", "chosen_ids", "rejected_ids"], [name for name, on in wanted.items() if on])


def _with(rows: Dataset, ids: list[str], signals: list[str]) -> Dataset:
    """Return these columns alone; ZebraError where a signal that is to be used is not there."""
    for name in signals:
        if name not in rows.column_names:
            msg = f"the dataset has no column {name!r}, which the trainer is to use; a dataset of `zebra run` has"
            raise zebra.ZebraError(msg)
    return rows.select_columns([*ids, *signals])


def _completion(rows: Dataset, settings: Settings) -> Dataset:
    """Return what SFT learns: the chosen response, the prompt masked."""

    def one(row: Row) -> Row:
        prompt, answer = row["prompt_ids"], row["chosen_ids"]
        ids, labels = prompt + answer, [-100] * len(prompt) + answer
        return {"input_ids": ids[: settings.max_length], "labels": labels[: settings.max_length]}

    return rows.map(one, remove_columns=rows.column_names)


def _whole(rows: Dataset, settings: Settings) -> Dataset:
    """Return prompt and response as one, which is what a reward is given to."""

    def one(row: Row) -> Row:
        return {f"{side}_ids": row["prompt_ids"] + row[f"{side}_ids"] for side in ("chosen", "rejected")}

    signals = ["margin"] if isinstance(settings, RewardSettings) and settings.margin else []
    return _with(rows.map(one), ["chosen_ids", "rejected_ids"], signals)


def _unpaired(rows: Dataset, settings: Settings) -> Dataset:
    """Return each response by itself, shuffled, with another row's response beside it, from which KTO estimates its KL term."""
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


def _both(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
    answers = batch["chosen_ids"] + batch["rejected_ids"]
    labels = [True] * len(batch["chosen_ids"]) + [False] * len(batch["rejected_ids"])
    return {"prompt_ids": batch["prompt_ids"] * 2, "completion_ids": answers, "label": labels}


def _rotated(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
    answers = batch["completion_ids"]
    return {"KL_completion_ids": answers[-1:] + answers[:-1]}


def _sequences(rows: Dataset, settings: Settings) -> Dataset:
    """Return what ORPO and CPO call a tokenised row: whole sequences with the prompt masked in the labels."""

    def one(row: Row) -> Row:
        prompt = row["prompt_ids"]
        found: Row = {"prompt_input_ids": prompt, "prompt_attention_mask": [1] * len(prompt)}
        for side in ("chosen", "rejected"):
            answer = row[f"{side}_ids"][: settings.max_length - len(prompt)]
            found[f"{side}_input_ids"] = prompt + answer
            found[f"{side}_attention_mask"] = [1] * len(prompt + answer)
            found[f"{side}_labels"] = [-100] * len(prompt) + answer
        return found

    return rows.map(one, remove_columns=rows.column_names)


def _one_pass(trainer: type[Any]) -> type[Any]:
    """Return ORPO's or CPO's trainer, for rows that are tokens already."""

    class OnePass(trainer):
        def tokenize_row(self, feature: Row, *_: Any) -> Row:
            return feature

    OnePass.__name__ = trainer.__name__
    return OnePass
