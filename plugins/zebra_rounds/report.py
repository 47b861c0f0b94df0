"""What all rounds gave, as a table on the terminal and as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli.output import table
from zebra_core.training.curves import ACCURACY, LOSS, MARGIN, TOKEN_ACCURACY, chart_curve
from zebra_core.training.metrics import read_metrics
from zebra_rounds.results import table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_rounds.results import RoundResult, RoundResults
    from zebra_rounds.rounds import Rounds

PAGE = "rounds.html"
CURVES = (LOSS, ACCURACY, TOKEN_ACCURACY, MARGIN)


def show_results(results: RoundResults) -> None:
    """Print a row for each round."""
    header, *rows = table_of(results.rounds)
    click.echo()
    table([str(name) for name in header], [[_shown(value) for value in row] for row in rows], right=True)


def report_rounds(results: RoundResults, rounds: Rounds) -> None:
    """Let observers show the rounds as a page; without the extra that it needs, say so in a line."""
    try:
        with rounds.run.plugins.stage("findings") as done:
            done(findings(results, rounds))
    except zebra.ZebraError as error:
        click.echo(f"Warning: there is no page of the rounds: {error}", err=True)


def findings(results: RoundResults, rounds: Rounds) -> zebra.Findings:
    """Return what the rounds gave: how the policy does on the candidates, its scores, the pairs, and the curves."""
    sections = {
        "candidates": _candidates_section(results.rounds),
        "scores": _scores_section(results.rounds),
        "pairs": _pairs_section(results.rounds),
        "curves": _curves_section(results, rounds),
    }
    facts = f"{len(results.rounds)} rounds, schedule {results.schedule}, trainer {results.trainer}"
    present = {name: section for name, section in sections.items() if section is not None}
    return zebra.Findings("Rounds", facts, rounds.output / PAGE, present, _verdicts(results.rounds))


def _verdicts(results: Sequence[RoundResult]) -> list[zebra.Finding]:
    """Return whether the last round still taught something."""
    shares = [each.accuracy for each in results if each.accuracy is not None]
    if len(shares) < 2:
        return []
    gain = shares[-1] - shares[-2]
    fact = f"After the last round the policy agrees with {shares[-1]:.3f} of the candidates, after the one before with {shares[-2]:.3f}"
    if gain > 0:
        return [zebra.Finding("rounds", "good", fact, section="candidates")]
    remedy = f"--rounds {len(shares) - 1}, or another --schedule"
    return [zebra.Finding("rounds", "look", fact, remedy, "candidates")]


def _candidates_section(results: Sequence[RoundResult]) -> zebra.Section | None:
    values = [
        {"round": each.number, "share": each.accuracy, "policy margin": each.policy_margin}
        for each in results
        if each.accuracy is not None
    ]
    if not values:
        return None
    text = (
        "The share of all candidate pairs on which the policy has moved towards the chosen response, measured against the model of the "
        "first round, and the mean implicit reward margin in nats. With the schedule on-policy each round has more candidates."
    )
    charts = [
        _line_chart(
            values, "share", "share of candidates", "How often the policy agrees with the candidates, by round"
        ),
        _line_chart(values, "policy margin", "mean margin, nats", "Mean implicit reward margin, by round"),
    ]
    return zebra.Section("How the policy does on the candidates", text, charts, table_of(results))


def _scores_section(results: Sequence[RoundResult]) -> zebra.Section | None:
    values = [
        {"round": each.number, "benchmark": name, "score": score}
        for each in results
        for name, score in each.scores.items()
    ]
    if not values:
        return None
    chart = _line_chart(values, "score", "score", "Scores of the policy, by round")
    chart["encoding"]["color"] = {"field": "benchmark", "type": "nominal"}
    return zebra.Section("Scores", "What was measured of the policy after each round.", [chart])


def _pairs_section(results: Sequence[RoundResult]) -> zebra.Section:
    rows = [["round", "pairs", "mean similarity", "mean margin"]]
    rows += [[each.number, each.pairs, each.similarity, each.margin] for each in results]  # type: ignore[list-item]
    values = zebra.charts.records(rows)
    charts = [
        _line_chart(values, "mean similarity", "mean similarity", "Mean similarity of the pairs, by round"),
        _line_chart(values, "pairs", "pairs", "Number of pairs, by round"),
    ]
    text = "The pairs that the schedule picked: those of similar models are the harder ones."
    return zebra.Section("Pairs of each round", text, charts, rows)


def _curves_section(results: RoundResults, rounds: Rounds) -> zebra.Section | None:
    """Return the curves of all trainings; None if nothing was logged."""
    runs = {f"round {each.number}": read_metrics(rounds.model(each.number)) for each in results.rounds}
    logged = {name: entries for name, entries in runs.items() if entries}
    charts = [chart for curve in CURVES if (chart := chart_curve(curve, logged, {name: name for name in logged}))]
    text = "Each line is the training of a round."
    return zebra.Section("Curves of the trainings", text, charts) if charts else None


def _line_chart(values: Sequence[Any], field: str, title: str, description: str) -> dict[str, Any]:
    """Return a chart of a value over the rounds."""
    return {
        "description": description,
        "width": "container",
        "height": 180,
        "data": {"values": list(values)},
        "mark": {"type": "line", "point": True, "tooltip": {"content": "data"}},
        "encoding": {
            "x": {"field": "round", "type": "ordinal", "title": "round", "axis": {"labelAngle": 0}},
            "y": {
                "field": field,
                "type": "quantitative",
                "title": title,
                "scale": {"zero": False},
                "axis": {"format": "~r"},
            },
        },
    }


def _shown(value: object) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
