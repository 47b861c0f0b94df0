"""The engine `ray` without the extra."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project


def test_an_engine_that_is_not_installed(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `ray` one line says what to install, before anything is read or written."""
    monkeypatch.setattr("zebra_core.base.extras.find_spec", lambda name: None)
    output = zebra_cli.run("run", "--engine", "ray", code=2).stderr
    assert output.endswith('the engine `ray` needs the extra `ray`: pip install "zebra-preference[ray]"\n')
    assert output.count("\n") == 1
    assert not [*zebra_cli.folder.iterdir()]
