"""What the generators for weights share."""

from __future__ import annotations

from weakref import WeakSet

from zebra_generate.generators.loaded import one_at_a_time


class Model:
    """Something that takes memory."""


def test_one_model_at_a_time() -> None:
    """A model is loaded once, and is gone from memory before another one is loaded."""
    models: WeakSet[Model] = WeakSet()
    counts = []

    @one_at_a_time
    def load(name: str, *, dtype: str = "auto") -> Model:
        counts.append(len(models))
        model = Model()
        models.add(model)
        return model

    assert load("a") is load("a")
    load("b")
    load("b", dtype="float16")
    assert counts == [0, 0, 0]
    assert len(models) == 1
