"""Response pools from files, folders and the hub: four layouts, recognised from their columns."""

from __future__ import annotations

import zebra_core as zebra
from zebra_pools.layouts import Messages, UltraFeedback, Wide
from zebra_pools.long import Long


@zebra.hookimpl
def zebra_pools() -> zebra.Components:
    """Offer the pool readers by name."""
    return {"ultrafeedback": UltraFeedback, "long": Long, "wide": Wide, "messages": Messages}
