"""The job of a training, and what makes it another one."""

from __future__ import annotations

import attrs
from helpers.trainings import JOB

from zebra_core.training.folder import changes


def test_other_processes_give_the_same_model_but_do_not_resume() -> None:
    """Two jobs are equal however many processes share them; a training that resumes sees the difference."""
    shared = attrs.evolve(JOB, distributed={"processes": 4})
    assert shared == JOB
    assert changes(JOB, shared) == ["distributed.processes was not set and is 4"]
    assert attrs.evolve(JOB, trainer="sft") != JOB
