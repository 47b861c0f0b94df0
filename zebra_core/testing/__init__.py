"""For the tests of plugins: the checks that a component must pass, and, with `pytest_plugins = ["zebra_core.testing"]`, `zebra_cli`.

The names are listed in `__init__.pyi`, and imported when they are first used: checks need no pytest, the others do.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
