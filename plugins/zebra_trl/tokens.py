"""Tokens, once: every trainer gets the same ids of prompt, chosen and rejected, checked and measured before a model is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc
import xxhash
from trl.data_utils import common_prefix_length

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from datasets import Dataset

VERSION = "1"
"""Part of the cache's key: to be raised when the ids of a text change."""
SIDES = ("chosen", "rejected")


@attrs.frozen
class Tokens:
    """Turns a batch of texts or messages into ids, as TRL's own trainers do; what is wrong with a row goes into `problem`."""

    tokenizer: Any

    def of(self, rows: Dataset) -> Dataset:
        """Return the rows as `prompt_ids`, `chosen_ids`, `rejected_ids` and `problem`; cached by dataset and tokenizer."""
        texts = [name for name in ("prompt", *SIDES, "tools") if name in rows.column_names]
        return rows.map(self, batched=True, remove_columns=texts, new_fingerprint=self._fingerprint(rows))

    def __call__(self, batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Tokenise a batch."""
        sides = [side for side in SIDES if side in batch]
        tools = batch.get("tools") or [None] * len(batch["chosen"])
        prompts = self._ids(batch["prompt"], tools, prompt=True)
        whole = {side: self._ids(_joined(batch, side, self.tokenizer.eos_token), tools) for side in sides}
        found: dict[str, list[Any]] = {"prompt_ids": [], **{f"{side}_ids": [] for side in sides}}
        for row, prompt in enumerate(prompts):
            start = min(common_prefix_length(prompt, ids[row]) for ids in whole.values())
            found["prompt_ids"].append(prompt[:start])
            for side, ids in whole.items():
                found[f"{side}_ids"].append(ids[row][start:])
        return {**found, "problem": [_problem(batch, row, sides) for row in range(len(prompts))]}

    def _ids(self, texts: Sequence[Any], tools: Sequence[Any], *, prompt: bool = False) -> list[list[int]]:
        if texts and isinstance(texts[0], str):
            return list(self.tokenizer(list(texts))["input_ids"]) if any(texts) else [[] for _ in texts]
        if any(tools):
            return [self._rendered([text], used, prompt=prompt)[0] for text, used in zip(texts, tools, strict=True)]
        return self._rendered(list(texts), None, prompt=prompt)

    def _rendered(self, texts: list[Any], tools: Any, *, prompt: bool) -> list[list[int]]:
        some = [text or [{"role": "user", "content": ""}] for text in texts]
        found = self.tokenizer.apply_chat_template(
            some, tools=tools, add_generation_prompt=prompt, tokenize=True, return_dict=True
        )["input_ids"]
        return [ids if text else [] for text, ids in zip(texts, found, strict=True)]

    def _fingerprint(self, rows: Dataset) -> str:
        held = (
            self.tokenizer.backend_tokenizer.to_str()
            if hasattr(self.tokenizer, "backend_tokenizer")
            else repr(self.tokenizer)
        )
        key = [VERSION, rows._fingerprint, held, str(self.tokenizer.chat_template)]  # noqa: SLF001  # it has no public name
        return xxhash.xxh3_64_hexdigest("\0".join(key).encode())


def _joined(batch: dict[str, list[Any]], side: str, eos: str | None) -> list[Any]:
    """Return prompt and response as one; a bare text ends with the end token, as TRL has it."""
    both = []
    for prompt, answer in zip(batch["prompt"], batch[side], strict=True):
        if isinstance(answer, str):
            answer = answer if not eos or answer.endswith(eos) else answer + eos  # noqa: PLW2901
        both.append((prompt or type(answer)()) + (answer or []))
    return both


def _problem(batch: dict[str, list[Any]], row: int, sides: list[str]) -> str:
    """Return why a row teaches nothing, or an empty text."""
    for side in sides:
        if not _text(batch[side][row]).strip():
            return f"empty {side} response"
    if len(sides) > 1 and _text(batch["chosen"][row]) == _text(batch["rejected"][row]):
        return "chosen and rejected are the same"
    return ""


def _text(answer: Any) -> str:
    return answer if isinstance(answer, str) else "".join(str(message.get("content") or "") for message in answer or [])


def fitting(rows: Dataset, most: int, say: Callable[[str], None], *, cut: bool = True) -> Dataset:
    """Return the rows that are left at `most` tokens, and say how many were dropped, why, and how many are cut.

    A row is dropped where it has a problem, where its prompt alone fills `most`, where cutting makes both responses the same,
    and, unless the trainer may `cut`, where it is longer. Raises ZebraError where none is left.
    """
    reasons = np.array(rows["problem"], dtype=object)
    prompts, longest = _lengths(rows)
    free = reasons == ""
    reasons[free & (prompts >= most)] = f"the prompt alone fills max_length ({most})"
    over = (reasons == "") & (prompts + longest > most)
    if not cut:
        reasons[over] = f"longer than max_length ({most}), and a reward is that of the whole"
    elif "rejected_ids" in rows.column_names:
        for at in np.flatnonzero(over):
            room, row = most - prompts[at], rows[int(at)]
            if row["chosen_ids"][:room] == row["rejected_ids"][:room]:
                reasons[at] = f"the same after cutting at max_length ({most})"
    kept = reasons == ""
    if not kept.any():
        raise _none_left(reasons, prompts)
    lengths = (prompts + longest)[kept]
    middle, most_of, top = np.percentile(lengths, [50, 95, 100]).astype(int)
    say(f"{kept.sum():,} rows of {middle:,} tokens in the median, 95 % of at most {most_of:,}, the longest of {top:,}")
    for why in dict.fromkeys(reasons[~kept]):
        places = np.flatnonzero(reasons == why)
        say(f"left out {len(places):,}: {why} (row {', '.join(map(str, places[:3]))}{', ...' * (len(places) > 3)})")
    if cut and (over & kept).any():
        say(f"{(over & kept).sum():,} responses are cut at max_length ({most})")
    return rows.select(np.flatnonzero(kept)).remove_columns("problem")


def _lengths(rows: Dataset) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the tokens of each prompt, and of the longer of its responses."""
    table = rows.with_format("arrow")[:]
    count = {name: pc.list_value_length(table[name]).to_numpy() for name in table.column_names if name.endswith("_ids")}
    prompts = count.pop("prompt_ids")
    return prompts, np.maximum.reduce(list(count.values()))


def _none_left(reasons: np.ndarray[Any, Any], prompts: np.ndarray[Any, Any]) -> zebra.ZebraError:
    counts = ", ".join(f"{(reasons == why).sum():,} x {why}" for why in dict.fromkeys(reasons))
    return zebra.ZebraError(
        f"no row of {len(reasons):,} is left to train on: {counts}; the shortest prompt has {prompts.min():,} tokens: raise max_length"
    )


def split(rows: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset | None]:
    """Put a share of the prompts aside, at most 500, so that no prompt is on both sides; None where that is not one."""
    keys = np.array(
        [xxhash.xxh3_64_intdigest(np.array(ids, np.int64).tobytes()) for ids in rows["prompt_ids"]], np.uint64
    )
    names = np.unique(keys)
    count = min(int(len(names) * share), 500)
    if not count:
        return rows, None
    aside = np.isin(keys, np.random.default_rng(seed).permutation(names)[:count])
    return rows.select(np.flatnonzero(~aside)), rows.select(np.flatnonzero(aside))
