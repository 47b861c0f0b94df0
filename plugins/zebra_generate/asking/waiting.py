"""The error of a generator whose responses come later."""

from __future__ import annotations

import zebra_core as zebra


class Waiting(zebra.ZebraError):
    """The responses of a model come later, from elsewhere; the other models are still asked."""
