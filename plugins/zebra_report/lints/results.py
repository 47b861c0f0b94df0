"""The results of all lints of a dataset: each lint runs, and fails, by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_report.lints import LINTS

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_lints(
    dataset: zebra.Dataset, plugins: zebra.Plugins, options: Mapping[str, Mapping[str, object]]
) -> dict[str, zebra.LintResult]:
    """Return the result of each lint that applies, by its unique name, the built-in ones first.

    A lint that fails is warned about, and its result is the error. Raise ZebraError for options that do not fit.
    """
    lints = sorted(plugins.of_kind("lint"), key=lambda lint: lint.factory not in LINTS.values())
    results = {
        plugins.unique_name(lint): _result(lint, zebra.options_for(lint, options, plugins), dataset, plugins)
        for lint in lints
    }
    return {name: result for name, result in results.items() if result is not None}


def _result(
    lint: zebra.Component, options: Mapping[str, object], dataset: zebra.Dataset, plugins: zebra.Plugins
) -> zebra.LintResult | None:
    try:
        bound = lint.bind(options)
    except zebra.PluginError as error:
        return _failed(error, plugins)
    try:
        result = bound(dataset)
    except zebra.ZebraError as error:
        return _failed(error, plugins)
    if result is None or isinstance(result, zebra.LintResult):
        return result
    return _failed(f"{lint}: a lint returns a zebra.LintResult or None, got {type(result).__name__}", plugins)


def _failed(error: object, plugins: zebra.Plugins) -> zebra.LintResult:
    plugins.warn(str(error))
    return zebra.LintResult(str(error), failed=True)
