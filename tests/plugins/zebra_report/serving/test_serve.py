"""`zebra report --serve`: how it begins and ends."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from urllib.request import urlopen

from helpers.lint_pairs import build

from zebra_core.testing import Project


def test_a_port_that_is_taken(zebra_cli: Project) -> None:
    """It is one line with the flag that chooses another."""
    build(zebra_cli)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        error = zebra_cli.run("report", "zebra-dataset", "--serve", "--port", port, code=2).stderr
    assert (
        error
        == f"Error: cannot listen on port {port}: it is in use; choose another --port, or leave it out for a free one\n"
    )


def test_fail_on(zebra_cli: Project) -> None:
    """A lint that `--fail-on` requires ends the command before anything is served or written."""
    build(zebra_cli)
    assert (
        "identical: 2 pairs"
        in zebra_cli.run("report", "zebra-dataset", "--serve", "--fail-on", "identical", code=2).stderr
    )
    assert not (zebra_cli.folder / "zebra-dataset/report").exists()


def test_the_command(zebra_cli: Project) -> None:
    """`--serve` prints the address of the whole report, writes nothing, and ends on Ctrl-C with exit code 130 and one line."""
    build(zebra_cli)
    command = [sys.executable, "-m", "zebra_core", "report", "zebra-dataset", "--serve"]
    process = subprocess.Popen(command, cwd=zebra_cli.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    address = re.fullmatch(
        r"The report with all pairs is at (http://127\.0\.0\.1:\d+/[\w-]{32}/) \(Ctrl-C ends it\)\n", line
    )
    assert address, line
    with urlopen(address[1], timeout=20) as answer:  # noqa: S310  # the address that was printed
        html = answer.read().decode()
    assert '<section id="pairs"' in html
    assert '<section id="overview"' in html
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=20)
    assert (process.returncode, output, error) == (130, "", "Error: interrupted\n")
    assert not (zebra_cli.folder / "zebra-dataset/report").exists()
