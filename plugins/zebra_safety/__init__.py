"""A preference rule that puts safety before ability."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_rules() -> zebra.Components:
    """Offer the rule `safety-first`."""
    from zebra_safety.rule import SafetyFirst

    return {"safety-first": SafetyFirst}
