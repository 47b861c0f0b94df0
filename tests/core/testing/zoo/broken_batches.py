"""Filters, columns and generators that each break one contract."""

import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra


@zebra.hookimpl
def zebra_filters():
    return {
        "list": rows,
        "twice": twice,
        "renames": renames,
        "half": half,
        "not-empty": not_empty,
    }


@zebra.hookimpl
def zebra_columns():
    return {"one-value": one_value, "taken": taken, "not-nothing": not_nothing, "rank": rank}


@zebra.hookimpl
def zebra_generators():
    return {
        "one-text": one_text,
        "numbers": numbers,
        "too-few": too_few,
        "backwards": backwards,
        "at-least-one": at_least_one,
    }


def rows(batch):
    """Return rows."""
    return batch.to_pylist()


def twice(batch):
    """Return every instruction twice."""
    return pa.concat_batches([batch, batch])


def renames(batch):
    """Give instructions other ids."""
    ids = pc.binary_join_element_wise("new", batch["id"], " ")
    return batch.set_column(0, batch.schema.field(0), ids)


def half(batch):
    """Keep the first half of a batch."""
    return batch[: (batch.num_rows + 1) // 2]


def not_empty(batch):
    """Look at the first instruction."""
    assert batch["id"][0].as_py()
    return batch


def one_value(pairs, behavior):
    """One value for all."""
    return {"first": pa.array([1])[: pairs.num_rows]}


def taken(pairs, behavior):
    """A name that is taken."""
    return {"margin": pairs["margin"]}


def not_nothing(pairs, behavior):
    """The best margin."""
    best = max(pairs["margin"].to_pylist())
    return {"best": pa.array([best > 0] * pairs.num_rows)}


def rank(pairs, behavior):
    """The place in the batch."""
    return {"place": pa.array(range(pairs.num_rows), pa.int64())}


def one_text(prompts, model):
    """One text."""
    return " ".join("yes" for _ in prompts)


def numbers(prompts, model):
    """A number per prompt."""
    return [1 for _ in prompts]


def too_few(prompts, model):
    """No response to the last one of several."""
    return ["yes" for _ in prompts[:-1]]


def backwards(prompts, model):
    """The last one first."""
    return [prompt[0]["content"] for prompt in prompts[::-1]]


def at_least_one(prompts, model):
    """A response in any case."""
    return [prompt[0]["content"] for prompt in prompts] or ["what?"]
