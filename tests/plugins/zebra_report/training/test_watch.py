"""`zebra report --watch`, as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.trainings import lock, logged, training

from zebra_core.testing import Project

WATCH = [sys.executable, "-m", "zebra_core", "report", "out", "--watch"]


def wait_for(page: Path, text: str) -> None:
    """Wait until a page has a text; it is whole whenever it is read."""
    for _ in range(300):
        content = page.read_text(encoding="utf-8") if page.is_file() else ""
        assert not content or content.endswith("</html>")
        if text in content:
            return
        time.sleep(0.05)
    pytest.fail(f"{page} never had {text!r}")


def test_until_it_ends(zebra_cli: Project) -> None:
    """The page follows the log, is whole whenever it is read, and no longer reloads once the training has finished."""
    folder = training(zebra_cli.folder / "out.partial", logged()[:10])
    path, page = lock(zebra_cli.folder / "out"), zebra_cli.folder / "out.report.html"
    process = subprocess.Popen(WATCH, stdout=subprocess.PIPE, text=True)
    wait_for(page, "running, step 16 of 40")
    assert 'data-panel="training"' in page.read_text(encoding="utf-8")
    with (folder / "metrics.jsonl").open("a") as log:
        log.write(json.dumps({"loss": 0.1, "step": 39}) + "\n")
    wait_for(page, "running, step 39 of 40")
    folder.rename(zebra_cli.folder / "out")
    path.unlink()
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output.splitlines() == [
        "The page of the training is out.report.html; it follows the training until that ends, or until Ctrl-C",
        "The page of the training, which is finished, is out.report.html",
    ]
    wait_for(page, "finished, 39 steps")
    assert 'data-panel="training"' not in page.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_until_ctrl_c(zebra_cli: Project) -> None:
    """Ctrl-C ends watching, not the training: the page is written a last time, and no longer reloads."""
    training(zebra_cli.folder / "out.partial")
    lock(zebra_cli.folder / "out")
    page = zebra_cli.folder / "out.report.html"
    process = subprocess.Popen(WATCH, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(page, 'data-panel="training"')
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=20)
    assert (process.returncode, error) == (0, "")
    assert output.endswith("The page of the training, which is running, is out.report.html\n")
    assert 'data-panel="training"' not in page.read_text(encoding="utf-8")
