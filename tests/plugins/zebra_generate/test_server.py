"""The generator for servers with the API of OpenAI, against a server on the loopback."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pyarrow.parquet as pq
import pytest
from helpers.model_server import FAULTS, ModelServer, answer

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_generate.generators import sender
from zebra_generate.generators.server import OpenAI

pytestmark = pytest.mark.generate
KEY = "sk-verysecret123"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the variables of the user, and wait little between attempts."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sender, "FIRST_WAIT", 0.01)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    """A server without faults."""
    with ModelServer().running() as server:
        yield server


def prompts(count: int, text: str = "question") -> list[zebra.Messages]:
    return [[{"role": "user", "content": f"{text} {number}"}] for number in range(count)]


def ask(generator: OpenAI, count: int, server: ModelServer) -> list[zebra.Response]:
    return generator(prompts(count), f"m@{server.url}")


def test_a_request(server: ModelServer) -> None:
    """The server gets the messages and the sampling options, and the response has its text, counts and finish reason."""
    generator = OpenAI(temperature=0.5, top_p=0.9, max_tokens=3, extra={"top_k": 5})
    (response,) = ask(generator, 1, server)
    assert server.bodies == [
        {
            "model": "m",
            "messages": [{"role": "user", "content": "question 0"}],
            "temperature": 0.5,
            "top_p": 0.9,
            "max_tokens": 3,
            "seed": response.seed,
            "top_k": 5,
        }
    ]
    assert response.seconds is not None
    assert (response.text, response.finish_reason) == ("m says 0", "length")
    assert (response.prompt_tokens, response.completion_tokens) == (2, 3)
    ask(OpenAI(tokens_field="max_completion_tokens", seed=1), 1, server)
    assert server.bodies[1].keys() == {"model", "messages", "max_completion_tokens", "seed"}
    assert server.bodies[1]["seed"] != response.seed


def test_replies_in_pieces(server: ModelServer) -> None:
    """A reply that comes in pieces is the same as one that comes whole; so is the journal's key, as the settings are."""
    whole, streaming = OpenAI(max_tokens=3), OpenAI(max_tokens=3, in_pieces=True)
    (expected,), (response,) = (ask(generator, 1, server) for generator in (whole, streaming))
    assert attrs.evolve(response, seconds=expected.seconds) == expected
    assert server.bodies[1] == {**server.bodies[0], "stream": True, "stream_options": {"include_usage": True}}
    assert whole.settings("m") == streaming.settings("m")


@pytest.mark.parametrize(
    ("word", "reason"),
    [("unfinished", "the reply ended before it was complete"), ("broken", "it broke amid the reply")],
)
def test_pieces_that_break_off(server: ModelServer, word: str, reason: str) -> None:
    """A reply whose pieces end early, or with an error, is a failure after all attempts."""
    prompt = [[{"role": "user", "content": word[::-1]}]]  # the server answers with the reverse
    (response,) = OpenAI(retries=1, in_pieces=True)(prompt, f"m@{server.url}")
    assert (response.text, response.error) == (None, f"{reason} (2 attempts)")


@pytest.mark.parametrize("in_pieces", [False, True])
def test_every_fault(in_pieces: bool) -> None:  # noqa: FBT001  # pytest names it
    """With 5 % of each fault every request is answered, and none is answered twice."""
    with ModelServer(faults=0.05, slow=0.05).running() as server:
        responses = ask(OpenAI(retries=9, in_pieces=in_pieces), 400, server)
        assert [each.text for each in responses] == [answer("m", f"question {n}") for n in range(400)]
        assert {*FAULTS} <= {*server.kinds}
        good = server.kinds[""] + server.kinds["slow"]
        assert good == 400


def test_a_server_that_refuses_is_not_overrun() -> None:
    """The number of requests in flight settles near what the server takes, and all are answered."""
    with ModelServer(latency=0.01, capacity=16).running() as server:
        responses = ask(OpenAI(retries=30), 1_500, server)
        assert all(each.text for each in responses)
        assert server.kinds["429"] < 750
        assert server.busiest > 8


def test_a_server_that_is_fast_gets_more(server: ModelServer) -> None:
    """With a latency that does not depend on the load, more requests are in flight than at first."""
    server.latency = 0.2
    ask(OpenAI(), 500, server)
    assert server.busiest > 24
    ask(OpenAI(concurrency=3), 20, server)
    server.busiest = 0
    ask(OpenAI(concurrency=3), 20, server)
    assert server.busiest == 3


def test_retry_after(server: ModelServer) -> None:
    """No attempt comes before the time that the server asked to wait for."""
    server.faults, server.retry_after = 1.0, "0.4"  # every attempt meets the first fault, a 429
    begun = time.monotonic()
    (response,) = ask(OpenAI(retries=2), 1, server)
    assert response.error == "429: busy (3 attempts)"
    assert response.text is None
    assert time.monotonic() - begun >= 0.8


def test_failures_of_a_request(server: ModelServer) -> None:
    """A prompt that the server refuses is a failure with its reason, sent once, and so is one that takes too long."""
    responses = OpenAI()([*prompts(1), *prompts(1, "forbidden"), *prompts(1, "last")], f"m@{server.url}")
    assert [each.error for each in responses] == [None, "400: this prompt is not allowed", None]
    assert len(server.bodies) == 3
    server.latency = 0.5
    (response,) = ask(OpenAI(timeout=0.1, retries=1), 1, server)
    assert response.error == "no reply within 0.1 seconds (2 attempts)"


def test_mistakes(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no request can succeed with ends the run, with what to set."""
    with pytest.raises(zebra.ZebraError, match=r"there is no key for api.openai.com; set the variable OPENAI_API_KEY"):
        OpenAI()(prompts(1), "m")
    monkeypatch.setenv("OPENAI_BASE_URL", "localhost:8000")
    with pytest.raises(
        zebra.ZebraError, match=r"'localhost:8000' is not the address of a server; set one such as --set"
    ):
        OpenAI()(prompts(1), "m")
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    with pytest.raises(zebra.ZebraError, match=r"404: the model `absent` does not exist.*check the model's name after"):
        OpenAI()(prompts(1), "absent")
    with pytest.raises(zebra.ZebraError, match=r"for 'm' \(404.*--set openai.base_url=URL|for 'm'"):
        OpenAI(base_url="http://127.0.0.1:9/v1")(prompts(1), "m")
    server.key = "another"
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with pytest.raises(
        zebra.ZebraError, match=r"401: Incorrect API key provided: \*\*\*\); check the key in the variable"
    ):
        OpenAI()(prompts(1), "m")


def test_user_and_password(server: ModelServer) -> None:
    """Those in an address are sent as basic authentication, and are redacted where a server repeats them."""
    server.key = "me:pass word"
    address = server.url.replace("//", "//me:pass%20word@")
    (response,) = OpenAI()(prompts(1), f"m@{address}")
    assert response.text == "m says 0 noitseuq"
    server.key = "another:one"
    with pytest.raises(zebra.ZebraError, match=r"401: Incorrect API key provided: Basic \*\*\*\)"):
        OpenAI()(prompts(1), f"m@{address}")


def test_a_server_that_is_down() -> None:
    """A server that cannot be reached ends the run with the address; so does one that dies, and what it gave is kept."""
    with ModelServer().running() as server:
        given = OpenAI(retries=1, concurrency=1).stream(prompts(50), f"m@{server.url}")
        first = next(given)
    assert first == (0, zebra.Response("m says 0 noitseuq", "stop", 2, 4, first[1].seed, first[1].seconds))
    with pytest.raises(
        zebra.ZebraError, match=r"the server http://127.0.0.1:\d+/v1 does not answer for 'm' \(cannot connect: "
    ):
        list(given)
    with pytest.raises(zebra.ZebraError, match=r"check that it runs, and the address: --set openai.base_url=URL"):
        ask(OpenAI(), 1, server)


def test_a_stream_that_is_given_up(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing goes wrong, or is sent, once nobody wants the other responses."""
    server.latency = 0.05
    given = OpenAI(concurrency=32).stream(prompts(500), f"m@{server.url}")
    next(given)
    given.close()  # type: ignore[attr-defined]  # a generator
    time.sleep(0.2)  # what was on its way may still arrive
    sent = len(server.bodies)
    time.sleep(0.2)
    assert len(server.bodies) == sent < 500
    assert not caplog.records


def test_no_secret_is_written(zebra_cli: Project, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is in no file, and in nothing that is printed, even if the server repeats it; nor is it by `--set`."""
    zebra_cli.write("prompts.txt", "One?\nTwo?\n")
    command = ("generate", "prompts.txt", "--model", f"a=openai:m@{server.url}", "-o", "pool")
    server.key = KEY
    outputs = [zebra_cli.run(*command, "--set", f"openai.api_key={KEY}x", code=2)]
    outputs += [zebra_cli.run(*command, "--set", f"openai.api_key={KEY}")]
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    outputs += [zebra_cli.run(*command, "--overwrite")]
    for file in (path for path in Path(zebra_cli.folder).rglob("*") if path.is_file()):
        assert KEY.encode() not in file.read_bytes(), file
    for table in Path(zebra_cli.folder).rglob("*.parquet"):
        assert KEY not in str(pq.read_table(table).to_pylist())
    assert not [output for output in outputs if KEY in output.stdout + output.stderr]
    assert "Incorrect API key provided: ***" in outputs[0].stderr


def test_the_same_bytes(zebra_cli: Project, server: ModelServer) -> None:
    """The same command gives the same bytes, whatever the faults and wherever the server is."""
    zebra_cli.write("prompts.txt", "".join(f"question {n}\n" for n in range(100)))
    models = [word for name in "abc" for word in ("--model", f"{name}=openai:{name}")]
    asked = ("generate", "prompts.txt", *models, "--candidates", "2", "--set")
    zebra_cli.run(*asked, f"openai.base_url={server.url}", "-o", "one")
    with ModelServer(faults=0.04, slow=0.01).running() as other:
        zebra_cli.run(*asked, f"openai.base_url={other.url}", "-o", "two", "--set", "openai.retries=9")
    one, two = (zebra_cli.folder / name / "part-00000.parquet" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
