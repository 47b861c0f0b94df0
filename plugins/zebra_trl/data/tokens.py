"""Token ids of prompt, chosen and rejected: the same for every trainer, and checked before a model is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc
import xxhash
from trl.data_utils import common_prefix_length

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from datasets import Dataset
    from numpy.typing import NDArray
    from transformers import PreTrainedTokenizerBase

    Text = str | list[Mapping[str, object]] | None
    Batch = dict[str, list[Any]]

VERSION = "1"
"""A part of the cache's key; raise it if the ids of a text change."""
SIDES = ("chosen", "rejected")


@attrs.frozen
class Tokens:
    """Turns a batch of texts or messages into ids, as TRL's own trainers do; `problem` is why a row cannot be used."""

    tokenizer: PreTrainedTokenizerBase

    def of(self, rows: Dataset) -> Dataset:
        """Return the rows as `prompt_ids`, `chosen_ids`, `rejected_ids` and `problem`; cached by dataset and tokenizer."""
        texts = [name for name in ("prompt", *SIDES, "tools") if name in rows.column_names]
        return rows.map(self, batched=True, remove_columns=texts, new_fingerprint=self._fingerprint(rows))

    def __call__(self, batch: Batch) -> Batch:
        """Tokenise a batch."""
        sides = [side for side in SIDES if side in batch]
        tools = batch.get("tools") or [None] * len(batch["chosen"])
        prompts = self._ids(batch["prompt"], tools, prompt=True)
        full = {side: self._ids(_joined(batch, side, self.tokenizer.eos_token), tools) for side in sides}
        columns: Batch = {"prompt_ids": [], **{f"{side}_ids": [] for side in sides}}
        for row, prompt in enumerate(prompts):
            start = min(common_prefix_length(prompt, ids[row]) for ids in full.values())
            columns["prompt_ids"].append(prompt[:start])
            for side, ids in full.items():
                columns[f"{side}_ids"].append(ids[row][start:])
        return {**columns, "problem": [_problem(batch, row, sides) for row in range(len(prompts))]}

    def prompt_ids(self, prompts: Sequence[Text]) -> list[list[int]]:
        """Return the ids of prompts, each with what begins a response."""
        return self._ids(prompts, [None] * len(prompts), prompt=True)

    def _ids(self, texts: Sequence[Text], tools: Sequence[object], *, prompt: bool = False) -> list[list[int]]:
        if texts and isinstance(texts[0], str):
            return list(self.tokenizer(list(texts))["input_ids"]) if any(texts) else [[] for _ in texts]
        if any(tools):
            return [self._render([text], used, prompt=prompt)[0] for text, used in zip(texts, tools, strict=True)]
        return self._render(list(texts), None, prompt=prompt)

    def _render(self, texts: list[Text], tools: object, *, prompt: bool) -> list[list[int]]:
        conversations = [text or [{"role": "user", "content": ""}] for text in texts]
        rendered = self.tokenizer.apply_chat_template(
            conversations, tools=tools, add_generation_prompt=prompt, tokenize=True, return_dict=True
        )["input_ids"]
        return [ids if text else [] for text, ids in zip(texts, rendered, strict=True)]

    def _fingerprint(self, rows: Dataset) -> str:
        fast = hasattr(self.tokenizer, "backend_tokenizer")
        tokenizer = self.tokenizer.backend_tokenizer.to_str() if fast else repr(self.tokenizer)
        key = [VERSION, rows._fingerprint, tokenizer, str(self.tokenizer.chat_template)]  # noqa: SLF001  # it has no public name
        return xxhash.xxh3_64_hexdigest("\0".join(key).encode())


def _joined(batch: Batch, side: str, eos: str | None) -> list[Text]:
    """Return each prompt joined with its response; plain text ends with the end-of-sequence token, as in TRL."""
    both = []
    for prompt, answer in zip(batch["prompt"], batch[side], strict=True):
        if isinstance(answer, str):
            answer = answer if not eos or answer.endswith(eos) else answer + eos  # noqa: PLW2901
        both.append((prompt or type(answer)()) + (answer or []))
    return both


def _problem(batch: Batch, row: int, sides: list[str]) -> str:
    """Return why a row teaches nothing, or an empty text."""
    for side in sides:
        if not _text(batch[side][row]).strip():
            return f"empty {side} response"
    if len(sides) > 1 and _text(batch["chosen"][row]) == _text(batch["rejected"][row]):
        return "chosen and rejected are the same"
    return ""


def _text(answer: Text) -> str:
    return answer if isinstance(answer, str) else "".join(str(message.get("content") or "") for message in answer or [])


def drop_unusable(rows: Dataset, limit: int, log: Callable[[str], None], *, cut: bool = True) -> Dataset:
    """Return the rows that can be used at `limit` tokens. Raise ZebraError if no row is left."""
    return rows.select(np.flatnonzero(usable_rows(rows, limit, log, cut=cut))).remove_columns("problem")


def usable_rows(rows: Dataset, limit: int, log: Callable[[str], None], *, cut: bool = True) -> NDArray[np.bool_]:
    """Return whether each row can be used at `limit` tokens; `log` gets lines on what is dropped, why, and what is cut.

    A row is dropped if it has a problem, if its prompt alone fills the limit, if cutting makes both responses the same, and,
    unless the trainer may `cut`, if it exceeds the limit. Raise ZebraError if no row is left.
    """
    reasons = np.array(rows["problem"], dtype=object)
    prompts, longest = _lengths(rows)
    reasons[(reasons == "") & (prompts >= limit)] = f"the prompt alone fills max_length ({limit})"
    over = (reasons == "") & (prompts + longest > limit)
    if not cut:
        reasons[over] = f"longer than max_length ({limit}), and a reward needs the full response"
    elif "rejected_ids" in rows.column_names:
        for at in np.flatnonzero(over):
            room, row = limit - prompts[at], rows[int(at)]
            if row["chosen_ids"][:room] == row["rejected_ids"][:room]:
                reasons[at] = f"the same after cutting at max_length ({limit})"
    usable = reasons == ""
    if not usable.any():
        raise _none_left(reasons, prompts)
    median, most_of, top = np.percentile((prompts + longest)[usable], [50, 95, 100]).astype(int)
    log(
        f"{usable.sum():,} rows of {median:,} tokens in the median, 95 % of at most {most_of:,}, the longest of {top:,}"
    )
    for reason in dict.fromkeys(reasons[~usable]):
        places = np.flatnonzero(reasons == reason)
        log(f"left out {len(places):,}: {reason} (row {', '.join(map(str, places[:3]))}{', ...' * (len(places) > 3)})")
    if cut and (over & usable).any():
        log(f"{(over & usable).sum():,} responses are cut at max_length ({limit})")
    return np.asarray(usable)


def _lengths(rows: Dataset) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of tokens of each prompt, and of its longer response."""
    table = rows.with_format("arrow")[:]
    count = {name: pc.list_value_length(table[name]).to_numpy() for name in table.column_names if name.endswith("_ids")}
    prompts = count.pop("prompt_ids")
    return prompts, np.maximum.reduce(list(count.values()))


def _none_left(reasons: NDArray[np.object_], prompts: NDArray[np.int64]) -> zebra.ZebraError:
    counts = ", ".join(f"{(reasons == reason).sum():,} x {reason}" for reason in dict.fromkeys(reasons))
    return zebra.ZebraError(
        f"no row of {len(reasons):,} is left to train on: {counts}; the shortest prompt has {prompts.min():,} tokens: raise max_length"
    )


def split(rows: Dataset, share: float, seed: int) -> tuple[Dataset, Dataset | None]:
    """Hold out the rows of a share of the prompts, at most 500 prompts; None if the share is less than one prompt."""
    keys = np.array(
        [xxhash.xxh3_64_intdigest(np.array(ids, np.int64).tobytes()) for ids in rows["prompt_ids"]], np.uint64
    )
    names = np.unique(keys)
    count = min(int(len(names) * share), 500)
    if not count:
        return rows, None
    aside = np.isin(keys, np.random.default_rng(seed).permutation(names)[:count])
    return rows.select(np.flatnonzero(~aside)), rows.select(np.flatnonzero(aside))
