"""Pool readers for the layouts that people keep responses in: UltraFeedback, long, wide, and messages."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_pools() -> zebra.Components:
    """Offer the pool readers by name."""
    from zebra_pools.long import Long
    from zebra_pools.messages import Messages
    from zebra_pools.ultrafeedback import UltraFeedback
    from zebra_pools.wide import Wide

    return {"ultrafeedback": UltraFeedback, "long": Long, "wide": Wide, "messages": Messages}
