"""Extra columns of the dataset, from the finished pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import attrs
import pyarrow as pa

from zebra_core.errors import PluginError
from zebra_core.plugins.component import BoundComponent, attributed_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zebra_core.behavior import Behavior


class Column(Protocol):
    """A component that adds columns to the dataset.

    It receives a batch of finished pairs, whose first columns are those of `zebra.PREFERENCES`, and the behavior of all
    models with scores, best first; it returns an array per new column, by name. Names and types are the same for every
    batch: it is first called with an empty one to learn them. What it returns depends on the batch alone. It can be pickled.
    """

    def __call__(self, pairs: pa.RecordBatch, behavior: Behavior, /) -> Mapping[str, pa.Array]:
        """Return the columns, each with a value per pair. Raise ZebraError if they cannot be computed."""


@attrs.frozen(eq=False)
class ExtraColumns:
    """The columns that a component adds: their names and types, as it returned them for a batch without pairs."""

    component: BoundComponent
    fields: tuple[pa.Field, ...]

    def __call__(self, pairs: pa.RecordBatch, behavior: Behavior) -> pa.RecordBatch:
        """Return pairs with the columns. Raise PluginError if the component returns others than it did before."""
        with attributed_to(self.component):
            arrays = _arrays(self.component, pairs, behavior)
            fields = _fields(arrays)
            if fields != self.fields:
                expected, got = _as_text(self.fields), _as_text(fields)
                msg = f"it must return the same columns for every batch: it returned {expected} at first, and now {got}"
                raise PluginError(msg)
        return pa.RecordBatch.from_arrays(
            [*pairs.columns, *arrays.values()], schema=pa.schema([*pairs.schema, *fields])
        )


def prepare_columns(
    components: Iterable[BoundComponent], schema: pa.Schema, behavior: Behavior
) -> tuple[ExtraColumns, ...]:
    """Return the columns that components add to pairs of a schema. Raise PluginError for a name that is taken, or no type."""
    prepared = []
    for component in components:
        with attributed_to(component):
            fields = _fields(_arrays(component, pa.RecordBatch.from_pylist([], schema=schema), behavior))
            for field in fields:
                _check_field(field, schema)
        schema = pa.schema([*schema, *fields])
        prepared.append(ExtraColumns(component, fields))
    return tuple(prepared)


def _check_field(field: pa.Field, schema: pa.Schema) -> None:
    if field.name in schema.names:
        msg = f"the dataset has a column {field.name!r} already; it must return another name"
        raise PluginError(msg)
    if pa.types.is_null(field.type):
        msg = f"the column {field.name!r} of a batch without pairs has no type; make it with pa.array(values, TYPE)"
        raise PluginError(msg)


def _arrays(component: BoundComponent, pairs: pa.RecordBatch, behavior: Behavior) -> dict[str, pa.Array]:
    """Call a component. Raise PluginError unless it returns arrays by name, with a value per pair."""
    arrays = component.instance(pairs, behavior)
    if not isinstance(arrays, Mapping) or not all(isinstance(name, str) for name in arrays):
        msg = f"it must return a dict of Arrow arrays by name, got {type(arrays).__name__}"
        raise PluginError(msg)
    for name, values in arrays.items():
        if not isinstance(values, pa.Array) or len(values) != pairs.num_rows:
            length = f" of {len(values)} values" if isinstance(values, pa.Array) else ""
            msg = f"the column {name!r} must be an Arrow array of {pairs.num_rows} values, got {type(values).__name__}{length}"
            raise PluginError(msg)
    return dict(arrays)


def _fields(arrays: Mapping[str, pa.Array]) -> tuple[pa.Field, ...]:
    return tuple(pa.field(name, values.type) for name, values in arrays.items())


def _as_text(fields: Iterable[pa.Field]) -> str:
    return ", ".join(f"{field.name}: {field.type}" for field in fields) or "none"
