"""What a dataset has besides pairs: extra columns."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_columns() -> zebra.Components:
    """Offer the columns by name."""
    from zebra_export.columns import lengths

    return {"lengths": lengths}
