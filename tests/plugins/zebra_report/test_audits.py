"""The shares of an audit in a report."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from zebra_core.testing import Project


def explored(project: Project) -> dict[str, object]:
    page = (project.folder / "zebra-dataset/report/report.html").read_text(encoding="utf-8")
    text = page.split('id="explore-data">')[1].split("<")[0]
    return json.loads(gzip.decompress(base64.b64decode(text)))


def test_an_audit(zebra_cli: Project) -> None:
    """What a judge prefers between two models is what the page says of them; without an audit it says nothing."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    assert explored(zebra_cli)["agreement"] == []
    first = zebra_cli.dataset()[0]
    models = [first["chosen_model"], first["rejected_model"]]
    lines = [f"{first['id']},{model},{score}" for model, score in zip(models, (1, 0), strict=True)]
    zebra_cli.write("labels.csv", "id,model,score\n" + "\n".join(lines) + "\n")
    zebra_cli.run("audit", "zebra-dataset", "--judge", "labels.csv", "-o", "audited")
    zebra_cli.run("report", "zebra-dataset", "--audit", "audited/audit.json")
    data = explored(zebra_cli)
    ((better, worse, share),) = data["agreement"]  # type: ignore[misc]
    names = data["names"]
    chosen = {(names[better], names[worse]): share, (names[worse], names[better]): 1 - share}  # type: ignore[index]
    assert chosen[models[0], models[1]] == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a": {"me": {}}}', '{"a": {"me": {"between models": 5}}}'])
def test_what_is_no_audit(zebra_cli: Project, text: str) -> None:
    """Any other file ends with one line that says how to write one, and no page is written."""
    zebra_cli.run("run")
    zebra_cli.write("audit.json", text)
    error = zebra_cli.run("report", "zebra-dataset", "--audit", "audit.json", code=2).stderr
    assert error == (
        "Error: cannot read the audit 'audit.json': it is not an audit with the shares between models; write it with "
        "`zebra audit FOLDER --judge LABELS -o DIR`\n"
    )
    assert not (zebra_cli.folder / "zebra-dataset/report").exists()
