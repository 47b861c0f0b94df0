"""How long steps take."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from zebra_core.base.trace import TRACE, Trace


def test_a_step_ends_after_the_steps_within_it() -> None:
    """Steps are recorded in the order in which they end, a failed one too, and the outer one takes at least as long."""
    trace = Trace()
    with suppress(ZeroDivisionError), trace.step("dataset"), trace.step("import", "acme"):
        _ = 1 / 0
    inner, outer = trace.steps
    assert [(inner.plugin, inner.name), (outer.plugin, outer.name)] == [("acme", "import"), ("", "dataset")]
    assert 0 <= inner.seconds <= outer.seconds


def test_steps_are_printed_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With ZEBRA_TRACE each step is one line on the standard error; without it nothing is printed."""
    monkeypatch.delenv(TRACE, raising=False)
    with Trace().step("dataset"):
        pass
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv(TRACE, "1")
    with Trace().step("dataset"), Trace().step("zebra_rules", "acme"):
        pass
    out, err = capsys.readouterr()
    assert (out, re.sub(r" +\d+\.\d{4} ", " SECONDS ", err)) == (
        "",
        "trace: SECONDS s  plugin acme: zebra_rules\ntrace: SECONDS s  stage dataset\n",
    )
