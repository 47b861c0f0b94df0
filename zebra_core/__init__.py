"""ZEBRA: preference datasets without annotation. A plugin imports `zebra_core as zebra` and nothing else.

The public names are listed in `__init__.pyi`, and imported when they are first used: `import zebra_core` is cheap.
"""

import lazy_loader

_public_name, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Import a public name when it is first used; `__version__` is that of the installed distribution."""
    if name != "__version__":
        return _public_name(name)
    from importlib.metadata import version  # noqa: PLC0415

    return version("zebra-preference")
