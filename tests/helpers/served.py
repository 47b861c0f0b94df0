"""The local server of a report, in a thread of the test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import attrs

import zebra_core as zebra
from zebra_report.lints.results import run_lints
from zebra_report.page import Page
from zebra_report.serving.answers import Answers
from zebra_report.serving.server import Server


@attrs.frozen
class Served:
    """A server that runs, and the one who asks it."""

    server: Server

    def get(self, path: str, host: str | None = None, method: str = "GET") -> tuple[int, str, dict[str, str]]:
        """Ask for a path as the header `Host` says, by default as a browser would; return status, text and headers."""
        connection = HTTPConnection("127.0.0.1", self.server.server_port, timeout=20)
        connection.putrequest(method, path, skip_host=True)
        if host != "":
            connection.putheader("Host", host or f"127.0.0.1:{self.server.server_port}")
        connection.endheaders()
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, dict(answer.getheaders())

    def ask(self, endpoint: str, **parameters: object) -> Any:
        """Ask an endpoint with the token, and return its answer."""
        status, text, _ = self.get(f"/{self.server.token}/{endpoint}?{urlencode(parameters)}")
        assert status == 200, text
        return json.loads(text)

    def pairs(self, start: int = 0, limit: int = 50, **query: object) -> tuple[int, list[Any]]:
        """Return how many pairs match a query, and some of them."""
        answer = self.ask("pairs", query=json.dumps(query), start=start, limit=limit)
        return answer["matched"], answer["pairs"]


@contextmanager
def served(location: str, folder: Path) -> Iterator[Served]:
    """Serve a dataset's pairs; an export is restored to `folder`."""
    dataset, plugins = zebra.Dataset.open(location), zebra.load_plugins()
    answers = Answers.of(dataset, plugins, run_lints(dataset, plugins, {}), folder)
    with Server(Page("pairs", "", {"pairs": answers.panel}), answers, 0) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield Served(server)
        finally:
            server.shutdown()
            thread.join()
