"""On the path of a training's processes: FSDP on a CPU, which torch has, and accelerate chooses for accelerators alone."""

from __future__ import annotations

import os

if os.environ.get("ACCELERATE_USE_FSDP") == "true" and "RANK" in os.environ:
    from accelerate.state import DistributedType, PartialState

    connect = PartialState.__init__

    def connect_as_accelerators(self: PartialState, *arguments: object, **options: object) -> None:
        """Connect the processes, and say that each has an accelerator."""
        connect(self, *arguments, **options)
        if self.distributed_type == DistributedType.MULTI_CPU:
            self.distributed_type = DistributedType.MULTI_XPU

    PartialState.__init__ = connect_as_accelerators
