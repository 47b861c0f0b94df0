"""ZEBRA: preference datasets without annotation. A plugin imports `zebra_core as zebra` and nothing else.

The public names are listed in `__init__.pyi`, and imported when they are first used: `import zebra_core` is cheap.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
