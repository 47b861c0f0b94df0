"""Response pools from files, folders and the hub: four layouts, recognised from their columns."""

from __future__ import annotations

import zebra_core as zebra
from zebra_pools.long import Long
from zebra_pools.messages import Messages
from zebra_pools.ultrafeedback import UltraFeedback
from zebra_pools.wide import Wide


@zebra.hookimpl
def zebra_pools() -> zebra.Components:
    """Offer the pool readers by name."""
    return {"ultrafeedback": UltraFeedback, "long": Long, "wide": Wide, "messages": Messages}
