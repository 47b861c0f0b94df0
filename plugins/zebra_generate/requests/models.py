"""Models that are to answer, from the texts by which a user names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_core.evaluation import name_of
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import ChecksModel
from zebra_core.pool.generator import OffersModels
from zebra_generate.requests.request import Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

KIND = "generator"
FORMS = "NAME=GENERATOR[:LOCATION], such as mine=command:./answer.py, or the folder or Hub's name of weights"


def read_models(
    texts: Iterable[str],
    plugins: zebra.Plugins,
    bind: Callable[[zebra.Component], zebra.BoundComponent],
    flag: str,
) -> list[Model]:
    """Return the models that texts name; `bind` gives a generator its options, and `flag` is where the texts come from.

    A text is NAME=GENERATOR[:LOCATION], GENERATOR:LOCATION or LOCATION, named by the location, or a generator with models of its own.
    Raise ZebraError for one that is none of these, and for a name that is given twice.
    """
    places = [place for text in texts for place in _places(text.strip(), plugins, flag)]
    names = [name for name, _, _ in places]
    if repeated := [name for at, name in enumerate(names) if name in names[:at]]:
        msg = f"{flag} {repeated[0]} is given twice; give each model a name of its own"
        raise zebra.ZebraError(msg)
    return [Model(name, bind(generator), location) for name, generator, location in places]


def check_models(models: Iterable[Model]) -> None:
    """Raise ZebraError if a generator knows that it will not work, such as without its library or a key."""
    for model in models:
        if isinstance(model.generator.instance, ChecksModel):
            with attributed_to(model.generator, mistakes=False):
                model.generator.instance.check(model.location)


def _places(text: str, plugins: zebra.Plugins, flag: str) -> Iterator[tuple[str, zebra.Component, str]]:
    """Yield names, generators, and what these call the models."""
    generator, location = plugins.locate(KIND, text)
    name, equals, rest = text.partition("=")
    if generator is None and equals:
        generator, location = plugins.locate(KIND, rest.strip())
        if not (name.strip() and rest.strip()):
            msg = f"{flag} expects {FORMS}, got {text!r}"
            raise zebra.ZebraError(msg)
        if generator is None:
            raise zebra.unknown(KIND, rest.partition(":")[0], _names(plugins))
        yield name.strip(), generator, location or name.strip()
    elif generator is None:
        if not (Path(text).is_dir() or "/" in text):
            near = zebra.nearest(text, _names(plugins))
            hint = f"; did you mean the generator {near!r}?" if near else ""
            msg = f"{flag} expects {FORMS}, got {text!r}{hint}"
            raise zebra.ZebraError(msg)
        yield _name_of(text, flag), plugins.find(KIND, plugins.default(KIND)), text
    elif location:
        yield _name_of(location, flag), generator, location
    elif isinstance(generator.factory, OffersModels):
        yield from ((own, generator, own) for own in generator.factory.offered)
    else:
        msg = f"{flag} {text} names no model; add it, as in {text}:MODEL"
        raise zebra.ZebraError(msg)


def _names(plugins: zebra.Plugins) -> list[str]:
    return [each.name for each in plugins.of_kind(KIND)]


def _name_of(location: str, flag: str) -> str:
    """Return the name of a model in the pool: that of its folder, or on the Hub. Raise ZebraError for an address."""
    if "://" in location:
        msg = f"{flag} {zebra.storage.shown(location)} needs a name; write NAME=GENERATOR:LOCATION"
        raise zebra.ZebraError(msg)
    return name_of(location)
