"""Checks of components of every kind."""

from __future__ import annotations

import json
import os
import pickle
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import ModuleType
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.errors import PluginError, ZebraError
from zebra_core.hookspecs import KINDS
from zebra_core.plugins.protocols import ChecksModel
from zebra_core.recipe.options import options_for
from zebra_core.recipe.recipe import Recipe, make_recipe
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_model, example_of
from zebra_core.testing.examples.plain import plain
from zebra_core.testing.examples.results import attempt, call_with, result_anew, result_of
from zebra_core.testing.processes.other import import_seconds, other_process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_core.plugins.options import Option
    from zebra_core.testing.subject import Subject

LONGEST_IMPORT = 0.3
"""Seconds that importing a plugin may take: `zebra --help` imports every one."""
TYPO = "no_such_option"


def has_a_docstring(subject: Subject) -> None:
    """It has a docstring, whose first line says in `zebra plugins` what it is."""
    summary = subject.component.summary
    factory = subject.component.factory
    if (
        not summary
        or summary == (type(factory).__doc__ or "").partition("\n")[0]
        or summary.startswith(f"{subject.component.name}(")
    ):
        fail("it has no docstring; its first line says in `zebra plugins` what it is")


def options_print(subject: Subject) -> None:
    """The values of its options are numbers, texts, lists or tables, which `zebra plugins` and a manifest can show."""
    for name, value in subject.settings.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            fail(f"its option {name!r} has the value {value!r}, which cannot be written down: {error}")


def options_round_trip(subject: Subject) -> None:
    """Its options are the same once they have been saved in a recipe and read again."""
    options = {name: value for name, value in subject.settings.items() if value is not None}
    component = subject.component
    try:
        text = Recipe(options={component.address: options} if options else {}).as_toml()
    except (TypeError, ValueError):
        skip("its options cannot be written down; see options_print")
    recipe = make_recipe(tomllib.loads(text))
    read = attrs.evolve(subject, options=options_for(component, recipe.options)).settings
    for name, value in options.items():
        if read.get(name) != value:
            fail(f"its option {name!r} was {value!r}, and is {read.get(name)!r} once a recipe was saved and read")


def rejects_typos(subject: Subject) -> None:
    """An option that it does not have is a ZebraError, and so is a value of another type."""
    component = subject.component
    options = subject.settings
    try:
        bound = subject.bind({**options, TYPO: 1})
        if component.takes_any_option and isinstance(bound.instance, ChecksModel):
            with TemporaryDirectory() as folder:
                bound.instance.check(example_model(subject, Path(folder)))
    except ZebraError as error:
        if TYPO not in str(error):
            fail(f"of the unknown option {TYPO!r} it says {str(error)!r}, without its name")
    else:
        fail(f"it takes the option {TYPO!r}, so a misspelt option has no effect and nobody notices")
    for name, option in component.options.items():
        _check_type(subject, options, name, option)


def _check_type(subject: Subject, options: dict[str, Any], name: str, option: Option) -> None:
    """Raise CheckFailed if an option takes a value of any type."""
    try:
        subject.component.bind({**options, name: {"a value": ["of no type"]}})
    except ZebraError:
        return
    if not str(option.type).startswith("dict"):
        fail(f"its option {name!r} takes a value of any type; declare the type of its field, such as float")


def works_on_an_example(subject: Subject) -> None:
    """It can be called with what components of its kind receive, and raises nothing; an imputation may refuse a table."""
    _, error = attempt(subject)
    if subject.kind == "imputation" and isinstance(error, ZebraError) and not isinstance(error, PluginError):
        skip(f"it refuses the example: {error}")
    if error is not None:
        raise error


def leaves_inputs_unchanged(subject: Subject) -> None:
    """What it receives is as before once it has returned: arrays, files and folders."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        example = example_of(subject, Path(folder))
        before = plain(example.inputs)
        call_with(subject, example)
        if plain(example.inputs) != before:
            fail("what it received has changed; copy it first")


def gives_the_same_twice(subject: Subject) -> None:
    """It gives the same result for the same input: datasets are built again byte for byte."""
    result = result_of(subject)
    if result_anew(subject) != result:
        fail("two calls with the same input gave two results; draw with `candidates.draw()`, or from a fixed seed")


def gives_the_same_in_another_process(subject: Subject) -> None:
    """It gives the same result in another process, whose hashes of texts and order of sets differ."""
    result = result_of(subject)
    if other_process(subject) == json.loads(json.dumps(result)):
        return
    if result_anew(subject) != result:
        skip("it gives two results in one process; see gives_the_same_twice")
    fail("another process gave another result; sort what comes from a set, and do not use hash() or id()")


def can_be_pickled(subject: Subject) -> None:
    """It can be pickled with its options, to be sent to another process."""
    instance = subject.instance
    try:
        pickle.loads(pickle.dumps(instance))  # noqa: S301  # what this process has just made
    except Exception as error:  # noqa: BLE001  # pickle raises errors of any type
        fail(f"it cannot be pickled: {error}; define it at the top of its module")


def leaves_the_standard_output_alone(subject: Subject) -> None:
    """Nothing of it reaches the standard output, which is for results; ZEBRA sends what it prints to the standard error."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        example = example_of(subject, Path(folder)).loosened()
        with _standard_output() as texts:
            call_with(subject, example)
    if text := "".join(texts):
        fail(f"it writes to the standard output: {text[:60]!r}; use print(), or write to sys.stderr")


@contextmanager
def _standard_output() -> Iterator[list[str]]:
    """Keep what is written to the standard output, by Python or by a library; give the list that it is added to."""
    texts: list[str] = []
    with TemporaryFile("w+", encoding="utf-8") as file:
        stream, sys.stdout = sys.stdout, file
        copy = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            yield texts
        finally:
            file.flush()
            os.dup2(copy, 1)
            os.close(copy)
            sys.stdout = stream
            file.seek(0)
            texts.append(file.read())


def imports_quickly(subject: Subject) -> None:
    """Its plugin is imported in less than 0.3 seconds of processor time: what is slow to import is imported where it is used."""
    module = subject.plugins.manager.get_plugin(subject.component.plugin)
    if not isinstance(module, ModuleType):
        skip("its plugin is not loaded from a module")
    seconds = import_seconds(module, LONGEST_IMPORT)
    if seconds > LONGEST_IMPORT:
        fail(f"importing its plugin takes {seconds:.1f} s; import what is slow inside the functions that use it")


CHECKS = (
    *checks_in(
        has_a_docstring,
        options_print,
        options_round_trip,
        rejects_typos,
        works_on_an_example,
        leaves_inputs_unchanged,
        gives_the_same_twice,
        gives_the_same_in_another_process,
        can_be_pickled,
        leaves_the_standard_output_alone,
        kinds=tuple(KINDS),
    ),
    *checks_in(imports_quickly, kinds=(*KINDS, "command")),
)
