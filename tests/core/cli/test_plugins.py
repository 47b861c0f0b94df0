"""`zebra plugins`."""

from __future__ import annotations

import json

import zebra_core as zebra
from zebra_core.testing import Project


def test_plugins_as_json(zebra_cli: Project) -> None:
    """`zebra plugins --format json` has kind, name, aliases, plugin, version and options with their defaults."""
    result = {
        (row["kind"], row["name"]): row for row in json.loads(zebra_cli.run("plugins", "--format", "json").stdout)
    }
    assert result["similarity", "rbf"]["options"] == {"gamma": 1.0}
    assert result["strategy", "sup+sim"]["aliases"] == ["k_score_sim"]
    assert result["score source", "csv"]["distribution"] == "zebra-preference"
    assert all(row["summary"] for row in result.values())


def test_every_option_has_help(plugins: zebra.Plugins) -> None:
    """Every option of a built-in component has one sentence of help."""
    options = [(c.name, o.name, o.info.help) for c in plugins.components for o in c.options.values()]
    assert len(options) > 100
    assert [(component, name) for component, name, text in options if not text.endswith(".")] == []


def test_a_component_in_full(zebra_cli: Project) -> None:
    """`zebra plugins NAME` shows where it comes from, its options with default and help, its flags and an example."""
    shown = zebra_cli.run("plugins", "rbf").stdout
    assert shown.startswith("similarity rbf  (plugin similarity, zebra-preference ")
    assert "  gamma = 1.0\n      Decay with distance" in shown
    assert "Example: --set similarity.rbf.gamma=1.0" in shown
    assert "(also --lora)" in zebra_cli.run("plugins", "trainer.dpo").stdout
    assert "did you mean 'rbf'?" in zebra_cli.run("plugins", "rbff", code=2).stderr
