"""The generator `openai` against the server of llama-cpp-python, if that is installed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from helpers.gguf_model import write_gguf

import zebra_core as zebra
from zebra_generate.generators.server import OpenAI

pytestmark = [
    pytest.mark.generate,
    pytest.mark.skipif(
        not (find_spec("llama_cpp") and find_spec("gguf")),
        reason='needs pip install "llama-cpp-python[server]" gguf',
    ),
]
PROMPTS = [[{"role": "user", "content": f"What is {number}?"}] for number in range(6)]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a tiny model."""
    folder: Path = tmp_path_factory.mktemp("gguf")
    write_gguf(folder / "tiny.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    model = ("--model", str(folder / "tiny.gguf"), "--model_alias", "tiny", "--n_ctx", "256")
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "llama_cpp.server", *model, "--port", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/models", process, folder / "log")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.kill()
        process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with what it printed if it ends, or takes two minutes."""
    for _ in range(240):
        try:
            urllib.request.urlopen(address)  # noqa: S310  # of the loopback
        except urllib.error.URLError:
            if process.poll() is not None:
                break
            time.sleep(0.5)
        else:
            return
    pytest.fail(log.read_text(errors="replace")[-2_000:])


@pytest.mark.parametrize("in_pieces", [False, True])
def test_responses(url: str, in_pieces: bool) -> None:  # noqa: FBT001  # pytest names it
    """Each prompt has a response, cut off or not, with counts of tokens; the likeliest tokens are the same each time."""
    generator = OpenAI(temperature=0.0, max_tokens=5, in_pieces=in_pieces)
    first, second = (generator(PROMPTS, f"tiny@{url}") for _ in range(2))
    assert [each.text for each in first] == [each.text for each in second]
    assert all(each.error is None and each.finish_reason in ("length", "stop") for each in first)
    if not in_pieces:  # this server counts only what comes whole
        assert all(each.prompt_tokens and each.completion_tokens for each in first)


def test_a_prompt_that_is_too_long(url: str) -> None:
    """The server's refusal of a prompt of more than 256 tokens is the failure of that prompt alone."""
    long: zebra.Messages = [{"role": "user", "content": "w" * 300}]
    short, failure = OpenAI(max_tokens=5, retries=0)([PROMPTS[0], long], f"tiny@{url}")
    assert short.text is not None
    assert failure.text is None
    assert "256" in str(failure.error)
