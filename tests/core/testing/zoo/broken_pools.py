"""Pool readers that each break one contract; a file has a question in each line."""

from pathlib import Path

import attrs
import pyarrow as pa

import zebra_core as zebra


@zebra.hookimpl
def zebra_pools():
    return {
        "list": as_list,
        "no-row": no_row,
        "other-schema": other_schema,
        "once": once,
        "in-order": in_order,
        "wrong-rows": wrong_rows,
        "huge": huge,
        "unlisted": Unlisted,
        "careless": Careless,
        "credulous": Credulous,
    }


def rows(count=2, start=0):
    return [
        {
            "id": str(start + number),
            "prompt": [{"role": "user", "content": "?"}],
            "models": ["a", "b"],
            "responses": ["x", "y"],
        }
        for number in range(count)
    ]


def batch(*arguments):
    return pa.RecordBatch.from_pylist(rows(*arguments), schema=zebra.POOL)


def as_list(location):
    """A list of rows."""
    return rows()


def no_row(location):
    """A pool without a row."""
    return zebra.Pool.from_rows([])


def other_schema(location):
    """A batch of other columns."""
    other = pa.RecordBatch.from_pylist([{"question": "?"}])
    return zebra.Pool([zebra.Part("other", lambda: iter([other]), 1)])


def once(location):
    """A part that can be read once."""
    batches = iter([batch()])
    return zebra.Pool([zebra.Part("once", lambda: batches, 2)])


def in_order(location):
    """A second part that needs the first."""
    counted = []

    def first():
        counted[:] = [2]
        yield batch()

    def second():
        yield batch(2, sum(counted))

    return zebra.Pool([zebra.Part("first", first, 2), zebra.Part("second", second, 2)])


def wrong_rows(location):
    """A part that says that it has more."""
    return zebra.Pool([zebra.Part("wrong", lambda: iter([batch()]), 5)])


def huge(location):
    """A batch of all rows."""
    large = pa.Table.from_batches([batch(1000)] * 70).combine_chunks().to_batches()[0]
    return zebra.Pool([zebra.Part("huge", lambda: iter([large]), large.num_rows)])


@attrs.frozen
class Lines:
    """A question in each line."""

    def declines(self, location):
        return None if location.endswith("questions.txt") else "reads questions.txt"

    def __call__(self, location):
        if self.declines(location):
            msg = f"{location} has no questions"
            raise zebra.ZebraError(msg)
        return self.pool(Path(location), Path(location).read_text().splitlines())

    def pool(self, path, lines):
        part = zebra.Part(path.name, lambda: iter([batch(len(lines))]), len(lines))
        return zebra.Pool([part], [path])


@attrs.frozen
class Unlisted(Lines):
    """It does not list its file."""

    def pool(self, path, lines):
        return attrs.evolve(super().pool(path, lines), files=())


@attrs.frozen
class Careless(Lines):
    """It raises whatever comes."""

    def __call__(self, location):
        return self.pool(Path(location), Path(location).read_text().splitlines())


@attrs.frozen
class Credulous(Lines):
    """It takes everything."""

    def declines(self, location):
        return None

    def __call__(self, location):
        try:
            return self.pool(Path(location), ["?"])
        except OSError as error:
            raise zebra.ZebraError(str(error)) from error
