"""The local server of a report: who gets an answer, and the answers to mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from helpers.lint_pairs import build
from helpers.served import Served, served

from zebra_core.testing import Project


@pytest.fixture
def pages(zebra_cli: Project) -> Iterator[Served]:
    """The seven pairs with flaws, served."""
    build(zebra_cli)
    with served("zebra-dataset", zebra_cli.folder) as server:
        yield server


def test_the_page(pages: Served) -> None:
    """The page may ask its own server and load nothing else; it is neither kept nor shown by another page."""
    status, html, headers = pages.get(f"/{pages.server.token}/")
    assert status == 200
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert "connect-src &#39;self&#39;;" in policy[1] or "connect-src 'self';" in policy[1]
    assert "default-src" in policy[1]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"].strip() == "zebra"
    assert "Access-Control-Allow-Origin" not in headers


def test_who_does_not_know_the_token(pages: Served) -> None:
    """Without the token, with another one, or with a part of it, there is no page and no pair."""
    token = pages.server.token
    assert len(token) >= 32
    for path in (
        "/",
        "/pairs",
        f"/{token[:-1]}/",
        f"/{token}x/pairs",
        "/../",
        f"/{'x' * len(token)}/pairs",
        f"/?{token}",
        "http://[",
    ):
        status, text, _ = pages.get(path)
        assert (status, "Prompt" in text) == (404, False)


@pytest.mark.parametrize(
    "host", ["example.org", "example.org:PORT", "127.0.0.1", "127.0.0.1:1", "localhost.example.org:PORT", ""]
)
def test_another_host(pages: Served, host: str) -> None:
    """A name that points to this machine, as in DNS rebinding, is refused even with the token."""
    status, text, _ = pages.get(f"/{pages.server.token}/pairs", host.replace("PORT", str(pages.server.server_port)))
    assert (status, "Prompt" in text) == (403, False)


def test_localhost(pages: Served) -> None:
    """The server answers to its other name."""
    assert pages.get(f"/{pages.server.token}/pairs", f"localhost:{pages.server.server_port}")[0] == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods(pages: Served, method: str) -> None:
    """Only GET is answered."""
    assert pages.get(f"/{pages.server.token}/pairs", method=method)[0] == 501


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("nothing", 404, "there is no 'nothing'"),
        ("pairs?start=-1", 400, "'start' must be a whole number, got '-1'"),
        ("pairs?limit=x", 400, "'limit' must be a whole number"),
        ("pairs?query=5", 400, "the query is invalid: '5'"),
        ("pairs?query={", 400, "the query is invalid"),
        ('pairs?query={"sort":"id%20up"}', 400, "the query is invalid"),
        ('pairs?query={"search":5}', 400, "the query is invalid"),
        ('pairs?query={"search":"\\ud800"}', 400, "the query is invalid"),
        ('pairs?query={"models":[5]}', 400, "the query is invalid"),
        ('pairs?query={"ranges":{"margin":{"from":"a","to":null}}}', 400, "the query is invalid"),
        ("pairs?query=" + "[" * 500 + "]" * 500, 400, "the query is invalid"),
        ("possible?place=7", 400, "there is no pair 7, only 0 to 6"),
    ],
)
def test_invalid_questions(pages: Served, path: str, status: int, message: str) -> None:
    """What cannot be answered is an error in one line, and the server goes on."""
    answer, text, _ = pages.get(f"/{pages.server.token}/{path}")
    assert answer == status
    assert message in text
    assert pages.pairs()[0] == 7
