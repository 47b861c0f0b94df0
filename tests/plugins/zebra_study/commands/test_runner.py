"""How the cells of a sweep are run."""

from __future__ import annotations

import pytest


def test_each_cell_has_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells at once share the GPUs that may be seen; a variable that hides them all is left as it is."""
    from zebra_study.commands.runner import assign_devices

    def taken(jobs: int) -> list[str | None]:
        return [*assign_devices(jobs).queue]

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert (taken(3), taken(1)) == (["2", "5", "2"], [None])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert taken(2) == [None, None]
