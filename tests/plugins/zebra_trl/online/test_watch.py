"""When a training against rewards stops, and when it warns."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def entry(step: int, length: float, reward: float, std: float = 0.4) -> dict[str, Any]:
    return {"step": step, "eval_completions/mean_length": length, "eval_reward": reward, "eval_reward_std": std}


@pytest.mark.parametrize(
    ("entries", "warns"),
    [
        ([entry(0, 50, 0.5)], False),
        ([entry(0, 50, 0.5), entry(10, 100, 0.6)], False),  # longer, and better
        ([entry(0, 50, 0.5), entry(10, 55, 0.2)], False),  # worse, and hardly longer
        ([entry(0, 50, 0.5), entry(10, 60, 0.45)], False),  # 0.05 is less than 2 x 0.4 / sqrt(64) = 0.1
        ([entry(0, 50, 0.5), entry(10, 60, 0.39)], True),  # 1.2 times as long, and 0.11 lower
        ([entry(0, 50, 0.1), entry(10, 50, 0.5), entry(20, 60, 0.39)], True),  # since the best measurement
        ([entry(0, 50, 0.5), {"step": 10, "eval_completions/mean_length": 90, "eval_reward": None}], False),
    ],
)
def test_growing_while_worse(entries: list[dict[str, Any]], warns: bool) -> None:  # noqa: FBT001
    """Responses that have grown by a fifth since the reward was highest, and a fall beyond two standard errors: a warning."""
    from zebra_trl.online.watch import hacking

    assert bool(hacking(entries, "reward", "eval_reward", 64)) == warns


def test_the_warning_says_what_to_do() -> None:
    """The warning has lengths, rewards, the step, and the flags."""
    from zebra_trl.online.watch import hacking

    warning = hacking([entry(100, 50, 0.5), entry(200, 75, 0.25)], "reward exact", "eval_reward", 64)
    assert warning == (
        "warning: responses have grown from 50 to 75 tokens since step 100, and the held-out reward exact has fallen from "
        "0.500 to 0.250: the policy may exploit a reward; read its responses, and add --reward length or --stop-if "
        "'completion length > N'"
    )


@pytest.mark.parametrize(
    ("text", "logged", "crossed"),
    [
        ("completion length > 400", {"completions/mean_length": 400.5}, True),
        ("completion length > 400", {"completions/mean_length": 400}, False),
        ("Completion Length>=4e2", {"completions/mean_length": 400}, True),
        ("completions/mean_length > 400", {"completions/mean_length": 401}, True),
        ("held-out reward < -0.5", {"eval_reward": -0.6}, True),
        ("held-out reward < -0.5", {"reward": -0.6}, False),
        ("reward exact <= 0", {"rewards/exact/mean": 0.0}, True),
        ("kl > .5", {"kl": None}, False),
        ("kl > .5", {}, False),
    ],
)
def test_bounds(text: str, logged: dict[str, Any], crossed: bool) -> None:  # noqa: FBT001
    """A bound is crossed if the metric was logged, and is beyond it."""
    from zebra_trl.online.stop import read_bounds

    (bound,) = read_bounds([text], ["exact"])
    assert bound.is_crossed(logged) == crossed


def test_a_warning_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Of two measurements that are worth a warning, the first one has it."""
    from transformers import TrainerControl, TrainerState

    from zebra_trl.online.watch import Watch

    watch, state = Watch([], ["exact"], 64), TrainerState()
    for step, length, reward in ((0, 50, 0.5), (10, 100, 0.1), (20, 200, 0.0)):
        state.log_history.append(entry(step, length, reward))
        watch.on_evaluate(None, state, TrainerControl())  # type: ignore[arg-type]  # the arguments are not looked at
    assert capsys.readouterr().out.count("warning: responses have grown from 50 to 100 tokens since step 0") == 1
    assert watch.warned
