"""What axe-core finds on a page."""

from __future__ import annotations

from typing import Any

import pytest


def serious_faults(page: Any) -> list[tuple[str, str]]:
    """Return the serious faults of an open page with everything unfolded: rule and element. Skip the test without axe-core."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    violations = axe.run(page).response["violations"]
    return [
        (rule["id"], node["html"])
        for rule in violations
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
