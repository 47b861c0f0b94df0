"""Pool readers for the layouts that people keep responses in: general ones, and those of other tools and public datasets; and filters of pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_pools() -> zebra.Components:
    """Offer the pool readers by name."""
    from zebra_pools import formats
    from zebra_pools.long import Long
    from zebra_pools.messages import Messages
    from zebra_pools.ultrafeedback import UltraFeedback
    from zebra_pools.wide import Wide

    return {"ultrafeedback": UltraFeedback, "long": Long, "wide": Wide, "messages": Messages, **formats.readers()}


@zebra.hookimpl
def zebra_filters() -> zebra.Components:
    """Offer the filters by name."""
    from zebra_pools.filters.decontaminate import Decontaminate
    from zebra_pools.filters.dedup import Dedup

    return {"decontaminate": Decontaminate, "dedup": Dedup}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra pool`."""
    command = "zebra_pools.inspection.command:pool"
    return [zebra.lazy_command("pool", command, "Show what is in a pool, and write a clean copy.")]
