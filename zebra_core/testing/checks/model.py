"""Checks of models that are generated locally: from a folder to write to, to nothing."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from zebra_core.errors import ZebraError
from zebra_core.plugins.protocols import RecommendsOptions
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.results import result_of
from zebra_core.training.model_lookup import check_model

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject


def writes_a_model(subject: Subject) -> None:
    """It writes a model to the folder, which does not exist before, as `save_pretrained` does."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        output = Path(folder, "model")
        subject.call(output)
        try:
            check_model(str(output))
        except ZebraError as error:
            fail(str(error).replace(folder, ""))


def writes_to_its_folder_only(subject: Subject) -> None:
    """It writes nothing beside the folder that it is given: that one is moved into place once it is complete."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        subject.call(Path(folder, "model"))
        others = sorted({path.name for path in Path(folder).iterdir()} - {"model"})
    if others:
        fail(f"it wrote {', '.join(others)} beside its folder")


def recommends_plain_options(subject: Subject) -> None:
    """If it has `recommended_options`, they are plain values by name."""
    if not isinstance(subject.instance, RecommendsOptions):
        skip("it has no `recommended_options`")
    try:
        json.dumps(dict(subject.instance.recommended_options), allow_nan=False)
    except (TypeError, ValueError) as error:
        fail(f"its recommended options cannot be written down: {error}")


CHECKS = checks_in(writes_a_model, writes_to_its_folder_only, recommends_plain_options, kinds=("model",))
